package org.nixlconform.engine.process;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nixlconform.engine.protocol.ArenaShape;
import org.nixlconform.engine.protocol.ArenaShape.RegionShape;
import org.nixlconform.engine.protocol.PairShape;

/**
 * A small cell: prefill engines, one decode engine, and the blocks that move. Shapes and pairs are made by rules of its
 * own, written down from the description of the caches, not from the code that plans real cells.
 *
 * @param latent MLA: every rank holds the one head
 * @param contentBytes of one head of one token in the first region, in the second and so on, and then in the first again
 * @param prefixBlocks leading blocks of each request that decode holds already
 */
record Ranks(
        int prefillEngines,
        int prefillTp,
        int decodeTp,
        int heads,
        boolean latent,
        boolean headsOutermost,
        int tokens,
        List<Integer> contentBytes,
        int prefixBlocks) {
    static final int REGIONS = 3;
    static final int PREFILL_BLOCKS = 7;
    static final int DECODE_BLOCKS = 11;
    static final int GUARD_BYTES = 64;
    private static final int GAP_BYTES = 40;

    /** With regions that are all alike. */
    Ranks(
            int prefillEngines,
            int prefillTp,
            int decodeTp,
            int heads,
            boolean latent,
            boolean headsOutermost,
            int tokens,
            int contentBytes,
            int prefixBlocks) {
        this(
                prefillEngines,
                prefillTp,
                decodeTp,
                heads,
                latent,
                headsOutermost,
                tokens,
                List.of(contentBytes),
                prefixBlocks);
    }

    /** Blocks of one prefill engine and where decode puts them. */
    record Request(List<Integer> sources, List<Integer> destinations) {}

    /** One rank. The decode engine is engine 0. */
    record Rank(boolean prefill, int engine, int index) {
        String label() {
            return (prefill ? "prefill-" : "decode-") + engine + "-rank-" + index;
        }
    }

    Request request(int prefillEngine) {
        return prefillEngine == 0
                ? new Request(List.of(5, 0, 3), List.of(9, 1, 4))
                : new Request(List.of(2, 6, 1), List.of(0, 10, 6));
    }

    List<Rank> all() {
        List<Rank> all = new ArrayList<>();
        for (int engine = 0; engine < prefillEngines; engine++) {
            for (int index = 0; index < prefillTp; index++) {
                all.add(new Rank(true, engine, index));
            }
        }
        all.addAll(decodes());
        return all;
    }

    List<Rank> decodes() {
        List<Rank> ranks = new ArrayList<>();
        for (int index = 0; index < decodeTp; index++) {
            ranks.add(new Rank(false, 0, index));
        }
        return ranks;
    }

    List<Integer> headsOf(Rank rank) {
        int tp = rank.prefill() ? prefillTp : decodeTp;
        List<Integer> held = new ArrayList<>();
        for (int head = 0; head < heads; head++) {
            // Rank r of tp holds head h when its share of the heads, r/tp to (r+1)/tp, touches that of h.
            boolean touches = rank.index() * heads < (head + 1) * tp && head * tp < (rank.index() + 1) * heads;
            if (latent || touches) {
                held.add(head);
            }
        }
        return held;
    }

    ArenaShape arena(Rank rank) {
        long base = 0;
        for (Rank before : all()) {
            ArenaShape shape = shape(before, base);
            if (before.equals(rank)) {
                return shape;
            }
            base += shape.totalBytes();
        }
        throw new IllegalArgumentException(rank.label());
    }

    long locationLimit() {
        return all().stream().mapToLong(rank -> arena(rank).totalBytes()).sum();
    }

    private ArenaShape shape(Rank rank, long base) {
        List<Integer> held = headsOf(rank);
        int blocks = rank.prefill() ? PREFILL_BLOCKS : DECODE_BLOCKS;
        List<RegionShape> inTurn = new ArrayList<>();
        for (int content : contentBytes) {
            long regionBytes = (long) blocks * held.size() * tokens * content;
            inTurn.add(new RegionShape(content, stride(regionBytes)));
        }
        long totalBytes = GUARD_BYTES;
        for (int region = 0; region < REGIONS; region++) {
            totalBytes += inTurn.get(region % inTurn.size()).strideBytes();
        }
        return new ArenaShape(
                base,
                GUARD_BYTES,
                inTurn,
                REGIONS,
                blocks,
                totalBytes,
                held.get(0),
                held.size(),
                tokens,
                headsOutermost,
                List.of(),
                null);
    }

    /** A region ends anywhere; the next one begins at a word, as locations are of words. */
    private static long stride(long regionBytes) {
        return (regionBytes + GAP_BYTES + 7) / 8 * 8;
    }

    /** The rank of a prefill engine that gives a head to a decode rank: of copies, one that is not always the first. */
    Rank giver(Rank decode, int prefillEngine, int head) {
        List<Rank> holders = all().stream()
                .filter(rank -> rank.prefill() && rank.engine() == prefillEngine)
                .filter(rank -> headsOf(rank).contains(head))
                .toList();
        return holders.get(decode.index() % holders.size());
    }

    /** What a rank is told of its peers; where a peer's memory is comes from {@code addresses}. */
    List<PairShape> pairs(Rank rank, Map<Rank, List<Long>> addresses) {
        List<PairShape> pairs = new ArrayList<>();
        for (Rank decode : decodes()) {
            for (int engine = 0; engine < prefillEngines; engine++) {
                Map<Rank, List<Integer>> given = new LinkedHashMap<>();
                for (int head : headsOf(decode)) {
                    given.computeIfAbsent(giver(decode, engine, head), giver -> new ArrayList<>())
                            .add(head);
                }
                Request request = request(engine);
                given.forEach((giver, moved) -> {
                    if (rank.equals(decode)) {
                        pairs.add(pair(giver, moved, request.destinations(), request.sources(), addresses));
                    } else if (rank.equals(giver)) {
                        pairs.add(pair(decode, moved, request.sources(), request.destinations(), addresses));
                    }
                });
            }
        }
        return pairs;
    }

    private PairShape pair(
            Rank peer, List<Integer> moved, List<Integer> own, List<Integer> peers, Map<Rank, List<Long>> addresses) {
        return new PairShape(
                peer.label(),
                arena(peer),
                0,
                addresses.getOrDefault(peer, List.of(0L)),
                new byte[0],
                moved.get(0),
                moved.size(),
                own.stream().mapToInt(Integer::intValue).toArray(),
                peers.stream().mapToInt(Integer::intValue).toArray(),
                prefixBlocks);
    }

    @Override
    public String toString() {
        return prefillEngines + " x TP " + prefillTp + " -> TP " + decodeTp + ", " + heads
                + (latent ? " latent" : " heads") + ", " + tokens + " tokens x " + contentBytes + " bytes"
                + (headsOutermost ? " HND" : " NHD") + (prefixBlocks > 0 ? ", prefix " + prefixBlocks : "");
    }

    /** Topologies whose ranks can exchange slices. */
    static List<Ranks> cells() {
        List<Ranks> cells = new ArrayList<>();
        for (int[] tp : new int[][] {{1, 1}, {1, 2}, {2, 1}, {2, 4}, {4, 2}, {2, 2}}) {
            cells.add(new Ranks(1, tp[0], tp[1], 4, false, true, 4, 40, 0));
            cells.add(new Ranks(2, tp[0], tp[1], 4, false, true, 3, 41, 1));
        }
        // Fewer heads than ranks: heads lie on several ranks, on either side or on both.
        cells.add(new Ranks(1, 4, 2, 2, false, true, 4, 48, 0));
        cells.add(new Ranks(1, 2, 4, 2, false, true, 4, 48, 1));
        cells.add(new Ranks(2, 4, 4, 2, false, true, 4, 48, 0));
        cells.add(new Ranks(1, 1, 4, 2, false, true, 4, 48, 0));
        cells.add(new Ranks(1, 4, 1, 2, false, true, 4, 48, 0));
        // A latent lies on every rank.
        cells.add(new Ranks(1, 1, 2, 1, true, true, 4, 72, 1));
        cells.add(new Ranks(2, 4, 2, 1, true, true, 4, 73, 0));
        // Beside the latent an indexer, whose blocks are shorter, or longer.
        cells.add(new Ranks(1, 1, 1, 1, true, true, 4, List.of(72, 13), 0));
        cells.add(new Ranks(2, 1, 2, 1, true, true, 3, List.of(13, 72), 1));
        cells.add(new Ranks(1, 2, 1, 1, true, false, 4, List.of(40, 12), 0));
        // Tokens outermost: a slice is contiguous only as a whole block.
        cells.add(new Ranks(1, 2, 2, 4, false, false, 4, 40, 1));
        cells.add(new Ranks(2, 1, 1, 3, false, false, 5, 41, 0));
        return cells;
    }

    /** Topologies that only an oracle can handle: with tokens outermost and unequal shares no slice is contiguous. */
    static List<Ranks> cellsWithoutSlices() {
        return List.of(
                new Ranks(1, 1, 2, 4, false, false, 4, 40, 1),
                new Ranks(1, 2, 1, 4, false, false, 3, 41, 0),
                new Ranks(2, 4, 2, 4, false, false, 4, 40, 0),
                new Ranks(1, 2, 4, 2, false, false, 4, 40, 0));
    }
}
