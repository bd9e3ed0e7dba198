package org.nixlconform.plan;

/** A fault that a case plants in its own use of NIXL, to show that it is caught. */
public enum Mutation {
    /** Descriptor indices of the remote side are computed with the initiator's own number of cached blocks. */
    WRONG_OWNER_BLOCK_COUNT,
    /** The initiator looks for blocks of every remote region as far apart as those of the first region lie. */
    WRONG_BLOCK_LENGTH,
    /** The initiator looks for each part of a remote state where the next one begins, for the last where the first does. */
    WRONG_STATE_OFFSET,
    /** Prefill writes other content over the blocks of each served request as soon as decode is told to read them. */
    REUSED_BEFORE_NOTIFICATION,
    /**
     * Decode gives blocks of a served request that it drops, or of which a transfer failed, to others at once, while they are
     * still read to.
     */
    REUSED_WITHOUT_QUARANTINE,
    /** The initiator takes the remote ranks' regions for those on the other of their two GPUs. */
    WRONG_DEVICE,
    /** Prefill lays out its blocks the other way, NHD for HND, than the plan and the initiator say. */
    WRONG_LAYOUT;

    boolean isOfServedRequests() {
        return this == REUSED_BEFORE_NOTIFICATION || this == REUSED_WITHOUT_QUARANTINE;
    }
}
