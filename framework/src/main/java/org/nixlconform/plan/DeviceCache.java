package org.nixlconform.plan;

import java.util.Locale;

/** How ranks hold caches on GPUs, where each does not hold one plain allocation on one GPU. */
public enum DeviceCache {
    /** Mapped by CUDA's virtual memory management, with GPUDirect RDMA where the GPU has it. */
    MAPPED,
    /** The same, and GPUDirect RDMA is not asked for. */
    MAPPED_WITHOUT_RDMA,
    /** Mapped, with handles by which other processes of the node can map it too, as PyTorch's expandable segments have them. */
    MAPPED_SHAREABLE,
    /** Mapped; in decode other physical memory is put behind the addresses once they are registered, which is a fault. */
    REMAPPED,
    /** The regions take turns on two GPUs, in one agent. */
    TWO_DEVICES,
    /** NIXL moves buffers in host memory: blocks are copied there before they are offered, and from there when they came. */
    HOST_STAGED;

    /** Whether the case plants a fault. */
    public boolean isFault() {
        return this == REMAPPED;
    }

    /** GPUs of one rank. */
    public int devices() {
        return this == TWO_DEVICES ? 2 : 1;
    }

    /** Such as {@code host-staged}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
