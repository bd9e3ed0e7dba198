package org.nixlconform.engine.protocol;

import org.jspecify.annotations.Nullable;

/**
 * One rank's arena: guard bytes, then each region followed by a gap of guard bytes. All sizes in bytes.
 *
 * @param locationBase where the arena begins in the location space of the payload
 * @param guardBytes before the first region
 * @param regionStrideBytes from the start of one region to the start of the next
 * @param regions one a layer, or two: first keys, then values
 * @param blockBytes of one block of this rank in one region
 * @param firstHead of the heads that the rank holds
 * @param headCount how many it holds
 * @param contentBytes of one head of one token in one region
 * @param headsOutermost HND; else NHD
 * @param place null for host memory
 */
public record ArenaShape(
        long locationBase,
        long guardBytes,
        long regionStrideBytes,
        int regions,
        int cachedBlocks,
        long blockBytes,
        long totalBytes,
        int firstHead,
        int headCount,
        int tokensPerBlock,
        long contentBytes,
        boolean headsOutermost,
        @Nullable DevicePlace place) {

    /**
     * Memory of a GPU.
     *
     * @param ordinal among those that the rank's process is shown
     * @param mapped allocated by CUDA's virtual memory management; else by its plain allocator
     */
    public record DevicePlace(int ordinal, boolean mapped) {}

    public long regionOffset(int region) {
        return guardBytes + region * regionStrideBytes;
    }

    public long regionBytes() {
        return cachedBlocks * blockBytes;
    }

    public long blockOffset(int region, int block) {
        return regionOffset(region) + block * blockBytes;
    }

    /** Offset within a block of one head (numbered over the whole model) of one token. */
    public long contentOffset(int head, int token) {
        long local = (long) head - firstHead;
        long index = headsOutermost ? local * tokensPerBlock + token : (long) token * headCount + local;
        return index * contentBytes;
    }
}
