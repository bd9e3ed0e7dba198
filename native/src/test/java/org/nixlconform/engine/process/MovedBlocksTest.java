package org.nixlconform.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nixlconform.binding.Arena;
import org.nixlconform.binding.Drive;
import org.nixlconform.binding.Drive.CopyRange;
import org.nixlconform.binding.NixlAgent.BlockRanges;
import org.nixlconform.binding.NixlAgent.RegionRanges;
import org.nixlconform.binding.Payload;
import org.nixlconform.binding.Posix;
import org.nixlconform.binding.RunList;
import org.nixlconform.engine.process.CacheOracle.Generations;
import org.nixlconform.engine.process.Ranks.Rank;
import org.nixlconform.engine.protocol.ArenaShape;
import org.nixlconform.engine.protocol.PairShape;

/**
 * Blocks that a copy moves along the descriptor lists, in real memory, judged by the oracle: right lists leave every
 * byte right, and each wrong list is seen for what it is.
 */
class MovedBlocksTest {
    private static final Generations GENERATIONS = new Generations(3, 2, 2);
    private static final int LISTED = 64;

    private final Payload payload = new Payload(42);
    private final Map<Rank, Arena> arenas = new LinkedHashMap<>();

    @AfterEach
    void release() {
        arenas.values().forEach(Arena::close);
        payload.close();
    }

    static List<Ranks> cells() {
        return Ranks.cells();
    }

    @ParameterizedTest
    @MethodSource("cells")
    void blocksThatDecodeReadsAreRight(Ranks ranks) {
        arm(ranks);
        ranks.decodes().forEach(rank -> move(pairs(ranks, rank), false));
        expectClean(ranks);
    }

    @ParameterizedTest
    @MethodSource("cells")
    void blocksThatPrefillWritesAreRight(Ranks ranks) {
        arm(ranks);
        ranks.all().stream().filter(Rank::prefill).forEach(rank -> move(pairs(ranks, rank), true));
        expectClean(ranks);
    }

    /** Blocks of 160 bytes; states of 30, 10, 10 and 110. */
    @Test
    void statesThatMoveInPartsArriveWhole() {
        for (int prefix = 0; prefix < 3; prefix++) {
            Ranks ranks = new Ranks(2, 2, 2, 2, false, true, 4, 40, prefix);
            arm(ranks);
            for (Rank rank : ranks.decodes()) {
                move(withStates(pairs(ranks, rank)), false);
            }
            expectClean(ranks);
        }
    }

    /** The last block of three regions is not as it should be, the others are. */
    @Test
    void partsThatAreLookedForInPlaceOfOthersAreSeen() {
        Ranks ranks = new Ranks(1, 1, 1, 1, false, true, 16, 512, 0);
        arm(ranks);
        Rank rank = decode(ranks, 0);
        PairDescriptors pair = withStates(pairs(ranks, rank)).get(0);
        int[] locals = pair.localIndices();
        int[] remotes = pair.remoteIndices(false);
        List<CopyRange> ranges = new ArrayList<>();
        for (int i = 0; i < locals.length; i++) {
            ranges.add(range(pair.local(), locals[i], pair.remote(false, true), remotes[i]));
        }
        copy(ranges, false);
        Payload.Verification found = verify(ranks, rank);
        expectAll(found, "TORN", 3);
        assertThat(found.differences())
                .as("the first part ends after 3 of 16 of 8192 bytes")
                .allMatch(each -> each.boundaryOffset() - each.firstOffset() == 1536);
    }

    @Test
    void whatNobodyCopiedIsPoison() {
        Ranks ranks = oneToTwo();
        arm(ranks);
        move(pairs(ranks, decode(ranks, 0)), false);
        assertThat(verify(ranks, decode(ranks, 0)).runsDiffering()).isZero();
        // Three blocks in three regions.
        expectAll(verify(ranks, decode(ranks, 1)), "POISON", 9);
    }

    /** A rank prepares its own cache once for all peers that it moves the same heads with. */
    @Test
    void localRangesOfTheSameHeadsAreEqual() {
        Ranks ranks = new Ranks(2, 1, 2, 4, false, true, 4, 40, 0);
        arm(ranks);
        List<PairDescriptors> pairs = pairs(ranks, decode(ranks, 0));
        assertThat(pairs).hasSize(2);
        assertThat(pairs.get(0).local()).isEqualTo(pairs.get(1).local());
        assertThat(withFirstHead(pairs.get(0), 1).local())
                .isNotEqualTo(pairs.get(1).local());
    }

