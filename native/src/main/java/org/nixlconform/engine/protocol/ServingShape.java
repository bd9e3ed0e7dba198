package org.nixlconform.engine.protocol;

/**
 * Requests that engines serve on their own. Fields as in the plan's {@code PagedServing}.
 *
 * @param seed what a request is follows from it and from its number
 */
public record ServingShape(
        long seed,
        int requests,
        int seconds,
        int inFlight,
        int fewestBlocks,
        int mostBlocks,
        int prefixHitPercent,
        int abortPercent,
        int dropPercent,
        int latePollPercent,
        int latePollMillis,
        int latePostPercent,
        int latePostMillis,
        int leaseMillis,
        boolean heartbeats,
        int layerGroups,
        int registeredFirstPercent,
        boolean refillInHandler) {
    /** From content that is written over a request's, to show that it was too early, to that of requests. */
    public static final int SPOILED_GENERATIONS = 1_000_000;
}
