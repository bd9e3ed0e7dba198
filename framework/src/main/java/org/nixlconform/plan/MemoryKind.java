package org.nixlconform.plan;

/** Where the cache lives. */
public enum MemoryKind {
    DRAM,
    VRAM
}
