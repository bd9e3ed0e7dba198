package org.nixlconform.plan;

/**
 * How one rank's memory is laid out: 4,096 guard bytes, then each region, which starts at a multiple of 4,096 and is
 * followed by a gap of at least 4,096 guard bytes; or all regions back to back between such guards. Offsets count from the
 * arena's start, in bytes.
 *
 * @param regions number of regions, {@link KvGeometry#regions()}
 * @param cachedBlocks blocks in each region
 * @param blockBytes bytes of one block in one region; blocks lie without gaps
 * @param spacing what lies between regions
 */
public record ArenaLayout(int regions, int cachedBlocks, long blockBytes, Spacing spacing) {
    private static final long PAGE_BYTES = 4096;

    public ArenaLayout {
        if (regions < 1 || cachedBlocks < 1 || blockBytes < 1) {
            throw new IllegalArgumentException(
                    "an arena of " + regions + " regions x " + cachedBlocks + " blocks x " + blockBytes + " bytes");
        }
    }

    /** Of ranks that hold {@code share}. */
    static ArenaLayout of(KvGeometry geometry, int cachedBlocks, HeadShare share) {
        return new ArenaLayout(geometry.regions(), cachedBlocks, geometry.blockBytes(share), geometry.spacing());
    }

    /** Bytes of the first guard, and the least that lies behind the last region. */
    public long guardBytes() {
        return PAGE_BYTES;
    }

    public long regionBytes() {
        return Math.multiplyExact(blockBytes, cachedBlocks);
    }

    /** From the start of one region to the start of the next. */
    public long regionStrideBytes() {
        return spacing == Spacing.BACK_TO_BACK ? regionBytes() : Math.addExact(wholePages(regionBytes()), guardBytes());
    }

    private static long wholePages(long bytes) {
        return Math.addExact(bytes, PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    }

    /** All of the arena; a multiple of 4,096. */
    public long totalBytes() {
        long guarded = Math.addExact(guardBytes(), Math.multiplyExact(regionStrideBytes(), regions));
        return spacing == Spacing.BACK_TO_BACK ? Math.addExact(wholePages(guarded), guardBytes()) : guarded;
    }

    public long regionOffset(int region) {
        if (region < 0 || region >= regions) {
            throw new IndexOutOfBoundsException("region " + region + " of " + regions);
        }
        return guardBytes() + region * regionStrideBytes();
    }

    public long blockOffset(int region, int block) {
        if (block < 0 || block >= cachedBlocks) {
            throw new IndexOutOfBoundsException("block " + block + " of " + cachedBlocks);
        }
        return regionOffset(region) + block * blockBytes;
    }
}
