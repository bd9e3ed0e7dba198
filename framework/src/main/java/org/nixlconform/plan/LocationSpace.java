package org.nixlconform.plan;

import java.util.Arrays;
import java.util.List;

/**
 * One address space of bytes over the memory of every rank of a plan: their arenas one after the other, in the order of
 * {@link Topology#ranks()}. The payload writes these addresses into memory, so that a byte says where it came from.
 */
public final class LocationSpace {
    /** Exclusive: the payload's words carry 41 bits, an index of 8-byte words. */
    static final long LIMIT_BYTES = 1L << 44;

    private final TransferPlan plan;
    private final List<RankId> ranks;
    /** Start of each rank's arena, and at the end the total. */
    private final long[] bounds;

    LocationSpace(TransferPlan plan) {
        this.plan = plan;
        this.ranks = plan.topology().ranks();
        this.bounds = new long[ranks.size() + 1];
        for (int index = 0; index < ranks.size(); index++) {
            bounds[index + 1] =
                    Math.addExact(bounds[index], plan.arena(ranks.get(index)).totalBytes());
        }
    }

    /** Address of the first byte of a rank's arena. */
    public long baseOf(RankId rank) {
        int index = ranks.indexOf(rank);
        if (index < 0) {
            throw new IllegalArgumentException(
                    rank + " is no rank of " + plan.topology().label());
        }
        return bounds[index];
    }

    /** Less than 2^44. */
    public long totalBytes() {
        return bounds[ranks.size()];
    }

    /** Address of a byte of the cache. @param slot the token, where layers share a region those of all of them */
    public long locationOf(RankId rank, int region, int block, int head, int slot, long contentByte) {
        return baseOf(rank)
                + plan.arena(rank).blockOffset(region, block)
                + plan.geometry(rank.role()).byteInBlock(region, plan.headShare(rank), head, slot, contentByte);
    }

    /** What an address stands for. Takes any value. */
    public Location describe(long locationBytes) {
        if (locationBytes < 0 || locationBytes >= totalBytes()) {
            return new Location.Outside(locationBytes);
        }
        int found = Arrays.binarySearch(bounds, locationBytes);
        int index = found >= 0 ? found : -found - 2;
        return describe(ranks.get(index), locationBytes - bounds[index]);
    }

    /** What an offset in one rank's arena stands for. */
    private Location describe(RankId rank, long arenaOffsetBytes) {
        ArenaLayout arena = plan.arena(rank);
        int region = arena.regionAt(arenaOffsetBytes);
        long inRegion = region < 0 ? 0 : arenaOffsetBytes - arena.regionOffset(region);
        if (region < 0 || inRegion >= arena.regionBytes(region)) {
            return new Location.Guard(rank, guardBehind(region), arenaOffsetBytes);
        }
        int block = (int) (inRegion / arena.blockBytes(region));
        return content(rank, region, block, inRegion % arena.blockBytes(region));
    }

    private Location content(RankId rank, int region, int block, long byteInBlock) {
        KvGeometry geometry = plan.geometry(rank.role());
        HeadShare share = plan.headShare(rank);
        int unit = (int) (byteInBlock / geometry.contentBytes(region));
        boolean headsOutermost = geometry.layout() == Layout.HND;
        int head = headsOutermost ? unit / geometry.slotsPerBlock() : unit % share.count();
        int slot = headsOutermost ? unit % geometry.slotsPerBlock() : unit / share.count();
        return new Location.Content(
                rank,
                region,
                geometry.layer(region, slot),
                geometry.part(region),
                block,
                share.first() + head,
                slot % geometry.tokensPerBlock(),
                byteInBlock % geometry.contentBytes(region));
    }

    /** @param region the one before the guard, -1 for the guard before the first */
    private String guardBehind(int region) {
        if (region < 0) {
            return "guard before " + regionLabel(0);
        }
        return region == plan.geometry().regions() - 1
                ? "guard behind " + regionLabel(region)
                : "guard between " + regionLabel(region) + " and " + regionLabel(region + 1);
    }

    private String regionLabel(int region) {
        KvGeometry geometry = plan.geometry();
        return geometry.part(region).labelOf(region / geometry.partsPerLayer());
    }
}
