package org.nixlconform.engine.protocol;

import java.util.List;
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
 * @param tokensPerBlock of one head of a block in one region; of all layers where they share it
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
     * @param ordinals among those that the rank's process is shown; regions take turns on them
     * @param cache {@link #PLAIN}, or the name of another way to hold it
     */
    public record DevicePlace(List<Integer> ordinals, String cache) {
        public static final String PLAIN = "PLAIN";
        public static final String REMAPPED = "REMAPPED";
        public static final String MAPPED_WITHOUT_RDMA = "MAPPED_WITHOUT_RDMA";
        public static final String MAPPED_SHAREABLE = "MAPPED_SHAREABLE";
        public static final String HOST_STAGED = "HOST_STAGED";

        public boolean is(String way) {
            return cache.equals(way);
        }

        /** Whether it is mapped by CUDA's virtual memory management. */
        public boolean usesMapping() {
            return is("MAPPED") || is(MAPPED_WITHOUT_RDMA) || is(MAPPED_SHAREABLE) || is(REMAPPED);
        }
    }

    public long regionOffset(int region) {
        return guardBytes + region * regionStrideBytes;
    }

    /** @param addresses of the rank's allocations: one, or one on each of its devices, each with guard bytes at its begin */
    public long regionAddress(List<Long> addresses, int region) {
        return addresses.get(region % addresses.size()) + regionOffset(region / addresses.size());
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
