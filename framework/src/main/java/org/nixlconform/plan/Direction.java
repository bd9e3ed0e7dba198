package org.nixlconform.plan;

/**
 * Who asks NIXL for what. Data always go from prefill to decode, so READ is asked by decode and WRITE by prefill.
 */
public record Direction(Operation operation, Role initiator) {

    /** For example {@code decode READ}. */
    public String label() {
        return initiator.label() + " " + operation;
    }
}
