package org.nixlconform.plan;

/** A request that NIXL must refuse when it is made. Each is asked for once before the valid transfer. */
public enum InvalidRequest {
    /** One remote index equals the number of remote descriptors. */
    INDEX_PAST_END,
    /** One remote index is -1. */
    NEGATIVE_INDEX,
    /** One remote index less than local ones. */
    UNEQUAL_COUNTS,
    /** A local descriptor shorter than the remote one. */
    UNEQUAL_LENGTHS,
    /** No index on either side. */
    EMPTY
}
