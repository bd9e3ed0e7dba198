package org.nixlconform.cluster;

/** What is left free of a node's or a device's memory, for the engines' own needs and for everybody else. */
final class HeadRoom {
    private static final double SHARE = 0.10;
    private static final long FIXED_BYTES = 512L << 20;

    private HeadRoom() {}

    /** What caches may take of {@code availableBytes}; at least 0. */
    static long within(long availableBytes) {
        return Math.max(0, availableBytes - (long) (availableBytes * SHARE) - FIXED_BYTES);
    }

    static String describe(long availableBytes) {
        return NodeFacts.gigabytes(availableBytes) + " free, of which 10 % and 512 MiB are left alone";
    }
}
