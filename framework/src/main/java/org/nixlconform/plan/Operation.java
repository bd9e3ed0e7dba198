package org.nixlconform.plan;

/** What the initiator asks NIXL for. */
public enum Operation {
    /** The initiator is the destination. */
    READ,
    /** The initiator is the source. */
    WRITE
}
