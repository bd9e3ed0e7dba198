package org.nixlconform.plan;

/** Which cached blocks a request uses, and in which order it names them. NIXL merges what is adjacent on both sides. */
public enum Selection {
    /** A seeded random subset in random order, as a long-running allocator gives. */
    SHUFFLED,
    /** The first blocks in ascending order, as a fresh allocator gives: NIXL merges neighbours. */
    CONTIGUOUS,
    /** Of prefill as {@link #SHUFFLED}, of decode as {@link #CONTIGUOUS}: adjacent on one side only. */
    ASCENDING_IN_DECODE,
    /** Of prefill as {@link #CONTIGUOUS}, of decode as {@link #SHUFFLED}. */
    ASCENDING_IN_PREFILL,
    /** The last blocks from the last on: adjacent on both sides, but backwards. */
    DESCENDING,
    /** Of the first blocks one from the begin and one from the end in turns, so that no two that follow are adjacent. */
    ALTERNATING,
    /** The first blocks and the last ones, ascending: the last of a region is followed by the first of the next. */
    EDGES
}
