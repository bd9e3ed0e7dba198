package org.nixlconform.engine.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One rank's arena: guard bytes, then each region followed by a gap of guard bytes. All sizes in bytes.
 *
 * @param locationBase where the arena begins in the location space of the payload
 * @param guardBytes before the first region
 * @param regionsInTurn what regions are like: the first, the second and so on, and then the first again
 * @param regions one a layer, or two: first keys, then values; or first the latent, then the keys of an indexer
 * @param firstHead of the heads that the rank holds
 * @param headCount how many it holds
 * @param tokensPerBlock of one head of a block in one region; of all layers where they share it
 * @param headsOutermost HND; else NHD
 * @param stateParts how long the parts of a state are, relative to each other; together a block; empty without states
 * @param place null for host memory
 */
public record ArenaShape(
        long locationBase,
        long guardBytes,
        List<RegionShape> regionsInTurn,
        int regions,
        int cachedBlocks,
        long totalBytes,
        int firstHead,
        int headCount,
        int tokensPerBlock,
        boolean headsOutermost,
        List<Integer> stateParts,
        @Nullable DevicePlace place) {

    /**
     * @param contentBytes of one head of one token
     * @param strideBytes from the start of the region to the start of the next
     */
    public record RegionShape(long contentBytes, long strideBytes) {}

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

    /** Of one head of one token in one region. */
    public long contentBytes(int region) {
        return shape(region).contentBytes();
    }

    /** Of one block of this rank in one region. */
    public long blockBytes(int region) {
        return contentBytes(region) * tokensPerBlock * headCount;
    }

    /** Where a part of a state begins in its block, or, of one past the last, where the block ends. */
    public long partOffset(int region, int part) {
        return blockBytes(region) / weight(stateParts.size()) * weight(part);
    }

    private long weight(int parts) {
        return stateParts.stream().limit(parts).mapToLong(Integer::longValue).sum();
    }

    public long regionBytes(int region) {
        return cachedBlocks * blockBytes(region);
    }

    /** From the start of one region to the start of the next. */
    public long strideBytes(int region) {
        return shape(region).strideBytes();
    }

    private RegionShape shape(int region) {
        return regionsInTurn.get(region % regionsInTurn.size());
    }

    public long regionOffset(int region) {
        int turns = region / regionsInTurn.size();
        int behind = region % regionsInTurn.size();
        long offset = guardBytes;
        for (int i = 0; i < regionsInTurn.size(); i++) {
            offset += (i < behind ? turns + 1 : turns) * regionsInTurn.get(i).strideBytes();
        }
        return offset;
    }

    /**
     * @param addresses of the rank's allocations: one, or, where all regions are alike, one on each of its devices, each with guard
     *     bytes at its begin
     */
    public long regionAddress(List<Long> addresses, int region) {
        return addresses.get(region % addresses.size()) + regionOffset(region / addresses.size());
    }

    public long blockOffset(int region, int block) {
        return regionOffset(region) + block * blockBytes(region);
    }

    /** How many contents lie before that of one head (numbered over the whole model) of one token, in a block of any region. */
    public long contentIndex(int head, int token) {
        long local = (long) head - firstHead;
        return headsOutermost ? local * tokensPerBlock + token : (long) token * headCount + local;
    }
}
