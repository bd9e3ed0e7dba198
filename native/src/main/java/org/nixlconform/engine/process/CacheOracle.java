package org.nixlconform.engine.process;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.nixlconform.binding.Payload;
import org.nixlconform.binding.RunList;
import org.nixlconform.binding.RunList.Run;
import org.nixlconform.engine.protocol.ArenaShape;
import org.nixlconform.engine.protocol.PairShape;

/**
 * What one rank's arena must hold. It is composed from the two layouts through logical coordinates (region, block, head,
 * token), never from the descriptor lists that drive a transfer: a wrong head slice must not verify itself.
 */
final class CacheOracle {
    /** Generation of everything that no iteration has touched. */
    static final int INITIAL_GENERATION = 1;

    private final ArenaShape own;
    private final List<PairShape> pairs;
    private final boolean source;
    /** By peers, in the order of their pairs: which head comes from whom is the same for every block of them. */
    private final Map<List<String>, List<Piece>> pieces = new HashMap<>();
    /** What requests before these left, by block. */
    private final SortedMap<Integer, Left> earlier;

    CacheOracle(ArenaShape own, List<PairShape> pairs, boolean source) {
        this(own, pairs, source, new TreeMap<>());
    }

    private CacheOracle(ArenaShape own, List<PairShape> pairs, boolean source, SortedMap<Integer, Left> earlier) {
        this.own = own;
        this.pairs = pairs;
        this.source = source;
        this.earlier = earlier;
    }

    private record Left(List<Use> uses, Generations generations) {}

    /** The same cache after these requests, for others that take other blocks. @param generations of these */
    CacheOracle then(List<PairShape> others, Generations generations) {
        SortedMap<Integer, Left> left = new TreeMap<>(earlier);
        uses().forEach((block, uses) -> left.put(block, new Left(uses, generations)));
        return new CacheOracle(own, others, source, left);
    }

    /** Generations of one iteration. */
    record Generations(int data, int older, int poison) {}

    /** The arena before any iteration: data in a source, poison in a destination, guards around the regions. */
    RunList initial() {
        RunList runs = new RunList();
        long next = 0;
        for (int region = 0; region < own.regions(); region++) {
            next = addGuard(runs, next, own.regionOffset(region));
            addOwn(runs, next, own.regionBytes(region), source ? Payload.DATA : Payload.POISON, INITIAL_GENERATION);
            next += own.regionBytes(region);
        }
        addGuard(runs, next, own.totalBytes());
        return runs;
    }

    /** What is written before an iteration: new data in the blocks that a source offers; in a destination poison, and
     * data of its own where it holds a prefix already. */
    RunList arming(Generations generations) {
        RunList runs = new RunList();
        for (int region = 0; region < own.regions(); region++) {
            for (Map.Entry<Integer, List<Use>> block : uses().entrySet()) {
                long offset = own.blockOffset(region, block.getKey());
                boolean prefix = block.getValue().get(0).prefix();
                if (source) {
                    addOwn(runs, offset, own.blockBytes(region), Payload.DATA, generations.data());
                } else if (prefix) {
                    addOwn(runs, offset, own.blockBytes(region), Payload.DATA, generations.older());
                } else {
                    addOwn(runs, offset, own.blockBytes(region), Payload.POISON, generations.poison());
                }
            }
        }
        return runs;
    }

    /** Blocks that no request uses or used, the first of them. */
    List<Integer> idleBlocks(int most) {
        SortedMap<Integer, List<Use>> uses = uses();
        return IntStream.range(0, own.cachedBlocks())
                .filter(block -> !uses.containsKey(block) && !earlier.containsKey(block))
                .limit(most)
                .boxed()
                .toList();
    }

    /** Such blocks, in all regions, as they are before any iteration. */
    RunList untouched(List<Integer> blocks) {
        RunList runs = new RunList();
        for (int region = 0; region < own.regions(); region++) {
            for (int block : blocks) {
                addUntouched(
                        runs, own.blockOffset(region, block), own.blockOffset(region, block) + own.blockBytes(region));
            }
        }
        return runs;
    }

    /** What requests before these left, in all regions. @param kept but for blocks that these take */
    RunList left(boolean kept) {
        RunList runs = new RunList();
        SortedMap<Integer, List<Use>> uses = uses();
        for (int region = 0; region < own.regions(); region++) {
            for (Map.Entry<Integer, Left> block : earlier.entrySet()) {
                if (!kept || !uses.containsKey(block.getKey())) {
                    addUsed(runs, region, block.getKey(), block.getValue(), false);
                }
            }
        }
        return runs;
    }

    /** No list of blocks of this cache has more runs. */
    int mostPieces() {
        int most = uses().values().stream()
                .mapToInt(uses -> pieces(uses.stream().map(Use::pair).toList()).size())
                .max()
                .orElse(1);
        return own.regions() * own.cachedBlocks() * most;
    }

    /** Of a token, in each block. */
    int slots() {
        return own.tokensPerBlock();
    }

    /** The whole arena after an iteration. */
    RunList afterwards(Generations generations) {
        RunList runs = new RunList();
        SortedMap<Integer, List<Use>> uses = uses();
        SortedMap<Integer, Left> touched = new TreeMap<>(earlier);
        uses.forEach((block, now) -> touched.put(block, new Left(now, generations)));
        long next = 0;
        for (int region = 0; region < own.regions(); region++) {
            next = addGuard(runs, next, own.regionOffset(region));
            for (Map.Entry<Integer, Left> block : touched.entrySet()) {
                long offset = own.blockOffset(region, block.getKey());
                addUntouched(runs, next, offset);
                addUsed(runs, region, block.getKey(), block.getValue(), uses.containsKey(block.getKey()));
                next = offset + own.blockBytes(region);
            }
            long end = own.regionOffset(region) + own.regionBytes(region);
            addUntouched(runs, next, end);
            next = end;
        }
        addGuard(runs, next, own.totalBytes());
        return runs;
    }

