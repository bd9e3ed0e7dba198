package org.nixlconform.engine.process;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nixlconform.binding.Device;
import org.nixlconform.binding.Drive;
import org.nixlconform.binding.NixlAgent.BlockRanges;
import org.nixlconform.binding.NixlAgent.Region;
import org.nixlconform.binding.NixlAgent.RegionRanges;
import org.nixlconform.binding.NixlMemory;
import org.nixlconform.engine.protocol.ArenaShape;
import org.nixlconform.engine.protocol.PairShape;

/**
 * Descriptor lists and indices of one pair, as a serving engine makes them: one descriptor for each block of each region
 * of the whole cache, region-major, prepared once; a transfer is a list of indices.
 *
 * <p>In hybrid models a block may hold a state of a Mamba layer, whose parts move one by one. They have descriptors behind all
 * those: one for each block of each part of each region. The last block that moves of a request is such a state.
 */
record PairDescriptors(ArenaShape own, List<Long> ownAddresses, PairShape pair) {

    BlockRanges local() {
        return ranges(own, ownAddresses, false, false);
    }

    BlockRanges remote() {
        return remote(false, false);
    }

    /**
     * @param wrongLength look for blocks of every region as far apart as those of the first
     * @param wrongState look for each part of a state where the next one begins, for the last where the first does
     */
    BlockRanges remote(boolean wrongLength, boolean wrongState) {
        return ranges(pair.peerArena(), pair.peerAddresses(), wrongLength, wrongState);
    }

    /** Bytes of one descriptor. @param index in the local list */
    private long lengthBytes(int index) {
        int region = index / own.cachedBlocks();
        int part = region - own.regions();
        return part < 0 ? blockBytes(region) : partBytes(part / parts(), part % parts());
    }

    private long partBytes(int region, int part) {
        return own.partOffset(region, part + 1) - own.partOffset(region, part);
    }

    private int parts() {
        return own.stateParts().size();
    }

    private long blockBytes(int region) {
        return own.headsOutermost()
                ? (long) pair.headCount() * own.tokensPerBlock() * own.contentBytes(region)
                : own.blockBytes(region);
    }

    /** Of all descriptors with these indices. */
    long bytes(int[] localIndices) {
        return IntStream.of(localIndices).mapToLong(this::lengthBytes).sum();
    }

    int[] localIndices() {
        return indices(pair.ownBlocks(), own.cachedBlocks(), 0, own.regions());
    }

    /** Of these regions alone. */
    int[] localIndices(int firstRegion, int endRegion) {
        return indices(pair.ownBlocks(), own.cachedBlocks(), firstRegion, endRegion);
    }

    /** Of these regions alone. */
    int[] remoteIndices(int firstRegion, int endRegion) {
        return indices(pair.peerBlocks(), pair.peerArena().cachedBlocks(), firstRegion, endRegion);
    }

    /** @param wrongOwner count blocks as if the remote cache had as many as the own one */
    int[] remoteIndices(boolean wrongOwner) {
        return indices(
                pair.peerBlocks(),
                wrongOwner ? own.cachedBlocks() : pair.peerArena().cachedBlocks(),
                0,
                own.regions());
    }

    /**
     * What moves, range by range; of more than {@code most} as many as that, evenly spread, the last among them.
     */
    List<Drive.CopyRange> copyRanges(int most) {
        int[] locals = localIndices();
        int[] remotes = remoteIndices(false);
        BlockRanges local = local();
        BlockRanges remote = remote();
        int count = Math.min(most, locals.length);
        List<Drive.CopyRange> ranges = new ArrayList<>(count);
        for (long i = 1; i <= count; i++) {
            int at = (int) (i * locals.length / count) - 1;
            ranges.add(new Drive.CopyRange(
                    address(local, locals[at]), address(remote, remotes[at]), lengthBytes(locals[at])));
        }
        return ranges;
    }

    private static long address(BlockRanges ranges, int index) {
        RegionRanges region = ranges.regions().get(index / ranges.blocks());
        return region.address() + region.firstBytes() + (index % ranges.blocks()) * region.strideBytes();
    }

    private int[] indices(int[] blocks, int cachedBlocks, int firstRegion, int endRegion) {
        int moved = blocks.length - pair.prefixBlocks();
        int states = parts() > 0 && moved > 0 ? 1 : 0;
        int end = blocks.length - states;
        int[] indices = new int[(endRegion - firstRegion) * (moved - states + states * parts())];
        int next = 0;
        for (int region = firstRegion; region < endRegion; region++) {
            for (int i = pair.prefixBlocks(); i < end; i++) {
                indices[next++] = region * cachedBlocks + blocks[i];
            }
        }
        for (int part = firstRegion * parts(); next < indices.length; part++) {
            indices[next++] = (own.regions() + part) * cachedBlocks + blocks[end];
        }
        return indices;
    }

    private BlockRanges ranges(ArenaShape arena, List<Long> addresses, boolean wrongLength, boolean wrongState) {
        // A rank takes its peers' blocks for laid out as its own are: so do engines that exchange metadata.
        long headsBefore = own.headsOutermost() ? pair.firstHead() - arena.firstHead() : 0;
        Stream<RegionRanges> blocks = IntStream.range(0, arena.regions())
                .mapToObj(region -> new RegionRanges(
                        arena.regionAddress(addresses, region),
                        headsBefore * arena.tokensPerBlock() * arena.contentBytes(region),
                        blockBytes(region),
                        arena.blockBytes(wrongLength ? 0 : region)));
        // Both ends hold equal shares of a state.
        Stream<RegionRanges> states = IntStream.range(0, arena.regions())
                .boxed()
                .flatMap(region -> IntStream.range(0, parts())
                        .mapToObj(part -> new RegionRanges(
                                arena.regionAddress(addresses, region),
                                arena.partOffset(region, wrongState ? (part + 1) % parts() : part),
                                partBytes(region, part),
                                arena.blockBytes(region))));
        return new BlockRanges(Stream.concat(blocks, states).toList(), arena.cachedBlocks(), memory(arena));
    }

    static List<Region> regions(ArenaShape arena, List<Long> addresses) {
        return IntStream.range(0, arena.regions())
                .mapToObj(region -> new Region(arena.regionAddress(addresses, region), arena.regionBytes(region)))
                .toList();
    }

    /** What a simulated GPU has is memory of the host: NIXL, which would not take it for anything else, is told so. */
    static NixlMemory memory(ArenaShape arena) {
        ArenaShape.DevicePlace place = arena.place();
        return place == null || place.is(ArenaShape.DevicePlace.HOST_STAGED) || Device.simulated()
                ? NixlMemory.HOST
                : NixlMemory.devices(place.ordinals());
    }
}
