package org.nixlconform.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.DeviceCache;
import org.nixlconform.plan.Expectations;
import org.nixlconform.plan.StreamOrder;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.StormObservation;
import org.nixlconform.transfer.TransferObservation;

/**
 * Turns an observation into a verdict. All checks run, and the worst outcome wins:
 *
 * <ul>
 *   <li>a check that throws makes the case BROKEN, with a finding of kind CHECK; the findings of the others stay;
 *   <li>any other finding makes it VIOLATES;
 *   <li>without a finding it is INCONCLUSIVE when nothing that it expects could be judged, else it CONFORMS. A
 *       throughput that cannot be judged is a note and does not hide what else conforms.
 * </ul>
 *
 * <p>Findings come in the order of the checks, most telling first: planned end, stream order, engine lost, call failed, step not ended, ended too early, not visible at DONE, integrity,
 * notifications, ledger, storm, growth, trials, invalid requests, throughput, what was recorded, balance, decay, path, links, rails, devices of EFA, transports, log, vacuous.
 *
 * <p>A case that plants a fault ({@link Expectations#caughtAs}) turns this around: it conforms only if the fault was
 * found, as one of the declared kinds, and nothing else was.
 */
public final class Judge {
    private static final List<Check> CHECKS = List.of(
            new PeerEndCheck(),
            new StreamOrderCheck(),
            new RemapCheck(),
            new EngineLossCheck(),
            new CallFailureCheck(),
            new CompletionCheck(),
            new EarlyCompletionCheck(),
            new VisibilityCheck(),
            new IntegrityCheck(),
            new NotificationCheck(),
            new LedgerCheck(),
            new StormCheck(),
            new GrowthCheck(),
            new TrialCheck(),
            new InvalidRequestCheck(),
            new ThroughputCheck(),
            new RecordedCheck(),
            new BalanceCheck(),
            new DecayCheck(),
            new PathCheck(),
            new LinkCheck(),
            new RailCheck(),
            new EfaDeviceCheck(),
            new TransportCheck(),
            new LogCheck(),
            new VacuousCheck());

    /** What findings of faults that could not be planted are about. */
    private static final Set<String> PLANTING = Set.of(StreamOrderCheck.SUBJECT, RemapCheck.SUBJECT);

    private Judge() {}

    /** Never throws: what a check throws is in the verdict. */
    public static Verdict judge(TransferPlan plan, TransferObservation observation) {
        return judge(plan, observation, CHECKS);
    }

    static Verdict judge(TransferPlan plan, TransferObservation observation, List<Check> checks) {
        List<Finding> found = run(plan, observation, checks);
        Set<FindingKind> caughtAs = plan.expectations().caughtAs();
        List<Finding> caught = found.stream()
                .filter(finding -> caughtAs.contains(finding.kind()))
                .toList();
        List<Finding> findings = new ArrayList<>(found);
        findings.removeAll(caught);
        if (!caughtAs.isEmpty() && caught.isEmpty() && !isUnplanted(found)) {
            findings.add(notCaught(plan));
        }
        MeasuredThroughput throughput = measured(plan, observation);
        Optional<String> throughputNotJudged = throughput.notJudgedBecause(plan, observation);
        if (findings.isEmpty() && !expectsMoreThanThroughput(plan) && throughputNotJudged.isPresent()) {
            findings.add(nothingJudged(throughputNotJudged.get()));
        }
        Outcome outcome =
                findings.stream().map(finding -> outcome(finding.kind())).reduce(Outcome.CONFORMS, Outcome::worse);
        return new Verdict(
                outcome,
                findings,
                notes(plan, observation, caught, throughput, throughputNotJudged),
                throughput.gbPerSecond(),
                throughput.shareOfReference());
    }

    /** A fault that could not be planted cannot be caught. */
    private static boolean isUnplanted(List<Finding> found) {
        return found.stream()
                .anyMatch(
                        finding -> finding.kind() == FindingKind.PREREQUISITE && PLANTING.contains(finding.subject()));
    }

    /** What each kind of finding means for the outcome. */
    private static Outcome outcome(FindingKind kind) {
        return switch (kind) {
            case CHECK -> Outcome.BROKEN;
            case PREREQUISITE -> Outcome.INCONCLUSIVE;
            default -> Outcome.VIOLATES;
        };
    }

    /** Findings of checks that threw come first, as they decide the outcome. */
    private static List<Finding> run(TransferPlan plan, TransferObservation observation, List<Check> checks) {
        List<Finding> broken = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        for (Check check : checks) {
            try {
                findings.addAll(check.check(plan, observation));
            } catch (RuntimeException e) {
                broken.add(broken(check, e));
            }
        }
        broken.addAll(findings);
        return broken;
    }

