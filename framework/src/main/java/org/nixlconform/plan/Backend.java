package org.nixlconform.plan;

/** A NIXL plug-in that moves data. */
public enum Backend {
    UCX,
    LIBFABRIC
}
