package org.nixlconform.verdict;

import org.nixlconform.plan.RankId;
import org.nixlconform.transfer.TransferObservation;

/**
 * Whether something that ends a case early, and has a finding of its own, happened: a loss, a failed call, a timeout.
 * What is missing after it is not a second finding.
 */
final class Disturbance {
    private Disturbance() {}

    /** Anywhere in the case. */
    static boolean anywhere(TransferObservation observation) {
        return !observation.losses().isEmpty()
                || !observation.failures().isEmpty()
                || !observation.timeouts().isEmpty();
    }

    /** To this rank: lost at any time, or a failed call or a timeout in this iteration. */
    static boolean of(TransferObservation observation, RankId rank, int iteration) {
        return lost(observation, rank)
                || failed(observation, rank, iteration)
                || timedOut(observation, rank, iteration);
    }

    static boolean lost(TransferObservation observation, RankId rank) {
        return observation.losses().stream().anyMatch(loss -> loss.rank().equals(rank));
    }

    static boolean failed(TransferObservation observation, RankId rank, int iteration) {
        return observation.failures().stream()
                .anyMatch(failure -> failure.rank().equals(rank) && failure.iteration() == iteration);
    }

    static boolean timedOut(TransferObservation observation, RankId rank, int iteration) {
        return observation.timeouts().stream()
                .anyMatch(timeout -> timeout.rank().equals(rank) && timeout.iteration() == iteration);
    }
}
