package org.nixlconform.verdict;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.NotificationStorm;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.StormObservation;
import org.nixlconform.transfer.StormObservation.Kind;
import org.nixlconform.transfer.StormObservation.Oddity;
import org.nixlconform.transfer.StormObservation.Pair;
import org.nixlconform.transfer.StormObservation.Times;
import org.nixlconform.transfer.TransferObservation;

/**
 * A storm of notifications: each came once, as it was sent, from its sender, to the rank that it was meant for, and in time; no
 * transfer was done with something left as it was. One finding for each way in which a notification can be odd.
 *
 * <p>What is missing is told where nothing ended the case early but the wait for it, and where not as many came otherwise: those are
 * told.
 */
final class StormCheck implements Check {
    private static final String SUBJECT = "storm";

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        if (plan.storm().isEmpty() || observation.storm().isEmpty()) {
            return List.of();
        }
        NotificationStorm planned = plan.storm().get();
        StormObservation storm = observation.storm().get();
        List<Finding> findings = new ArrayList<>();
        hollow(storm).ifPresent(findings::add);
        odd(storm, findings);
        missing(planned, observation, storm).ifPresent(findings::add);
        late(planned, storm, "of transfers", "DONE", Pair::bound).ifPresent(findings::add);
        late(planned, storm, "by themselves", "the call", Pair::standalone).ifPresent(findings::add);
        inPost(planned, observation, storm).ifPresent(findings::add);
        return findings.stream().map(finding -> finding.during("storm")).toList();
    }

    private static Finding finding(FindingKind kind, String headline, String expected, String actual, String where) {
        return Finding.of(kind, SUBJECT, headline)
                .with("expected", expected)
                .with("actual", actual)
                .with("where", where + ", in the storm");
    }

    private static Optional<Finding> hollow(StormObservation storm) {
        List<Pair> pairs = storm.pairs().stream()
                .filter(pair -> pair.sent().filter(sent -> sent.hollow() > 0).isPresent())
                .toList();
        return pairs.stream().findFirst().map(first -> {
            long hollow = sum(pairs, pair -> pair.sent().orElseThrow().hollow());
            return finding(
                    FindingKind.EARLY_DONE,
                    Quantities.count(hollow, "transfer") + " of the storm " + (hollow == 1 ? "was" : "were")
                            + " done and left something as it was",
                    "new content in the last 8 bytes of each slice at DONE",
                    "the first is number "
                            + Quantities.count(first.sent().orElseThrow().firstHollow()) + " of "
                            + Quantities.count(first.sent().orElseThrow().transfers(), "transfer"),
                    first.label());
        });
    }

    private static void odd(StormObservation storm, List<Finding> findings) {
        told(
                        storm,
                        FindingKind.NOTIFICATION_WRONG_SENDER,
                        odd -> odd.kind() == Kind.OTHERS || odd.kind() == Kind.STRANGER)
                .ifPresent(findings::add);
        told(storm, FindingKind.NOTIFICATION_MISDELIVERED, StormCheck::isMisdelivered)
                .ifPresent(findings::add);
        told(storm, FindingKind.NOTIFICATION_ALTERED, odd -> odd.kind() == Kind.ALTERED && !isMisdelivered(odd))
                .ifPresent(findings::add);
        told(storm, FindingKind.NOTIFICATION_DUPLICATED, odd -> odd.kind() == Kind.AGAIN)
                .ifPresent(findings::add);
    }

    private static boolean isMisdelivered(Oddity odd) {
        return odd.kind() == Kind.ALTERED
                && odd.meantFor().filter(rank -> !rank.equals(odd.receiver())).isPresent();
    }

    private static Optional<Finding> told(StormObservation storm, FindingKind kind, Predicate<Oddity> which) {
        List<Oddity> alike = storm.oddities().stream().filter(which).toList();
        return alike.stream().findFirst().map(first -> {
            Finding finding = finding(
                    kind,
                    headline(kind, first) + ", on " + first.receiver(),
                    "each notification once, as it was sent, from its sender to its target",
                    first.difference() + ", from " + first.sender(),
                    first.receiver().label());
            return first.named()
                    .map(named -> finding.with("names", named))
                    .orElse(finding)
                    .with("seen", counts(storm, alike));
        });
    }

    private static String headline(FindingKind kind, Oddity first) {
        return switch (kind) {
            case NOTIFICATION_WRONG_SENDER ->
                first.kind() == Kind.STRANGER
                        ? "a notification came from " + first.sender() + ", which owes none"
                        : "a notification came from " + first.sender() + ", which did not send it";
            case NOTIFICATION_MISDELIVERED ->
                "a notification from " + first.sender() + " was meant for "
                        + first.meantFor().orElseThrow();
            case NOTIFICATION_DUPLICATED -> "a notification from " + first.sender() + " came more than once";
            default -> "a notification from " + first.sender() + " is not what was sent";
        };
    }

    private static String counts(StormObservation storm, List<Oddity> alike) {
        long altered = received(storm, StormObservation.Received::altered);
        long again = received(storm, StormObservation.Received::again);
        return Quantities.count(altered) + " not as sent, " + Quantities.count(again) + " more than once in all; "
                + Quantities.count(alike.size()) + " like this among those kept";
    }

    private static long received(StormObservation storm, ToLongFunction<StormObservation.Received> count) {
        return storm.pairs().stream()
                .flatMap(pair -> pair.received().stream())
                .mapToLong(count)
                .sum();
    }

    private static long sum(List<Pair> pairs, ToLongFunction<Pair> count) {
        return pairs.stream().mapToLong(count).sum();
    }

    private static long missing(NotificationStorm planned, Pair pair) {
        return pair.received()
                .map(received -> planned.messages() - received.bound() - received.standalone())
                .orElse(0L);
    }

    private static Optional<Finding> missing(
            NotificationStorm planned, TransferObservation observation, StormObservation storm) {
        boolean owing = observation.timeouts().stream()
                .anyMatch(timeout ->
                        storm.pairs().stream().anyMatch(pair -> pair.initiator().equals(timeout.rank())));
        if (!observation.losses().isEmpty() || !observation.failures().isEmpty() || owing) {
            return Optional.empty();
        }
        List<Pair> incomplete = storm.pairs().stream()
                .filter(pair -> missing(planned, pair) > 0)
                .toList();
        long missing = sum(incomplete, pair -> missing(planned, pair));
        long otherwise = received(storm, StormObservation.Received::altered)
                + storm.oddities().stream()
                        .filter(odd -> odd.kind() == Kind.STRANGER)
                        .count();
        if (missing == 0 || missing <= otherwise) {
            return Optional.empty();
        }
        Pair first = incomplete.get(0);
        StormObservation.Received received = first.received().orElseThrow();
        long number = received.firstMissing().orElse(0L);
        boolean bound = number % (1 + planned.standalone()) == 0;
        return Optional.of(finding(
                        FindingKind.NOT_NOTIFIED,
                        Quantities.count(missing, "notification") + " of the storm did not come, on " + first.target(),
                        Quantities.count(planned.transfers()) + " bound to transfers and "
                                + Quantities.count(planned.messages() - planned.transfers()) + " by themselves from "
                                + first.initiator(),
                        Quantities.count(received.bound()) + " and " + Quantities.count(received.standalone())
                                + " came",
                        first.target().label())
                .with(
                        "first",
                        "message " + Quantities.count(number) + ", "
                                + (bound ? "bound to transfer " : "by itself after transfer ")
                                + Quantities.count(number / (1 + planned.standalone()))));
    }

    private static Optional<Finding> late(
            NotificationStorm planned,
            StormObservation storm,
            String which,
            String since,
            Function<Pair, Optional<Times>> times) {
        Duration limit = Duration.ofMillis((long) planned.targetPollMillis() + planned.noticeMillis());
        return storm.pairs().stream()
                .filter(pair -> times.apply(pair)
                        .filter(each -> each.longest().compareTo(limit) > 0)
                        .isPresent())
                .max(Comparator.comparing(
                        pair -> times.apply(pair).orElseThrow().longest()))
                .map(pair -> {
                    Times each = times.apply(pair).orElseThrow();
                    return finding(
                            FindingKind.SLOW,
                            "a notification " + which + " took " + Quantities.duration(each.longest()) + ", on "
                                    + pair.target(),
                            "at most " + Quantities.duration(limit) + " after " + since
                                    + (planned.targetPollMillis() == 0
                                            ? ""
                                            : ", of which the target looks away for " + planned.targetPollMillis()
                                                    + " ms"),
                            "number " + Quantities.count(each.longestNumber()) + " took longest; half took "
                                    + Quantities.duration(each.median()) + " or less, of "
                                    + Quantities.count(each.kept()) + " whose times were kept",
                            pair.label());
                });
    }

    /** A case about transfers that are done in their post says nothing where none is. */
    private static Optional<Finding> inPost(
            NotificationStorm planned, TransferObservation observation, StormObservation storm) {
        boolean none =
                storm.pairs().stream().flatMap(pair -> pair.sent().stream()).allMatch(sent -> sent.inPost() == 0);
        return planned.endsInPost() && none && !Disturbance.anywhere(observation)
                ? Optional.of(Finding.of(
                                FindingKind.PREREQUISITE, SUBJECT, "no transfer of the storm was done in its post")
                        .with("expected", "at least one, as the case is about them")
                        .with("actual", "each was in progress when its post returned")
                        .with("remedy", "take smaller blocks, or a backend that ends small transfers in their post"))
                : Optional.empty();
    }

    /** What came, and how long it took. */
    static List<String> notes(TransferPlan plan, TransferObservation observation) {
        return observation.storm().stream()
                .flatMap(storm -> plan.storm().stream().flatMap(planned -> notes(planned, storm)))
                .toList();
    }

    private static Stream<String> notes(NotificationStorm planned, StormObservation storm) {
        List<Pair> pairs = storm.pairs();
        long sentBound = sum(
                pairs, pair -> pair.sent().map(StormObservation.Sent::transfers).orElse(0L));
        long inPost = sum(
                pairs, pair -> pair.sent().map(StormObservation.Sent::inPost).orElse(0L));
        long alone = sum(
                pairs,
                pair -> pair.sent().map(StormObservation.Sent::standalone).orElse(0L));
        List<String> notes = new ArrayList<>();
        notes.add(Quantities.count(received(storm, StormObservation.Received::bound)) + " of "
                + Quantities.count(sentBound, "notification") + " of transfers came as sent, "
                + Quantities.count(inPost) + " of these transfers done in their post"
                + (planned.standalone() == 0
                        ? ""
                        : ", and " + Quantities.count(received(storm, StormObservation.Received::standalone)) + " of "
                                + Quantities.count(alone) + " by themselves"));
        slowest(pairs, Pair::bound)
                .ifPresent(times -> notes.add("notified " + spread(times) + " after DONE"
                        + (times.polled() == 0
                                ? ""
                                : "; before the initiator's first poll in " + Quantities.count(times.beforePoll())
                                        + " of " + Quantities.count(times.polled())
                                        + " that were not done in their post")));
        slowest(pairs, Pair::standalone)
                .ifPresent(times -> notes.add("notified by themselves " + spread(times) + " after the call"));
        pairs.stream()
                .flatMap(pair -> pair.timesNotObserved().stream())
                .findFirst()
                .ifPresent(because -> notes.add("how long notifications took was not measured: " + because));
        return notes.stream();
    }

    private static Optional<Times> slowest(List<Pair> pairs, Function<Pair, Optional<Times>> times) {
        return pairs.stream().flatMap(pair -> times.apply(pair).stream()).max(Comparator.comparing(Times::longest));
    }

    private static String spread(Times times) {
        return Quantities.duration(times.median()) + " (p50), " + Quantities.duration(times.p99()) + " (p99), "
                + Quantities.duration(times.longest()) + " (longest)";
    }
}
