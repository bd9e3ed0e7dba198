package org.nixlconform.plan;

/** How heads are shared out over the ranks of an engine. */
public enum Attention {
    /** Every head lies on one rank only: the heads must divide by TP. */
    MHA,
    /** As {@link #MHA}; with more ranks than heads each head is replicated on as many ranks. */
    GQA,
    /** One latent per token, whole on every rank. */
    MLA
}
