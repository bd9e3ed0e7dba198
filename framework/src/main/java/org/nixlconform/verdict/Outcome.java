package org.nixlconform.verdict;

/** From best to worst; of several the worst wins. */
public enum Outcome {
    CONFORMS,
    INCONCLUSIVE,
    VIOLATES,
    BROKEN;

    public Outcome worse(Outcome other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
