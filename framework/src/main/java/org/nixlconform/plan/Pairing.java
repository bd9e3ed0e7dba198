package org.nixlconform.plan;

/** Which prefill engines a decode engine takes blocks from. */
public enum Pairing {
    /** From every one. */
    MESH,
    /**
     * From one: decode engine d from prefill engine d modulo their number. Needs at least as many decode engines as
     * prefill engines: a prefill engine without a request would be started and never tested.
     */
    ROUND_ROBIN
}
