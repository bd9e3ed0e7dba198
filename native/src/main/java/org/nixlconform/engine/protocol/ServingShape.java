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
        int failPercent,
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

    /** Name of a second agent of a rank, over the same memory, which is gone when requests are served. */
    public static final String GONE = "gone";

    /** Its full name. */
    public static String goneOf(String label) {
        return label + "." + GONE;
    }
}
