package org.nixlconform.plan;

/** What of a layer a region holds. */
public enum Part {
    KEY_AND_VALUE,
    KEY,
    VALUE,
    /** Of {@link Attention#MLA}. */
    LATENT;

    /** Region of a layer as messages name it, such as {@code layer 7} or {@code layer 7 value}. */
    String labelOf(int layer) {
        return switch (this) {
            case KEY -> "layer " + layer + " key";
            case VALUE -> "layer " + layer + " value";
            case KEY_AND_VALUE, LATENT -> "layer " + layer;
        };
    }
}
