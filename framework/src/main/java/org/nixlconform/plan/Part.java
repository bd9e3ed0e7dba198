package org.nixlconform.plan;

/** What of a layer a region holds. */
public enum Part {
    KEY_AND_VALUE,
    KEY,
    VALUE,
    /** Of {@link Attention#MLA}. */
    LATENT,
    /** What a sparse indexer keeps beside the latent. */
    INDEXER;

    /** Whether its content is one for all heads. */
    boolean hasNoHeads() {
        return this == LATENT || this == INDEXER;
    }

    /** Region of a layer as messages name it, such as {@code layer 7} or {@code layer 7 value}. */
    String labelOf(int layer) {
        return switch (this) {
            case KEY -> "layer " + layer + " key";
            case VALUE -> "layer " + layer + " value";
            case INDEXER -> "layer " + layer + " indexer";
            case KEY_AND_VALUE, LATENT -> "layer " + layer;
        };
    }
}
