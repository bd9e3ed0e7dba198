package org.nixlconform.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The blocks that one decode engine takes from one prefill engine in an iteration. Entry i of the one list becomes entry i of the
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
    static List<BlockRequest> of(TransferPlan plan, int iteration) {
        List<Cutter> prefills = cutters(plan, Role.PREFILL, iteration);
        List<Cutter> decodes = cutters(plan, Role.DECODE, iteration);
        List<BlockRequest> requests = new ArrayList<>();
        int used = plan.blocks().prefixHit() + plan.moved(iteration);
        for (Topology.EnginePair pair : plan.topology().enginePairs()) {
            requests.add(new BlockRequest(
                    pair.prefillEngine(),
                    pair.decodeEngine(),
                    prefills.get(pair.prefillEngine()).next().subList(0, used),
                    decodes.get(pair.decodeEngine()).next().subList(0, used)));
        }
        return List.copyOf(requests);
    }

    private static List<Cutter> cutters(TransferPlan plan, Role role, int iteration) {
        int transferred = plan.blocks().transferred();
        // Where requests move on, one block is left to who reads beside them.
        int pool = plan.blocks().cached(role) - (plan.requestsMoveOn() ? 1 : 0);
        int taken = plan.requestsMoveOn()
                ? (int) ((long) iteration * plan.topology().requestsPerEngine(role) * transferred % pool)
                : 0;
        return IntStream.range(0, plan.topology().engines(role))
                .mapToObj(engine -> new Cutter(order(plan.blocks(), pool, role, engine), taken, transferred))
                .toList();
    }

    /** All block ids that an engine's requests have in the order in which they take them. */
    private static List<Integer> order(BlockUse blocks, int pool, Role role, int engine) {
        int[] ids = IntStream.range(0, pool).toArray();
        int used = blocks.transferred();
        switch (blocks.selection()) {
            case SHUFFLED -> shuffle(ids, random(blocks.seed(), role, engine));
            case CONTIGUOUS -> {}
            case ASCENDING_IN_DECODE, ASCENDING_IN_PREFILL -> {
                Role ascending = blocks.selection() == Selection.ASCENDING_IN_DECODE ? Role.DECODE : Role.PREFILL;
                if (role != ascending) {
                    shuffle(ids, random(blocks.seed(), role, engine));
                }
            }
            case DESCENDING ->
                ids = IntStream.range(0, pool).map(at -> pool - 1 - at).toArray();
            case ALTERNATING ->
                ids = IntStream.range(0, pool).map(at -> alternating(at, pool)).toArray();
            case EDGES -> ids = edges(pool, used);
        }
        return IntStream.of(ids).boxed().toList();
    }

    private static int alternating(int at, int pool) {
        return at % 2 == 0 ? at / 2 : pool - 1 - at / 2;
    }

    /** In pieces of {@code used}: half of each from the begin, the rest from the end, what is in between behind all of them. */
    private static int[] edges(int pool, int used) {
        int pieces = pool / used;
        int head = (used + 1) / 2;
        int tail = used - head;
        return IntStream.concat(
                        IntStream.range(0, pieces)
                                .flatMap(piece -> IntStream.concat(
                                        IntStream.range(piece * head, (piece + 1) * head),
                                        IntStream.range(pool - (piece + 1) * tail, pool - piece * tail))),
                        IntStream.range(pieces * head, pool - pieces * tail))
                .toArray();
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

    /** Cuts an engine's block ids, which it takes from the first again after the last, into disjoint pieces. */
    private static final class Cutter {
        private final List<Integer> ids;
        private final int pieceBlocks;
        private int taken;

        Cutter(List<Integer> ids, int taken, int pieceBlocks) {
            this.ids = ids;
            this.taken = taken;
            this.pieceBlocks = pieceBlocks;
        }

        List<Integer> next() {
            List<Integer> piece = IntStream.range(taken, taken + pieceBlocks)
                    .mapToObj(at -> ids.get(at % ids.size()))
                    .toList();
            taken += pieceBlocks;
            return piece;
        }
    }
}
