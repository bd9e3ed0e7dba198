package org.nixlconform.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.nixlconform.configuration.KnownIssueSpec;
import org.nixlconform.configuration.KnownIssueSpec.Condition;
import org.nixlconform.configuration.KnownIssueSpec.Expectation;
import org.nixlconform.configuration.KnownIssueSpec.Signature;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.GivenMetadata;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.LogLine;

/**
 * What the known issues say to one verdict. At most one of the first two says something.
 *
 * @param hit the record whose symptom is all that was found
 * @param obsolete records whose symptom had to show in this case, which conforms
 * @param notSeen records whose symptom shows sometimes, and did not in this case, which conforms
 * @param among records whose symptom was found, but not alone
 * @param otherwise records whose symptom was not found in this case, which violates in another way
 */
public record KnownIssueMatch(
        Optional<KnownIssueSpec> hit,
        List<KnownIssueSpec> obsolete,
        List<KnownIssueSpec> notSeen,
        List<KnownIssueSpec> among,
        List<KnownIssueSpec> otherwise) {

    public static final KnownIssueMatch NONE =
            new KnownIssueMatch(Optional.empty(), List.of(), List.of(), List.of(), List.of());

    private static final Set<FindingKind> INTEGRITY = Set.of(
            FindingKind.ZERO,
            FindingKind.POISON,
            FindingKind.STALE,
            FindingKind.MISPLACED,
            FindingKind.SHIFTED,
            FindingKind.TORN,
            FindingKind.OVERRUN,
            FindingKind.FOREIGN,
            FindingKind.SOURCE_CHANGED);

    private static final Set<FindingKind> EARLY = Set.of(FindingKind.EARLY_DONE, FindingKind.EARLY_NOTIFICATION);
    private static final Set<FindingKind> SPEED = Set.of(FindingKind.THROUGHPUT, FindingKind.REFERENCE_DEGRADED);

    public KnownIssueMatch {
        Objects.requireNonNull(hit);
        obsolete = List.copyOf(obsolete);
        notSeen = List.copyOf(notSeen);
        among = List.copyOf(among);
        otherwise = List.copyOf(otherwise);
    }

    /**
     * The library that a case runs on.
     *
     * @param transports that its environment restricts the backend to; empty when it does not
     */
    public record Library(String distribution, String version, Set<String> transports) {
        public Library {
            Objects.requireNonNull(distribution);
            Objects.requireNonNull(version);
            transports = Set.copyOf(transports);
        }
    }

    /** @param observation empty when the symptom showed before there was anything to observe */
    public static KnownIssueMatch of(
            List<KnownIssueSpec> records,
            Library library,
            TransferPlan plan,
            Optional<TransferObservation> observation,
            Verdict verdict) {
        List<KnownIssueSpec> here = records.stream()
                .filter(record -> concerns(record, library, plan, observation))
                .toList();
        return switch (verdict.outcome()) {
            case CONFORMS -> conforming(here, plan, observation);
            case VIOLATES -> violating(here, plan, observation, verdict);
            case INCONCLUSIVE, BROKEN -> NONE;
        };
    }

    private static KnownIssueMatch conforming(
            List<KnownIssueSpec> here, TransferPlan plan, Optional<TransferObservation> observation) {
        // A fault that the case plants may end it before the symptom could show: such a case proves nothing.
        boolean plantsFault =
                plan.mutation().isPresent() || !plan.expectations().caughtAs().isEmpty();
        List<KnownIssueSpec> tried = plantsFault
                ? List.of()
                : here.stream()
                        .filter(record ->
                                record.signature().kinds().stream().allMatch(kind -> judged(kind, plan, observation)))
                        .toList();
        return new KnownIssueMatch(
                Optional.empty(),
                expecting(Expectation.ALWAYS, tried),
                expecting(Expectation.SOMETIMES, tried),
                List.of(),
                List.of());
    }

    private static boolean judged(FindingKind kind, TransferPlan plan, Optional<TransferObservation> observation) {
        if (INTEGRITY.contains(kind)) {
            return plan.expectations().integrity();
        }
        if (SPEED.contains(kind)) {
            // A figure may be there and say nothing, such as with more ranks than cores.
            return observation
                    .filter(seen -> MeasuredThroughput.of(plan, seen)
                            .notJudgedBecause(plan, seen)
                            .isEmpty())
                    .isPresent();
        }
        if (EARLY.contains(kind)) {
            return plan.expectations().integrity()
                    || plan.expectations().completion().isPresent();
        }
        return kind != FindingKind.ACCEPTED || !plan.invalidRequests().isEmpty();
    }

    private static List<KnownIssueSpec> expecting(Expectation expectation, List<KnownIssueSpec> records) {
        return records.stream()
                .filter(record -> record.expectation() == expectation)
                .toList();
    }

    private static KnownIssueMatch violating(
            List<KnownIssueSpec> here, TransferPlan plan, Optional<TransferObservation> observation, Verdict verdict) {
        List<KnownIssueSpec> among = new ArrayList<>();
        List<KnownIssueSpec> otherwise = new ArrayList<>();
        for (KnownIssueSpec record : here) {
            long shown = verdict.findings().stream()
                    .filter(finding -> shows(record.signature(), finding, plan, observation))
                    .count();
            if (shown > 0 && shown == verdict.findings().size()) {
                return new KnownIssueMatch(Optional.of(record), List.of(), List.of(), List.of(), List.of());
            }
            (shown > 0 ? among : otherwise).add(record);
        }
        return new KnownIssueMatch(Optional.empty(), List.of(), List.of(), among, otherwise);
    }

    private static boolean concerns(
            KnownIssueSpec record, Library library, TransferPlan plan, Optional<TransferObservation> observation) {
        return record.distribution().map(library.distribution()::equals).orElse(true)
                && record.versions().contains(library.version())
                && record.backend().map(plan.backend().name()::equals).orElse(true)
                && (record.provider().isEmpty() || record.provider().equals(library.transports()))
                && record.condition().wanted().entrySet().stream()
                        .allMatch(wanted -> holds(wanted.getKey(), wanted.getValue(), plan, observation));
    }

    private static String rails(Optional<TransferObservation> observation) {
        return observation
                        .map(TransferObservation::metadata)
                        .filter(GivenMetadata::unequalRails)
                        .isPresent()
                ? "unequal"
                : "equal";
    }

    private static boolean holds(
            Condition.Key key, String wanted, TransferPlan plan, Optional<TransferObservation> observation) {
        return switch (key) {
            case PLACEMENT -> wanted.equals(plan.placement().name());
            case OPERATION -> wanted.equals(plan.direction().operation().name());
            case INITIATOR -> wanted.equals(plan.direction().initiator().name());
            case MEMORY -> wanted.equals(plan.memory().name());
            case LAYOUT -> wanted.equals(plan.geometry().layout().name());
            case DTYPE -> wanted.equals(plan.geometry().dtype().name());
            case ATTENTION -> wanted.equals(plan.geometry().attention().name());
            case PREFILL_TP -> Integer.parseInt(wanted) == plan.topology().prefillTp();
            case DECODE_TP -> Integer.parseInt(wanted) == plan.topology().decodeTp();
            case MIN_RANKS -> Integer.parseInt(wanted) <= plan.topology().rankCount();
            case RAILS -> wanted.equals(rails(observation));
            case TARGET_ENDS ->
                plan.peerEnd()
                        .filter(end -> end.role() != plan.direction().initiator())
                        .filter(end -> wanted.equals(end.moment().name()))
                        .isPresent();
            case STREAM_ORDER ->
                plan.streamOrder()
                        .filter(order -> wanted.equals(order.work().name()))
                        .isPresent();
            case TRIAL ->
                plan.lifecycle()
                        .filter(workload -> workload.trials().stream().anyMatch(trial -> wanted.equals(trial.label())))
                        .isPresent();
            case DEVICE_CACHE ->
                plan.deviceCache().filter(cache -> wanted.equals(cache.name())).isPresent();
        };
    }

    private static boolean shows(
            Signature signature, Finding finding, TransferPlan plan, Optional<TransferObservation> observation) {
        return signature.kinds().contains(finding.kind())
                // Only kinds that are about a rank's phase have one; a log line beside them has none.
                && (signature.phase().isEmpty()
                        || finding.kind() == FindingKind.LOG
                        || signature.phase().equals(finding.phase()))
                && signature
                        .log()
                        .map(Pattern::compile)
                        .map(pattern -> logged(pattern, finding, plan, observation))
                        .orElse(true);
    }

    /** A log finding is about many lines: all of them must be meant. With any other finding one line is enough. */
    private static boolean logged(
            Pattern pattern, Finding finding, TransferPlan plan, Optional<TransferObservation> observation) {
        if (finding.kind() == FindingKind.LOG && observation.isPresent()) {
            return LogCheck.undeclared(plan, observation.get()).stream()
                    .allMatch(line -> pattern.matcher(line.text()).find());
        }
        return lines(finding, observation)
                .anyMatch(line -> pattern.matcher(line).find());
    }

    private static Stream<String> lines(Finding finding, Optional<TransferObservation> observation) {
        Stream<String> shown = finding.facts().stream()
                .filter(fact -> fact.name().equals("log"))
                .map(Fact::value)
                .flatMap(String::lines);
        return observation
                .map(seen -> Stream.of(
                                shown,
                                seen.logLines().stream().map(LogLine::text),
                                seen.failures().stream().flatMap(failure -> failure.lastLogLines().stream()),
                                seen.losses().stream().flatMap(loss -> loss.lastLogLines().stream()),
                                seen.timeouts().stream().flatMap(timeout -> timeout.lastLogLines().stream()))
                        .flatMap(Function.identity()))
                .orElse(shown);
    }

    /** What the report says of the case, one line for each record. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        obsolete.forEach(record -> notes.add("known issue %s is obsolete: the case conforms".formatted(record.id())));
        notSeen.forEach(
                record -> notes.add("known issue %s, which shows sometimes, did not show".formatted(record.id())));
        among.forEach(record -> notes.add("known issue %s showed, but not alone".formatted(record.id())));
        otherwise.forEach(record -> notes.add(
                "known issue %s is declared for this case, which violates in another way".formatted(record.id())));
        return notes;
    }
}
