package org.nixlconform.plan;

/** Order of the axes inside one block. */
public enum Layout {
    /** Tokens outermost: the heads of one token lie together. */
    NHD,
    /** Heads outermost: a run of heads is one contiguous range. */
    HND
}