    /** One block of this rank in one pair. */
    private record Use(PairShape pair, int peerBlock, boolean prefix) {}

    private SortedMap<Integer, List<Use>> uses() {
        SortedMap<Integer, List<Use>> uses = new TreeMap<>();
        for (PairShape pair : pairs) {
            for (int i = 0; i < pair.ownBlocks().length; i++) {
                uses.computeIfAbsent(pair.ownBlocks()[i], block -> new ArrayList<>())
                        .add(new Use(pair, pair.peerBlocks()[i], i < pair.prefixBlocks()));
            }
        }
        return uses;
    }

    /** @param selected by the requests of now; else it must be as earlier ones left it */
    private void addUsed(RunList runs, int region, int block, Left used, boolean selected) {
        List<Use> uses = used.uses();
        Generations generations = used.generations();
        long offset = own.blockOffset(region, block);
        if (source) {
            addOwn(runs, offset, own.blockBytes(region), Payload.DATA, generations.data());
        } else if (uses.get(0).prefix()) {
            addOwn(runs, offset, own.blockBytes(region), Payload.DATA, generations.older());
        } else {
            addMoved(
                    runs,
                    region,
                    block,
                    origin(uses.stream().map(Use::pair).toList()),
                    uses.stream().mapToInt(Use::peerBlock).toArray(),
                    new Moved(generations.data(), generations.poison(), selected));
        }
    }

    /**
     * How content that came is held against what must be there.
     *
     * @param poison generation of what lay there before
     * @param selected whether it may only just have come
     */
    record Moved(int generation, int poison, boolean selected) {}

    /** Where blocks come from, and which part of them from whom: the same for all blocks and regions. */
    record Origin(List<PairShape> from, List<Piece> pieces) {}

    Origin origin(List<PairShape> from) {
        List<String> peers = from.stream().map(PairShape::peer).toList();
        return new Origin(from, pieces.computeIfAbsent(peers, named -> pieces(from)));
    }

    /** A block of a destination that holds what came from its peers, from a block of each. */
    void addMoved(RunList runs, int region, int block, Origin origin, int[] peerBlocks, Moved moved) {
        long offset = own.blockOffset(region, block);
        for (Piece piece : origin.pieces()) {
            ArenaShape peer = origin.from().get(piece.pair()).peerArena();
            long at = offset + piece.own() * own.contentBytes(region);
            runs.add(new Run(
                    at,
                    piece.count() * own.contentBytes(region),
                    peer.locationBase()
                            + peer.blockOffset(region, peerBlocks[piece.pair()])
                            + piece.peer() * peer.contentBytes(region),
                    own.locationBase() + at,
                    Payload.DATA,
                    moved.generation(),
                    moved.selected(),
                    moved.poison()));
        }
    }

    /**
     * A contiguous part of a block that is contiguous at its source too. Counted in contents of one head of one token, which are as
     * long as the region says.
     *
     * @param own how many lie before it in the own block
     * @param peer the same in the peer's
     */
    record Piece(int pair, long own, long peer, long count) {
        private boolean continues(Piece before) {
            return before.pair == pair && before.own + before.count == own && before.peer + before.count == peer;
        }
    }

    private List<Piece> pieces(List<PairShape> from) {
        List<Piece> single = new ArrayList<>();
        for (int head = own.firstHead(); head < own.firstHead() + own.headCount(); head++) {
            int pair = holder(from, head);
            for (int token = 0; token < own.tokensPerBlock(); token++) {
                single.add(new Piece(
                        pair,
                        own.contentIndex(head, token),
                        from.get(pair).peerArena().contentIndex(head, token),
                        1));
            }
        }
        single.sort(Comparator.comparingLong(Piece::own));
        List<Piece> merged = new ArrayList<>();
        for (Piece piece : single) {
            int last = merged.size() - 1;
            if (last >= 0 && piece.continues(merged.get(last))) {
                Piece before = merged.get(last);
                merged.set(last, new Piece(before.pair(), before.own(), before.peer(), before.count() + piece.count()));
            } else {
                merged.add(piece);
            }
        }
        return merged;
    }

    /** The one peer of a block that holds a head. */
    private static int holder(List<PairShape> from, int head) {
        int[] holders = IntStream.range(0, from.size())
                .filter(i -> head >= from.get(i).peerArena().firstHead()
                        && head
                                < from.get(i).peerArena().firstHead()
                                        + from.get(i).peerArena().headCount())
                .toArray();
        if (holders.length != 1) {
            throw new IllegalStateException("head " + head + " of a block comes from " + holders.length
                    + " ranks, expected one: "
                    + Arrays.stream(holders).mapToObj(i -> from.get(i).peer()).toList());
        }
        return holders[0];
    }

    void addUntouched(RunList runs, long from, long to) {
        if (to > from) {
            addOwn(runs, from, to - from, source ? Payload.DATA : Payload.POISON, INITIAL_GENERATION);
        }
    }

    long addGuard(RunList runs, long from, long to) {
        if (to > from) {
            addOwn(runs, from, to - from, Payload.GUARD, INITIAL_GENERATION);
        }
        return to;
    }

    void addOwn(RunList runs, long offset, long length, int kind, int generation) {
        long location = own.locationBase() + offset;
        runs.add(new Run(offset, length, location, location, kind, generation, false, INITIAL_GENERATION));
    }
}
