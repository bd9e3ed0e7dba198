package org.nixlconform.verdict;

import java.time.Duration;
import java.util.List;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.verdict.TransferTimes.Times;

/** Where a case expects a throughput, its last iterations take about as long as its first. */
final class DecayCheck implements Check {
    /** With the one that is left out. Fewer leave too few at each end: one slow one would decide. */
    static final int LEAST_ITERATIONS = 9;

    /** A machine that others use as well may halve its speed within a case. */
    static final int TIMES_THE_FIRST = 3;

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        List<Times> counted = TransferTimes.of(plan, observation).iterations();
        if (counted.size() < LEAST_ITERATIONS - 1) {
            return List.of();
        }
        int third = (counted.size() + 2) / 3;
        List<Times> first = counted.subList(0, third);
        List<Times> last = counted.subList(counted.size() - third, counted.size());
        Duration before = TransferTimes.upperMedian(longest(first));
        Duration after = TransferTimes.lowerMedian(longest(last));
        Duration leastExcess = TransferTimes.leastExcess(observation.host());
        return TransferTimes.stands(after, before, TIMES_THE_FIRST, leastExcess)
                ? List.of(Finding.of(
                                FindingKind.THROUGHPUT,
                                "throughput",
                                "the rate decays: " + Quantities.duration(before) + " an iteration, in the end "
                                        + Quantities.duration(after))
                        .with(
                                "expected",
                                "in the end at most " + TIMES_THE_FIRST + " times as long as in the beginning, or "
                                        + Quantities.duration(leastExcess) + " longer")
                        .with("beginning", described(plan, before, first))
                        .with("end", described(plan, after, last)))
                : List.of();
    }

    private static List<Duration> longest(List<Times> iterations) {
        return iterations.stream().map(Times::longest).toList();
    }

    private static String described(TransferPlan plan, Duration took, List<Times> iterations) {
        long bytes = PlannedTransfers.of(plan).bytes().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        return Quantities.duration(took) + ", " + Quantities.gbPerSecond((double) bytes / took.toNanos())
                + ", the median of iterations " + iterations.get(0).index() + " to "
                + iterations.get(iterations.size() - 1).index();
    }
}