    /** One head too far of a slice of two heads: the whole slice is moved by one head. */
    @Test
    void aWrongFirstHeadOfSeveralIsShifted() {
        Ranks ranks = oneToTwo();
        arm(ranks);
        for (Rank rank : ranks.decodes()) {
            PairDescriptors right = pairs(ranks, rank).get(0);
            // Heads 1 and 2, instead of 0 and 1 or of 2 and 3.
            copy(ranges(right, withFirstHead(right, 1)), false);
        }
        long headBytes = 4 * 40;
        Payload.Verification first = verify(ranks, decode(ranks, 0));
        expectAll(first, "SHIFTED", 9);
        assertThat(first.differences()).allMatch(each -> each.shift() == headBytes);
        assertThat(verify(ranks, decode(ranks, 1)).differences()).allMatch(each -> each.shift() == -headBytes);
    }

    /** The same with slices of one head: another head's slice, whole. */
    @Test
    void aWrongFirstHeadOfOneIsMisplaced() {
        Ranks ranks = new Ranks(1, 1, 4, 4, false, true, 4, 40, 0);
        arm(ranks);
        Rank rank = decode(ranks, 2);
        PairDescriptors right = pairs(ranks, rank).get(0);
        copy(ranges(right, withFirstHead(right, right.pair().firstHead() + 1)), false);
        Payload.Verification found = verify(ranks, rank);
        expectAll(found, "MISPLACED", 9);
        try (RunList runs = oracle(ranks, rank).afterwards(GENERATIONS)) {
            assertThat(found.differences()).allSatisfy(each -> {
                RunList.Run run = runs.get(Math.toIntExact(each.run()));
                assertThat(each.foundLocation() - (run.location() + each.firstOffset() - run.offset()))
                        .as("bytes from the expected head to the one found")
                        .isEqualTo(4 * 40);
                assertThat(each.foundGeneration()).isEqualTo(GENERATIONS.data());
            });
        }
    }

    /** Ranks of one engine have equal shapes: their memory is easily mistaken for another's. */
    @Test
    void theMemoryOfAnotherRankIsMisplaced() {
        // Large enough for the ranks' memory to lie farther apart than a shift can be.
        Ranks ranks = new Ranks(1, 2, 2, 4, false, true, 16, 512, 0);
        arm(ranks);
        Rank rank = decode(ranks, 0);
        PairDescriptors right = pairs(ranks, rank).get(0);
        Rank other = new Rank(true, 0, 1);
        PairShape pair = right.pair();
        PairShape wrong = new PairShape(
                pair.peer(),
                pair.peerArena(),
                0,
                arenas.get(other).addresses(),
                pair.peerShare(),
                pair.firstHead(),
                pair.headCount(),
                pair.ownBlocks(),
                pair.peerBlocks(),
                0);
        copy(ranges(right, new PairDescriptors(right.own(), right.ownAddresses(), wrong)), false);
        Payload.Verification found = verify(ranks, rank);
        expectAll(found, "MISPLACED", 9);
        long otherBase = ranks.arena(other).locationBase();
        assertThat(found.differences())
                .allMatch(each -> each.foundLocation() >= otherBase
                        && each.foundLocation() < otherBase + ranks.arena(other).totalBytes());
    }

    /** Remote indices counted with the own number of blocks: right for the first region, and for no other. */
    @Test
    void indicesOfTheWrongOwnerWriteWhereNobodyAsked() {
        Ranks ranks = new Ranks(1, 1, 1, 4, false, true, 16, 512, 0);
        arm(ranks);
        // The initiator must be the end with fewer blocks, or the indices leave the lists.
        PairDescriptors pair = pairs(ranks, new Rank(true, 0, 0)).get(0);
        copy(ranges(pair, pair, pair.localIndices(), pair.remoteIndices(true)), true);
        Payload.Verification found = verify(ranks, decode(ranks, 0));
        assertThat(count(found, "OVERRUN")).as("blocks that were not selected").isPositive();
        assertThat(count(found, "POISON")).as("blocks that did not arrive").isPositive();
        long secondRegion = ranks.arena(decode(ranks, 0)).regionOffset(1);
        assertThat(found.differences())
                .filteredOn(each -> each.firstOffset() < secondRegion)
                .as("blocks of the first region that were selected are right")
                .allMatch(each ->
                        Payload.CLASSIFICATIONS.get(each.classification()).equals("OVERRUN"));
    }

