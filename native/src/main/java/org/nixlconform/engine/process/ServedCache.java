package org.nixlconform.engine.process;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nixlconform.binding.Payload;
import org.nixlconform.binding.RunList;
import org.nixlconform.engine.process.CacheOracle.Moved;
import org.nixlconform.engine.process.CacheOracle.Origin;
import org.nixlconform.engine.protocol.ArenaShape;
import org.nixlconform.engine.protocol.PairShape;

/** What must be in each block of one rank's cache while requests come and go. */
final class ServedCache {
    private final ArenaShape own;
    private final CacheOracle oracle;
    /** By block; null where nothing was since the beginning. */
    private final @Nullable Content[] contents;

    /** @param origin null where the rank wrote it itself, or what is there is unknown: generation 0 */
    private record Content(int generation, @Nullable Origin origin, int[] peerBlocks) {}

    ServedCache(ArenaShape own, boolean source) {
        this.own = own;
        oracle = new CacheOracle(own, List.of(), source);
        contents = new Content[own.cachedBlocks()];
    }

    RunList initial() {
        return oracle.initial();
    }

    /** A source's blocks of a request, to be filled; from now on they must hold it. */
    RunList filled(int[] blocks, int generation) {
        return filled(blocks, generation, 0, own.regions());
    }

    /** The same, region by region, up to the last. */
    RunList filled(int[] blocks, int generation, int firstRegion, int endRegion) {
        RunList runs = new RunList();
        unknown(blocks);
        for (int block : blocks) {
            if (endRegion == own.regions()) {
                contents[block] = new Content(generation, null, new int[0]);
            }
            for (int region = firstRegion; region < endRegion; region++) {
                addFilled(runs, region, block, generation);
            }
        }
        return runs;
    }

    int regions() {
        return own.regions();
    }

    /**
     * What these blocks must hold, as far as that is known. On any thread, as long as no other asks anything of these blocks.
     *
     * @param selected whether it has only just come
     */
    RunList held(int[] blocks, boolean selected) {
        RunList runs = new RunList();
        // In the order in which they lie in memory, as far as that is known: comparing fetches ahead.
        for (int region = 0; region < own.regions(); region++) {
            for (int block : blocks) {
                addBlock(runs, region, block, selected);
            }
        }
        return runs;
    }

    private void addFilled(RunList runs, int region, int block, int generation) {
        oracle.addOwn(runs, own.blockOffset(region, block), own.blockBytes(region), Payload.DATA, generation);
    }

    /** What is in these blocks is not known from now on: something is under way to them. */
    void unknown(int[] blocks) {
        for (int block : blocks) {
            contents[block] = new Content(0, null, new int[0]);
        }
    }

    /** A destination's blocks of a request that has come; from now on they must hold it. */
    void came(List<PairShape> from, int generation) {
        Origin origin = oracle.origin(from);
        int[] blocks = from.get(0).ownBlocks();
        for (int i = 0; i < blocks.length; i++) {
            int at = i;
            int[] peerBlocks =
                    from.stream().mapToInt(pair -> pair.peerBlocks()[at]).toArray();
            contents[blocks[i]] = new Content(generation, origin, peerBlocks);
        }
    }

    /** The whole arena, but for blocks that something was under way to. */
    RunList whole() {
        RunList runs = new RunList();
        long next = 0;
        for (int region = 0; region < own.regions(); region++) {
            next = oracle.addGuard(runs, next, own.regionOffset(region));
            for (int block = 0; block < own.cachedBlocks(); block++) {
                addBlock(runs, region, block, false);
            }
            next += own.regionBytes(region);
        }
        oracle.addGuard(runs, next, own.totalBytes());
        return runs;
    }

    /** @param selected whether it has only just come */
    private void addBlock(RunList runs, int region, int block, boolean selected) {
        Content content = contents[block];
        if (content == null) {
            long offset = own.blockOffset(region, block);
            oracle.addUntouched(runs, offset, offset + own.blockBytes(region));
        } else if (content.origin() != null) {
            Moved moved = new Moved(content.generation(), CacheOracle.INITIAL_GENERATION, selected);
            oracle.addMoved(runs, region, block, content.origin(), content.peerBlocks(), moved);
        } else if (content.generation() != 0) {
            addFilled(runs, region, block, content.generation());
        }
    }
}
