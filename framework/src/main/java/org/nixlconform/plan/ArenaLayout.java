package org.nixlconform.plan;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How one rank's memory is laid out: 4,096 guard bytes, then each region, which starts at a multiple of 4,096 and is
 * followed by a gap of at least 4,096 guard bytes; or all regions back to back between such guards. Offsets count from the
 * arena's start, in bytes.
 *
 * @param regions number of regions, {@link KvGeometry#regions()}
 * @param cachedBlocks blocks in each region
 * @param blockBytes bytes of one block in the first region, in the second and so on, and then in the first again: one for each
 *     part of a layer; blocks lie without gaps
 * @param spacing what lies between regions
 */
public record ArenaLayout(int regions, int cachedBlocks, List<Long> blockBytes, Spacing spacing) {
    private static final long PAGE_BYTES = 4096;

    public ArenaLayout {
        blockBytes = List.copyOf(blockBytes);
        boolean whole = !blockBytes.isEmpty() && regions >= 1 && regions % blockBytes.size() == 0;
        if (!whole || cachedBlocks < 1 || blockBytes.stream().anyMatch(bytes -> bytes < 1)) {
            throw new IllegalArgumentException(
                    "an arena of " + regions + " regions x " + cachedBlocks + " blocks x " + blockBytes + " bytes");
        }
    }

    /** Of ranks that hold {@code share}. */
    static ArenaLayout of(KvGeometry geometry, int cachedBlocks, HeadShare share) {
        List<Long> blockBytes = IntStream.range(0, geometry.partsPerLayer())
                .mapToObj(region -> geometry.blockBytes(region, share))
                .toList();
        return new ArenaLayout(geometry.regions(), cachedBlocks, blockBytes, geometry.spacing());
    }

    /** Bytes of the first guard, and the least that lies behind the last region. */
    public long guardBytes() {
        return PAGE_BYTES;
    }

    /** Bytes of one block in a region. */
    public long blockBytes(int region) {
        return blockBytes.get(region % blockBytes.size());
    }

    public long regionBytes(int region) {
        return Math.multiplyExact(blockBytes(region), cachedBlocks);
    }

    /** From the start of one region to the start of the next. */
    public long regionStrideBytes(int region) {
        long bytes = regionBytes(region);
        return spacing == Spacing.BACK_TO_BACK ? bytes : Math.addExact(wholePages(bytes), guardBytes());
    }

    private static long wholePages(long bytes) {
        return Math.addExact(bytes, PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    }

    /** Of the first regions, as many as a layer has, or fewer. */
    private long stridesBytes(int regionsOfALayer) {
        return IntStream.range(0, regionsOfALayer)
                .mapToLong(this::regionStrideBytes)
                .reduce(0, Math::addExact);
    }

    /** All of the arena; a multiple of 4,096. */
    public long totalBytes() {
        long layers = regions / blockBytes.size();
        long guarded = Math.addExact(guardBytes(), Math.multiplyExact(stridesBytes(blockBytes.size()), layers));
        return spacing == Spacing.BACK_TO_BACK ? Math.addExact(wholePages(guarded), guardBytes()) : guarded;
    }

    public long regionOffset(int region) {
        if (region < 0 || region >= regions) {
            throw new IndexOutOfBoundsException("region " + region + " of " + regions);
        }
        long layer = region / blockBytes.size();
        return guardBytes() + layer * stridesBytes(blockBytes.size()) + stridesBytes(region % blockBytes.size());
    }

    /** The last region that begins at an offset or before it; -1 before the first. */
    int regionAt(long offsetBytes) {
        if (offsetBytes < guardBytes()) {
            return -1;
        }
        long layer = Math.min(
                regions / blockBytes.size() - 1L, (offsetBytes - guardBytes()) / stridesBytes(blockBytes.size()));
        int region = (int) layer * blockBytes.size();
        while (region + 1 < regions && regionOffset(region + 1) <= offsetBytes) {
            region++;
        }
        return region;
    }

    public long blockOffset(int region, int block) {
        if (block < 0 || block >= cachedBlocks) {
            throw new IndexOutOfBoundsException("block " + block + " of " + cachedBlocks);
        }
        return regionOffset(region) + block * blockBytes(region);
    }
}