    /** Blocks of the second region taken for as far apart as the shorter ones of the first: right for block 0 alone. */
    @Test
    void blocksAtTheLengthOfAnotherRegionAreMisplaced() {
        Ranks ranks = new Ranks(1, 1, 1, 1, true, true, 16, List.of(512, 1536), 0);
        arm(ranks);
        Rank rank = decode(ranks, 0);
        PairDescriptors pair = pairs(ranks, rank).get(0);
        int[] locals = pair.localIndices();
        int[] remotes = pair.remoteIndices(false);
        List<CopyRange> ranges = new ArrayList<>();
        for (int i = 0; i < locals.length; i++) {
            ranges.add(range(pair.local(), locals[i], pair.remote(true, false), remotes[i]));
        }
        copy(ranges, false);
        Payload.Verification found = verify(ranks, rank);
        // Source blocks 5 and 3 of the second region; block 0 is where it would be anyway.
        expectAll(found, "MISPLACED", 2);
        long tooFarBack = 16 * (1536 - 512);
        try (RunList runs = oracle(ranks, rank).afterwards(GENERATIONS)) {
            assertThat(found.differences())
                    .extracting(each -> runs.get(Math.toIntExact(each.run())).location() - each.foundLocation())
                    .containsExactlyInAnyOrder(5 * tooFarBack, 3 * tooFarBack);
        }
    }

    @Test
    void twoBlocksInEachOthersPlaceAreMisplaced() {
        Ranks ranks = oneToTwo();
        arm(ranks);
        Rank rank = decode(ranks, 0);
        PairDescriptors pair = pairs(ranks, rank).get(0);
        int[] remote = pair.remoteIndices(false);
        int swapped = remote[0];
        remote[0] = remote[1];
        remote[1] = swapped;
        copy(ranges(pair, pair, pair.localIndices(), remote), false);
        expectAll(verify(ranks, rank), "MISPLACED", 2);
    }

    @Test
    void blocksOfTheIterationBeforeAreStale() {
        Ranks ranks = oneToTwo();
        arm(ranks);
        Generations later = new Generations(GENERATIONS.data() + 1, GENERATIONS.data(), GENERATIONS.data());
        for (Rank rank : ranks.decodes()) {
            move(pairs(ranks, rank), false);
            try (RunList runs = oracle(ranks, rank).afterwards(later)) {
                Payload.Verification found =
                        arenas.get(rank).place(payload, runs).verify(ranks.locationLimit(), later.data(), LISTED);
                expectAll(found, "STALE", 9);
                assertThat(found.differences()).allMatch(each -> each.foundGeneration() == GENERATIONS.data());
            }
        }
    }

    @Test
    void aByteTooManyIsAnOverrun() {
        Ranks ranks = oneToTwo();
        arm(ranks);
        Rank rank = decode(ranks, 0);
        List<CopyRange> ranges = new ArrayList<>();
        for (CopyRange right : ranges(pairs(ranks, rank).get(0))) {
            ranges.add(new CopyRange(right.local(), right.remote(), right.lengthBytes() + 1));
        }
        copy(ranges, false);
        // Blocks 9, 1 and 4: behind each lies one that nobody selected.
        expectAll(verify(ranks, rank), "OVERRUN", 9);
    }

    @Test
    void aSourceThatIsWrittenToIsAnOverrun() {
        Ranks ranks = oneToTwo();
        arm(ranks);
        Rank rank = decode(ranks, 0);
        // The direction is the wrong way round.
        move(pairs(ranks, rank), true);
        Payload.Verification found = verify(ranks, new Rank(true, 0, 0));
        assertThat(count(found, "OVERRUN")).isEqualTo(found.runsDiffering()).isEqualTo(9);
        expectAll(verify(ranks, rank), "POISON", 9);
    }

    private static Ranks oneToTwo() {
        return new Ranks(1, 1, 2, 4, false, true, 4, 40, 0);
    }

    private static Rank decode(Ranks ranks, int index) {
        return ranks.decodes().get(index);
    }

    private void arm(Ranks ranks) {
        for (Rank rank : ranks.all()) {
            Arena arena = Arena.onHost(ranks.arena(rank).totalBytes());
            arenas.put(rank, arena);
            CacheOracle oracle = oracle(ranks, rank);
            try (RunList initial = oracle.initial();
                    RunList arming = oracle.arming(GENERATIONS)) {
                arena.place(payload, initial).fill();
                arena.place(payload, arming).fill();
            }
        }
    }

    private CacheOracle oracle(Ranks ranks, Rank rank) {
        return new CacheOracle(ranks.arena(rank), ranks.pairs(rank, addresses()), rank.prefill());
    }

    private Map<Rank, List<Long>> addresses() {
        Map<Rank, List<Long>> addresses = new LinkedHashMap<>();
        arenas.forEach((rank, arena) -> addresses.put(rank, arena.addresses()));
        return addresses;
    }

    private List<PairDescriptors> pairs(Ranks ranks, Rank rank) {
        return ranks.pairs(rank, addresses()).stream()
                .map(pair ->
                        new PairDescriptors(ranks.arena(rank), arenas.get(rank).addresses(), pair))
                .toList();
    }

