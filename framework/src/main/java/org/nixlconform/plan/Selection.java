package org.nixlconform.plan;

/** Which cached blocks a request uses. */
public enum Selection {
    /** A seeded random subset in random order, as a long-running allocator gives. */
    SHUFFLED,
    /** The first blocks in ascending order, as a fresh allocator gives: NIXL merges neighbours. */
    CONTIGUOUS
}
