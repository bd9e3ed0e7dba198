package org.nixlconform.transfer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.nixlconform.engine.EngineStep;
import org.nixlconform.plan.NotificationStorm;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.StormObservation.Oddity;
import org.nixlconform.transfer.StormObservation.Pair;
import org.nixlconform.transfer.StormObservation.Received;
import org.nixlconform.transfer.StormObservation.Sent;
import org.nixlconform.transfer.StormObservation.Times;
import org.nixlconform.transfer.TransferObservation.CallFailure;

/** Puts together what the two ends of each pair of a storm say. */
final class StormNotes {
    private final TransferPlan plan;
    private final NotificationStorm storm;
    private final Map<RankId, EngineStep.StormPart> answers;
    private final List<Ends> ends;

    private record Ends(RankId initiator, RankId target) {}

    StormNotes(TransferPlan plan, Map<RankId, EngineStep.StormPart> answers) {
        this.plan = plan;
        this.storm = plan.storm().orElseThrow();
        this.answers = new TreeMap<>(answers);
        this.ends = plan.rankTransfers().stream()
                .map(each -> each.decode().role() == plan.direction().initiator()
                        ? new Ends(each.decode(), each.prefill())
                        : new Ends(each.prefill(), each.decode()))
                .distinct()
                .sorted(Comparator.comparing(Ends::initiator).thenComparing(Ends::target))
                .toList();
    }

    List<Pair> pairs(BiPredicate<RankId, RankId> oneClock) {
        return ends.stream()
                .map(each -> pair(each, oneClock.test(each.initiator(), each.target())))
                .toList();
    }

    private Pair pair(Ends each, boolean oneClock) {
        Optional<EngineStep.StormPair> sent = part(each.initiator(), each.target());
        Optional<EngineStep.StormPair> received = part(each.target(), each.initiator());
        return new Pair(
                each.initiator(),
                each.target(),
                sent.map(of -> new Sent(of.done(), of.inPost(), of.sent(), of.bytes(), of.hollow(), of.firstHollow())),
                received.map(of -> new Received(
                        of.receivedBound(),
                        of.receivedStandalone(),
                        of.again(),
                        of.altered(),
                        Optional.of(of.firstMissing()).filter(number -> number >= 0))),
                sent.filter(of -> oneClock)
                        .flatMap(from -> received.flatMap(to -> times(from.bound(), to.bound(), true))),
                sent.filter(of -> oneClock)
                        .flatMap(from -> received.flatMap(to -> times(from.standalone(), to.standalone(), false))),
                oneClock
                        ? Optional.empty()
                        : Optional.of(each.initiator() + " and " + each.target() + " are on different nodes"));
    }

    private Optional<EngineStep.StormPair> part(RankId rank, RankId peer) {
        return Optional.ofNullable(answers.get(rank))
                .flatMap(part -> part.pairs().stream()
                        .filter(pair -> pair.peer().equals(peer))
                        .findFirst());
    }

    /** One that took some time. */
    private record Took(long nanos, long number) {}

    /** @param fromDone else from the call that sent it */
    private Optional<Times> times(EngineStep.StormTimes from, EngineStep.StormTimes to, boolean fromDone) {
        List<Long> seen = to.seen();
        int kept = Math.min(seen.size(), from.sent().size());
        long messages = fromDone ? storm.transfers() : (long) storm.transfers() * storm.standalone();
        long every = kept == 0 ? 1 : (messages + kept - 1) / kept;
        List<Took> took = new ArrayList<>();
        long polled = 0;
        long beforePoll = 0;
        for (int i = 0; i < kept; i++) {
            long begun = fromDone ? from.done().get(i) : from.sent().get(i);
            if (seen.get(i) == 0 || begun == 0) {
                continue;
            }
            took.add(new Took(Math.max(0, seen.get(i) - begun), i * every));
            polled += from.polled().get(i) > 0 ? 1 : 0;
            beforePoll += from.polled().get(i) > seen.get(i) ? 1 : 0;
        }
        if (took.isEmpty()) {
            return Optional.empty();
        }
        took.sort(Comparator.comparingLong(Took::nanos));
        Took longest = took.get(took.size() - 1);
        return Optional.of(new Times(
                took.size(),
                Duration.ofNanos(took.get((took.size() - 1) / 2).nanos()),
                Duration.ofNanos(took.get((took.size() - 1) * 99 / 100).nanos()),
                Duration.ofNanos(longest.nanos()),
                longest.number(),
                polled,
                beforePoll));
    }

    List<Oddity> oddities() {
        Map<Long, Ends> byKey = new HashMap<>();
        ends.forEach(each -> byKey.put(EngineStep.stormKey(each.initiator(), each.target()), each));
        List<Oddity> oddities = new ArrayList<>();
        answers.forEach((rank, part) -> part.oddities().forEach(odd -> {
            Optional<Ends> named = Optional.ofNullable(byKey.get(odd.key()));
            oddities.add(new Oddity(
                    rank,
                    odd.sender(),
                    StormObservation.Kind.valueOf(odd.kind()),
                    odd.length(),
                    odd.message() < 0
                            ? Optional.empty()
                            : Optional.of("message " + odd.message() + " of "
                                    + named.map(each -> each.initiator() + " to " + each.target())
                                            .orElse(odd.sender() + " to " + rank)),
                    named.map(Ends::target),
                    difference(odd)));
        }));
        return oddities;
    }

    private static String difference(EngineStep.StormOddity odd) {
        if (odd.message() < 0) {
            return odd.length() + " bytes, " + (odd.found().isEmpty() ? "none" : "hex " + odd.found());
        }
        String lengths = odd.length() == odd.expectedLength()
                ? odd.length() + " bytes"
                : odd.length() + " bytes instead of " + odd.expectedLength();
        boolean equal = odd.length() == odd.expectedLength() && odd.at() == odd.length();
        return equal
                ? lengths + ", each as it was sent"
                : lengths + ", from byte " + odd.at() + " on hex " + shown(odd.found()) + " in place of "
                        + shown(odd.expected());
    }

    private static String shown(String hex) {
        return hex.isEmpty() ? "nothing" : hex;
    }

    /** The first call of each pair that failed, and of collecting. */
    List<CallFailure> failures() {
        List<CallFailure> failures = new ArrayList<>();
        answers.forEach((rank, part) -> {
            if (part.collectStatus() < 0) {
                failures.add(failure(rank, "storm", "nixl_capi_get_notifs", part.collectStatus(), ""));
            }
            part.pairs().stream()
                    .filter(pair -> !pair.failedCall().isEmpty())
                    .forEach(pair -> failures.add(
                            failure(rank, "storm", pair.failedCall(), pair.failedStatus(), pair.failedStatusName())));
        });
        return failures;
    }

    private CallFailure failure(RankId rank, String phase, String call, int status, String name) {
        return new CallFailure(rank, phase, plan.iterations(), call, status, name, List.of());
    }
}
