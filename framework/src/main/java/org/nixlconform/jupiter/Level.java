package org.nixlconform.jupiter;

/** How much a run takes, {@code -Dlevel}: each level has all cells of those before it. */
public enum Level {
    /** Minutes on two cores; what a run takes that does not say otherwise. */
    QUICK,
    /** What needs the cores of a real node, or long. */
    FULL,
    /** What has to run for hours to say anything. */
    SOAK
}
