package org.nixlconform.plan;

/** Where the caches live: those of both roles, or prefill's and then decode's. */
public enum MemoryKind {
    DRAM,
    VRAM,
    DRAM_TO_VRAM,
    VRAM_TO_DRAM;

    /** Where the caches of one role live: DRAM or VRAM. */
    public MemoryKind of(Role role) {
        return switch (this) {
            case DRAM, VRAM -> this;
            case DRAM_TO_VRAM -> role == Role.DECODE ? VRAM : DRAM;
            case VRAM_TO_DRAM -> role == Role.PREFILL ? VRAM : DRAM;
        };
    }

    /** Whether a role's caches are on GPUs. */
    public boolean onDevice(Role role) {
        return of(role) == VRAM;
    }

    /** Whether one role alone has its caches on GPUs. */
    public boolean isMixed() {
        return onDevice(Role.PREFILL) != onDevice(Role.DECODE);
    }

    /** As in the name of a cell, such as {@code DRAM to VRAM}. */
    public String label() {
        return name().replace("_TO_", " to ");
    }
}
