package org.nixlconform.plan;

/** What lies between the regions of one rank. */
public enum Spacing {
    /** Each begins with a page of its own, behind at least a page of guard bytes. */
    GUARDED,
    /** Nothing: a region begins where the one before it ends. */
    BACK_TO_BACK
}
