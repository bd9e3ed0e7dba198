package org.nixlconform.verdict;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;

/**
 * Where a case expects a throughput, ranks that move equally many bytes take about equally long; also where ranks share
 * cores, and the throughput itself is not judged.
 */
final class BalanceCheck implements Check {
    /** Two transports of one machine, or a rank without a turn, make two or three times; a slow rank is beyond. */
    static final int TIMES_THE_OTHERS = 4;

    /** One alone may have met anything. Of two, both must be slow. */
    static final int LEAST_ITERATIONS = 2;

    /** @param others what they took, at least half of them no longer */
    private record Slow(RankId rank, Duration took, Duration others, int otherRanks) {}

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        TransferTimes times = TransferTimes.of(plan, observation);
        if (times.iterations().size() < LEAST_ITERATIONS) {
            return List.of();
        }
        Duration leastExcess = TransferTimes.leastExcess(observation.host());
        PlannedTransfers planned = PlannedTransfers.of(plan);
        List<Slow> slow = slow(planned, planned.initiators(), times, leastExcess);
        if (slow.isEmpty()) {
            slow = slow(planned, planned.targets(), times, leastExcess);
        }
        return slow.isEmpty() ? List.of() : List.of(finding(planned, slow, times, leastExcess));
    }

    /** Slowest first. */
    private static List<Slow> slow(
            PlannedTransfers planned, SortedSet<RankId> ranks, TransferTimes times, Duration leastExcess) {
        Collection<List<RankId>> equal =
                ranks.stream().collect(Collectors.groupingBy(planned::bytes)).values();
        List<Slow> slow = new ArrayList<>();
        for (List<RankId> group : equal) {
            Map<RankId, Duration> took = new TreeMap<>();
            group.forEach(rank -> took.put(
                    rank,
                    TransferTimes.lowerMedian(times.iterations().stream()
                            .map(iteration -> iteration.longest(rank))
                            .toList())));
            if (took.size() > 1) {
                addSlow(took, leastExcess, slow);
            }
        }
        slow.sort(Comparator.comparing(Slow::took).reversed());
        return slow;
    }

    private static void addSlow(Map<RankId, Duration> took, Duration leastExcess, List<Slow> slow) {
        took.forEach((rank, own) -> {
            Map<RankId, Duration> others = new TreeMap<>(took);
            others.remove(rank);
            Duration median = TransferTimes.upperMedian(others.values());
            if (TransferTimes.stands(own, median, TIMES_THE_OTHERS, leastExcess)) {
                slow.add(new Slow(rank, own, median, others.size()));
            }
        });
    }

    private static Finding finding(
            PlannedTransfers planned, List<Slow> slow, TransferTimes times, Duration leastExcess) {
        Slow worst = slow.get(0);
        Finding finding = Finding.of(
                        FindingKind.THROUGHPUT,
                        "throughput",
                        worst.rank() + " takes " + Quantities.duration(worst.took()) + " for "
                                + Quantities.bytes(planned.bytes(worst.rank())) + ", others "
                                + Quantities.duration(worst.others()))
                .with(
                        "expected",
                        "at most " + TIMES_THE_OTHERS + " times as long as others that move as much, or "
                                + Quantities.duration(leastExcess) + " longer")
                .with(
                        "actual",
                        Quantities.duration(worst.took()) + ", the median of "
                                + Quantities.count(times.iterations().size(), "iteration") + " after the first")
                .with(
                        "others",
                        Quantities.duration(worst.others()) + ", the median of "
                                + Quantities.count(worst.otherRanks(), "rank"))
                .with("where", worst.rank() + " with " + Wording.names(planned.peers(worst.rank())));
        return slow.size() == 1
                ? finding
                : finding.with(
                        "as well",
                        Wording.names(slow.stream().skip(1).map(Slow::rank).toList()));
    }
}
