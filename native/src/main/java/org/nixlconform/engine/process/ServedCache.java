package org.nixlconform.engine.process;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.nixlconform.binding.Payload;
import org.nixlconform.binding.RunList;
import org.nixlconform.engine.process.CacheOracle.Moved;
import org.nixlconform.engine.protocol.ArenaShape;
import org.nixlconform.engine.protocol.PairShape;

/** What must be in each block of one rank's cache while requests come and go. */
final class ServedCache {
    private final ArenaShape own;
    private final boolean source;
    private final CacheOracle oracle;
    private final Map<Integer, Content> contents = new TreeMap<>();

    /** @param from with a block of each peer in place of its blocks; empty where the rank wrote it itself */
    private record Content(int generation, List<PairShape> from, int[] peerBlocks) {}

    ServedCache(ArenaShape own, boolean source) {
        this.own = own;
        this.source = source;
        oracle = new CacheOracle(own, List.of(), source);
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
                contents.put(block, new Content(generation, List.of(), new int[0]));
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

    /** What these blocks must hold, as far as that is known. */
    RunList held(int[] blocks) {
        RunList runs = new RunList();
        for (int block : blocks) {
            for (int region = 0; region < own.regions(); region++) {
                addBlock(runs, region, block);
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
            contents.put(block, new Content(0, List.of(), new int[0]));
        }
    }

    /** A destination's blocks of a request that has come; from now on they must hold it. */
    RunList came(List<PairShape> from, int generation) {
        RunList runs = new RunList();
        int[] blocks = from.get(0).ownBlocks();
        for (int i = 0; i < blocks.length; i++) {
            int at = i;
            int[] peerBlocks =
                    from.stream().mapToInt(pair -> pair.peerBlocks()[at]).toArray();
            contents.put(blocks[i], new Content(generation, from, peerBlocks));
            for (int region = 0; region < own.regions(); region++) {
                oracle.addMoved(runs, region, blocks[i], from, peerBlocks, came(generation, true));
            }
        }
        return runs;
    }

    private static Moved came(int generation, boolean selected) {
        return new Moved(generation, CacheOracle.INITIAL_GENERATION, selected);
    }

    /** The whole arena, but for blocks that something was under way to. */
    RunList whole() {
        RunList runs = new RunList();
        long next = 0;
        for (int region = 0; region < own.regions(); region++) {
            next = oracle.addGuard(runs, next, own.regionOffset(region));
            for (int block = 0; block < own.cachedBlocks(); block++) {
                addBlock(runs, region, block);
            }
            next += own.regionBytes(region);
        }
        oracle.addGuard(runs, next, own.totalBytes());
        return runs;
    }

    private void addBlock(RunList runs, int region, int block) {
        Content content = contents.get(block);
        long offset = own.blockOffset(region, block);
        if (content == null) {
            oracle.addUntouched(runs, offset, offset + own.blockBytes(region));
        } else if (content.generation() != 0 && source) {
            addFilled(runs, region, block, content.generation());
        } else if (content.generation() != 0) {
            oracle.addMoved(
                    runs, region, block, content.from(), content.peerBlocks(), came(content.generation(), false));
        }
    }
}
