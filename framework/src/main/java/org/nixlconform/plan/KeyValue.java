package org.nixlconform.plan;

/** Whether keys and values share a region. Without meaning for {@link Attention#MLA}, which has one latent. */
public enum KeyValue {
    /** One region a layer: a head's key and value of one token lie side by side. */
    PACKED,
    /** Two regions a layer, keys before values. */
    SEPARATE
}
