package org.nixlconform.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The blocks that one decode engine takes from one prefill engine. Entry i of the one list becomes entry i of the
 * other. The first {@link BlockUse#prefixHit()} entries are in both lists but do not move: decode already holds them.
 *
 * <p>Requests of one engine never share a block.
 *
 * @param sourceBlocks in the cache of the prefill engine
 * @param destinationBlocks in the cache of the decode engine
 */
public record BlockRequest(
        int prefillEngine, int decodeEngine, List<Integer> sourceBlocks, List<Integer> destinationBlocks) {

    public BlockRequest {
        sourceBlocks = List.copyOf(sourceBlocks);
        destinationBlocks = List.copyOf(destinationBlocks);
    }

    /** One request for each pair of engines, by prefill engine, then by decode engine. */
    static List<BlockRequest> of(TransferPlan plan) {
        List<Cutter> prefills = cutters(plan, Role.PREFILL);
        List<Cutter> decodes = cutters(plan, Role.DECODE);
        List<BlockRequest> requests = new ArrayList<>();
        for (Topology.EnginePair pair : plan.topology().enginePairs()) {
            requests.add(new BlockRequest(
                    pair.prefillEngine(),
                    pair.decodeEngine(),
                    prefills.get(pair.prefillEngine()).next(),
                    decodes.get(pair.decodeEngine()).next()));
        }
        return List.copyOf(requests);
    }

    private static List<Cutter> cutters(TransferPlan plan, Role role) {
        return IntStream.range(0, plan.topology().engines(role))
                .mapToObj(engine -> new Cutter(
                        order(plan.blocks(), role, engine), plan.blocks().transferred()))
                .toList();
    }

    /** All block ids of an engine's cache in the order in which requests take them. */
    private static List<Integer> order(BlockUse blocks, Role role, int engine) {
        int[] ids = IntStream.range(0, blocks.cached(role)).toArray();
        if (blocks.selection() == Selection.SHUFFLED) {
            shuffle(ids, random(blocks.seed(), role, engine));
        }
        return IntStream.of(ids).boxed().toList();
    }

    /**
     * A generator of this engine alone. Seeds of SplitMix64 that differ by a multiple of its increment give the same
     * numbers shifted, so the engine's number goes in between two rounds of mixing.
     */
    private static SplittableRandom random(long seed, Role role, int engine) {
        long mixed = new SplittableRandom(seed).nextLong() ^ ((long) role.ordinal() << 32 | engine);
        return new SplittableRandom(new SplittableRandom(mixed).nextLong());
    }

    /** Fisher-Yates. Reduces 64 bits itself: only {@code nextLong} is the same in every Java release. */
    private static void shuffle(int[] ids, SplittableRandom random) {
        for (int last = ids.length - 1; last > 0; last--) {
            int other = (int) Long.remainderUnsigned(random.nextLong(), last + 1L);
            int id = ids[last];
            ids[last] = ids[other];
            ids[other] = id;
        }
    }

    /** Cuts an engine's block ids into disjoint pieces. */
    private static final class Cutter {
        private final List<Integer> ids;
        private final int pieceBlocks;
        private int taken;

        Cutter(List<Integer> ids, int pieceBlocks) {
            this.ids = ids;
            this.pieceBlocks = pieceBlocks;
        }

        List<Integer> next() {
            List<Integer> piece = ids.subList(taken, taken + pieceBlocks);
            taken += pieceBlocks;
            return piece;
        }
    }
}
