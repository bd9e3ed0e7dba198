package org.nixlconform.plan;

/** Where the ranks of a case run. Both are strict: a cluster that cannot satisfy one makes the case inconclusive. */
public enum Placement {
    /** All ranks on one node. */
    PACK,
    /** No node holds ranks of both roles. */
    SPREAD
}
