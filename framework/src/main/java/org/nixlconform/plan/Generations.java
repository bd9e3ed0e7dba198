package org.nixlconform.plan;

/**
 * Which generation the payload has in each iteration. Generations are 1 to 2^21 - 1. Older is smaller, so content of an
 * earlier iteration is told from fresh content.
 */
public final class Generations {
    /** Highest generation that the payload's words can carry. */
    public static final int LIMIT = (1 << 21) - 1;

    /** Most iterations whose generations stay within {@link #LIMIT}. */
    public static final int MOST_ITERATIONS = LIMIT - 1;

    private Generations() {}

    /**
     * Generation of what prefill offers.
     *
     * @param iteration from 0
     */
    public static int generationOf(int iteration) {
        return iteration + 2;
    }

    /** Generation of the prefix blocks that decode already holds: an older request's. */
    public static int olderGenerationOf(int iteration) {
        return iteration + 1;
    }

    /** Generation of the poison in the destination before the transfer. */
    public static int poisonGenerationOf(int iteration) {
        return iteration + 1;
    }
}
