package org.nixlconform.plan;

/** Which of a model's tensors share a region. {@link Attention#MLA} has one latent in place of keys and values. */
public enum KeyValue {
    /** One region a layer: a head's key and value of one token lie side by side. */
    PACKED,
    /** Two regions a layer, keys before values. */
    SEPARATE,
    /** One region for all layers: a block holds those of each layer, packed, one layer after the other within each head. */
    CROSS_LAYER
}
