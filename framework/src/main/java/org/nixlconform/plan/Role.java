package org.nixlconform.plan;

/** What an engine does in a serving system. */
public enum Role {
    PREFILL,
    DECODE;

    /** Lower case, as in names and messages. */
    public String label() {
        return this == PREFILL ? "prefill" : "decode";
    }

    public Role other() {
        return this == PREFILL ? DECODE : PREFILL;
    }
}