    private static Finding broken(Check check, RuntimeException cause) {
        Finding finding = Finding.of(
                        FindingKind.CHECK,
                        "check",
                        check.getClass().getSimpleName() + " could not judge the observation and threw "
                                + cause.getClass().getSimpleName())
                .with("expected", "findings or none")
                .with("actual", String.valueOf(cause.getMessage()));
        StackTraceElement[] trace = cause.getStackTrace();
        return trace.length == 0 ? finding : finding.with("where", trace[0]);
    }

    private static MeasuredThroughput measured(TransferPlan plan, TransferObservation observation) {
        try {
            return MeasuredThroughput.of(plan, observation);
        } catch (RuntimeException e) {
            // ThroughputCheck asks the same and has made the case BROKEN.
            return MeasuredThroughput.NONE;
        }
    }

    private static boolean expectsMoreThanThroughput(TransferPlan plan) {
        Expectations expectations = plan.expectations();
        return expectations.integrity()
                || expectations.completion().isPresent()
                || !expectations.caughtAs().isEmpty()
                || !plan.invalidRequests().isEmpty();
    }

    private static Finding nothingJudged(String throughputNotJudged) {
        return Finding.of(FindingKind.PREREQUISITE, "verdict", "nothing that the case expects could be judged")
                .with("expected", "at least one of integrity, completion and throughput")
                .with("actual", "throughput was not judged: " + throughputNotJudged + "; nothing else is expected");
    }

    private static Finding notCaught(TransferPlan plan) {
        return Finding.of(FindingKind.NOT_CAUGHT, "verdict", "the fault that the case plants was not caught")
                .with("expected", kinds(plan.expectations().caughtAs()))
                .with("actual", "no finding of these kinds")
                .with(
                        "fault",
                        plan.mutation()
                                .map(Enum::name)
                                .or(() -> plan.streamOrder()
                                        .filter(StreamOrder::isUnfenced)
                                        .map(StreamOrder::label))
                                .or(() -> plan.deviceCache()
                                        .filter(DeviceCache::isFault)
                                        .map(DeviceCache::label))
                                .orElse("planted outside the plan"));
    }

    private static List<String> notes(
            TransferPlan plan,
            TransferObservation observation,
            List<Finding> caught,
            MeasuredThroughput throughput,
            Optional<String> throughputNotJudged) {
        List<String> notes = new ArrayList<>();
        if (!caught.isEmpty()) {
            Set<FindingKind> caughtKinds =
                    caught.stream().map(Finding::kind).collect(Collectors.toCollection(TreeSet::new));
            notes.add("the planted fault was caught as " + kinds(caughtKinds) + ": "
                    + caught.get(0).headline());
        }
        if (!plan.expectations().integrity()) {
            long differing = Stream.concat(
                            observation.iterations().stream().map(TransferObservation.Iteration::integrity),
                            Stream.concat(
                                    observation.serving().stream().map(TransferObservation.Serving::integrity),
                                    observation.storm().stream().map(StormObservation::integrity)))
                    .flatMap(List::stream)
                    .mapToLong(TransferObservation.Integrity::runsDiffering)
                    .sum();
            notes.add("integrity was not judged: the case does not expect it; "
                    + Quantities.count(differing, "difference") + " seen");
        }
        if (plan.expectations().completion().isEmpty()) {
            notes.add("completion in time was not judged: the case does not expect it");
        }
        PlannedEnd.of(plan, observation).ifPresent(end -> notes.add(end.described()));
        notes.addAll(new MetadataInspection(plan, observation).notes());
        RailCheck.note(observation).ifPresent(notes::add);
        LinkCheck.note(plan, observation).ifPresent(notes::add);
        notes.addAll(VisibilityCheck.notes(observation));
        notes.addAll(StormCheck.notes(plan, observation));
        notes.addAll(GrowthCheck.notes(plan, observation));
        notes.addAll(LedgerCheck.notes(observation, throughput.gbPerSecond()));
        notes.addAll(TrialCheck.notes(observation));
        if (!observation.path().gpus().isEmpty()) {
            notes.add(String.join("; ", observation.path().gpusDescribed()));
        }
        throughputNotJudged.ifPresent(because -> notes.add("throughput was not judged: " + because));
        return notes;
    }

    private static String kinds(Set<FindingKind> kinds) {
        return kinds.stream().sorted().map(FindingKind::name).collect(Collectors.joining(", "));
    }
}
