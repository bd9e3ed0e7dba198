package org.nixlconform.plan;

/**
 * How many simulated rails each rank of a role has.
 *
 * @param prefill 1 to {@value #MOST}
 * @param decode 1 to {@value #MOST}
 */
public record Rails(int prefill, int decode) {
    /** As many as a p5.48xlarge has. */
    public static final int MOST = 32;

    public int of(Role role) {
        return role == Role.PREFILL ? prefill : decode;
    }

    /** Once where both roles have the same: {@code 4}, {@code 4/2}. */
    public String label() {
        return prefill == decode ? String.valueOf(prefill) : prefill + "/" + decode;
    }
}