    private static List<PairDescriptors> withStates(List<PairDescriptors> pairs) {
        return pairs.stream()
                .map(each -> {
                    PairShape pair = each.pair();
                    return new PairDescriptors(
                            withStates(each.own()),
                            each.ownAddresses(),
                            new PairShape(
                                    pair.peer(),
                                    withStates(pair.peerArena()),
                                    0,
                                    pair.peerAddresses(),
                                    pair.peerShare(),
                                    pair.firstHead(),
                                    pair.headCount(),
                                    pair.ownBlocks(),
                                    pair.peerBlocks(),
                                    pair.prefixBlocks()));
                })
                .toList();
    }

    private static ArenaShape withStates(ArenaShape arena) {
        return new ArenaShape(
                arena.locationBase(),
                arena.guardBytes(),
                arena.regionsInTurn(),
                arena.regions(),
                arena.cachedBlocks(),
                arena.totalBytes(),
                arena.firstHead(),
                arena.headCount(),
                arena.tokensPerBlock(),
                arena.headsOutermost(),
                List.of(3, 1, 1, 11),
                null);
    }

    private static PairDescriptors withFirstHead(PairDescriptors right, int firstHead) {
        PairShape pair = right.pair();
        return new PairDescriptors(
                right.own(),
                right.ownAddresses(),
                new PairShape(
                        pair.peer(),
                        pair.peerArena(),
                        0,
                        pair.peerAddresses(),
                        pair.peerShare(),
                        firstHead,
                        pair.headCount(),
                        pair.ownBlocks(),
                        pair.peerBlocks(),
                        0));
    }

    private static List<CopyRange> ranges(PairDescriptors pair) {
        return ranges(pair, pair);
    }

    private static List<CopyRange> ranges(PairDescriptors local, PairDescriptors remote) {
        return ranges(local, remote, local.localIndices(), remote.remoteIndices(false));
    }

    /** Entry i of the one list goes to or comes from entry i of the other, as in NIXL. */
    private static List<CopyRange> ranges(PairDescriptors local, PairDescriptors remote, int[] locals, int[] remotes) {
        assertThat(locals).hasSameSizeAs(remotes).isNotEmpty();
        List<CopyRange> ranges = new ArrayList<>();
        for (int i = 0; i < locals.length; i++) {
            ranges.add(range(local.local(), locals[i], remote.remote(), remotes[i]));
        }
        return ranges;
    }

    private static CopyRange range(BlockRanges local, int localIndex, BlockRanges remote, int remoteIndex) {
        long length = region(local, localIndex).lengthBytes();
        assertThat(region(remote, remoteIndex).lengthBytes()).isEqualTo(length);
        return new CopyRange(address(local, localIndex), address(remote, remoteIndex), length);
    }

    private static RegionRanges region(BlockRanges list, int index) {
        assertThat(index).isBetween(0, list.regions().size() * list.blocks() - 1);
        return list.regions().get(index / list.blocks());
    }

    private static long address(BlockRanges list, int index) {
        RegionRanges region = region(list, index);
        return region.address() + index % list.blocks() * region.strideBytes() + region.firstBytes();
    }

    private static void move(List<PairDescriptors> pairs, boolean write) {
        pairs.forEach(pair -> copy(ranges(pair), write));
    }

    private static void copy(List<CopyRange> ranges, boolean write) {
        assertThat(Drive.referenceCopy(Posix.getpid(), ranges, write)).isPositive();
    }

    private Payload.Verification verify(Ranks ranks, Rank rank) {
        try (RunList runs = oracle(ranks, rank).afterwards(GENERATIONS)) {
            Payload.Verification found =
                    arenas.get(rank).place(payload, runs).verify(ranks.locationLimit(), GENERATIONS.data(), LISTED);
            assertThat(found.bytesVerified()).isEqualTo(ranks.arena(rank).totalBytes());
            return found;
        }
    }

    private void expectClean(Ranks ranks) {
        for (Rank rank : ranks.all()) {
            Payload.Verification found = verify(ranks, rank);
            assertThat(found.runsDiffering())
                    .as(() -> rank.label() + ": " + found)
                    .isZero();
        }
    }

    private static void expectAll(Payload.Verification found, String classification, int runs) {
        assertThat(found.runsDiffering()).as(found::toString).isEqualTo(runs);
        assertThat(count(found, classification)).as(found::toString).isEqualTo(runs);
    }

    private static long count(Payload.Verification found, String classification) {
        return found.byClassification()[Payload.CLASSIFICATIONS.indexOf(classification)];
    }
}
