package org.nixlconform.verdict;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Iteration;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;

/**
 * How long transfers took, to be held against each other; this needs no reference, and no core for each rank.
 *
 * @param iterations those in which every planned transfer ended, without the first of the case, which makes connections
 *     and touches memory
 */
record TransferTimes(List<Times> iterations) {
    /** Less is noise on any machine, however many times longer it is. */
    private static final Duration LEAST_EXCESS = Duration.ofMillis(250);

    /** What shares a core waits for its turn: some thirty time slices of each rank there. */
    private static final Duration EXCESS_FOR_EACH_RANK_OF_A_CORE = Duration.ofMillis(100);

    TransferTimes {
        iterations = List.copyOf(iterations);
    }

    /** @param index of the iteration, from 0 */
    record Times(int index, Map<PlannedTransfers.Pair, Duration> byPair) {
        Times {
            byPair = Map.copyOf(byPair);
        }

        Duration longest() {
            return longest(pair -> true);
        }

        /** Of the transfers that this rank has a part in. */
        Duration longest(RankId rank) {
            return longest(pair -> pair.has(rank));
        }

        private Duration longest(Predicate<PlannedTransfers.Pair> which) {
            return byPair.entrySet().stream()
                    .filter(entry -> which.test(entry.getKey()))
                    .map(Map.Entry::getValue)
                    .reduce(Duration.ZERO, TransferTimes::longer);
        }
    }

    /** None where the case expects no throughput, where debug logging was on, and where something ended it early. */
    static TransferTimes of(TransferPlan plan, TransferObservation observation) {
        if (plan.expectations().throughput().isEmpty()
                || observation.settings().debugLogging()
                || Disturbance.anywhere(observation)) {
            return new TransferTimes(List.of());
        }
        PlannedTransfers planned = PlannedTransfers.of(plan);
        return new TransferTimes(observation.iterations().stream()
                .filter(iteration -> iteration.index() > 0)
                .map(TransferTimes::ended)
                .filter(times -> times.byPair().keySet().containsAll(planned.moving()))
                .toList());
    }

    private static Times ended(Iteration iteration) {
        return new Times(
                iteration.index(),
                iteration.transfers().stream()
                        .filter(transfer -> transfer.status() == 0)
                        .collect(Collectors.toMap(
                                transfer -> new PlannedTransfers.Pair(transfer.initiator(), transfer.target()),
                                RankTransferOutcome::total,
                                TransferTimes::longer)));
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    /** What took longer must have done so by more than this. */
    static Duration leastExcess(TransferObservation.Host host) {
        int ranksOfACore = (host.ranks() + host.cores() - 1) / host.cores();
        return longer(LEAST_EXCESS, EXCESS_FOR_EACH_RANK_OF_A_CORE.multipliedBy(ranksOfACore));
    }

    /** Whether {@code slow} is more than so many times {@code other}, and longer by more than {@code leastExcess}. */
    static boolean stands(Duration slow, Duration other, int times, Duration leastExcess) {
        return slow.compareTo(other.multipliedBy(times)) > 0
                && slow.minus(other).compareTo(leastExcess) > 0;
    }

    /** For what is said to be slow: at least half of these are as long. Not empty. */
    static Duration lowerMedian(Collection<Duration> durations) {
        return sorted(durations).get((durations.size() - 1) / 2);
    }

    /** For what it is held against: at least half of these are as short. Not empty. */
    static Duration upperMedian(Collection<Duration> durations) {
        return sorted(durations).get(durations.size() / 2);
    }

    private static List<Duration> sorted(Collection<Duration> durations) {
        return durations.stream().sorted().toList();
    }
}
