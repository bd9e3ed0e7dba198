package org.nixlconform.engine.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nixlconform.binding.Payload;
import org.nixlconform.binding.RunList;
import org.nixlconform.binding.RunList.Run;
import org.nixlconform.engine.process.CacheOracle.Generations;
import org.nixlconform.engine.process.Ranks.Rank;
import org.nixlconform.engine.protocol.ArenaShape;
import org.nixlconform.engine.protocol.PairShape;

/** The oracle held against one that goes byte by byte. */
class CacheOracleTest {
    private static final Generations GENERATIONS = new Generations(5, 4, 3);

    static Stream<Ranks> cells() {
        return Stream.concat(Ranks.cells().stream(), Ranks.cellsWithoutSlices().stream());
    }

    @ParameterizedTest
    @MethodSource("cells")
    void everyByteAfterwardsIsThatOfTheByteOracle(Ranks ranks) {
        ByteOracle bytes = new ByteOracle(ranks, GENERATIONS);
        for (Rank rank : ranks.all()) {
            try (RunList runs = oracle(ranks, rank).afterwards(GENERATIONS)) {
                compare(ranks, rank, runs, offset -> bytes.afterwards(rank, offset));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cells")
    void everyByteBeforeTheFirstIterationIsThatOfTheByteOracle(Ranks ranks) {
        ByteOracle bytes = new ByteOracle(ranks, GENERATIONS);
        for (Rank rank : ranks.all()) {
            try (RunList runs = new CacheOracle(ranks.arena(rank), List.of(), rank.prefill()).initial()) {
                compare(ranks, rank, runs, offset -> bytes.before(rank, offset));
            }
        }
    }

    /** What is filled before a transfer is what must hold afterwards, but for the blocks that arrive: those are poison. */
    @ParameterizedTest
    @MethodSource("cells")
    void armingWritesWhatTheTransferDoesNotBring(Ranks ranks) {
        ByteOracle bytes = new ByteOracle(ranks, GENERATIONS);
        for (Rank rank : ranks.all()) {
            long base = ranks.arena(rank).locationBase();
            Map<Long, ByteOracle.Content> armed = new HashMap<>();
            for (Run run : runs(oracle(ranks, rank).arming(GENERATIONS))) {
                for (long i = 0; i < run.length(); i++) {
                    ByteOracle.Content content = content(run, i);
                    assertThat(armed.put(run.offset() + i, content))
                            .as("written twice")
                            .isNull();
                }
            }
            for (long offset = 0; offset < ranks.arena(rank).totalBytes(); offset++) {
                ByteOracle.Content after = bytes.afterwards(rank, offset);
                ByteOracle.Content expected = after.selected()
                        ? new ByteOracle.Content(Payload.POISON, GENERATIONS.poison(), base + offset, false, 1)
                        : after;
                ByteOracle.Content found = armed.getOrDefault(offset, bytes.before(rank, offset));
                assertThat(found).as("%s, offset %d", rank.label(), offset).isEqualTo(expected);
            }
        }
    }

    /** A slice that is contiguous at both ends is one run: that is what a transfer can get wrong as a whole. */
    @Test
    void aSliceOfHeadsIsOneRun() {
        Ranks ranks = new Ranks(1, 2, 1, 4, false, true, 4, 40, 1);
        Rank decode = ranks.decodes().get(0);
        List<Run> selected = runs(oracle(ranks, decode).afterwards(GENERATIONS)).stream()
                .filter(Run::selected)
                .toList();
        // 2 of 3 blocks move, from 2 ranks, in 3 regions.
        assertThat(selected).hasSize(2 * 2 * 3).allMatch(run -> run.length() == 2 * 4 * 40);
    }

    /** By hand: a token is 72 bytes of latent, 13 of indexer; a block 4 tokens; the regions are latent, indexer, latent. */
    @Test
    void blocksOfEachRegionAreAsLongAsTheRegionSays() {
        Ranks ranks = new Ranks(1, 1, 1, 1, true, true, 4, List.of(72, 13), 0);
        List<Run> selected = runs(oracle(ranks, ranks.decodes().get(0)).afterwards(GENERATIONS)).stream()
                .filter(Run::selected)
                .toList();
        // Regions of prefill begin at 64, 2120 and 2528, of decode at 64, 3272 and 3888, behind 4584 bytes of prefill.
        assertThat(selected)
                .extracting(Run::offset, Run::length, Run::location)
                .containsExactly(
                        tuple(64 + 288L, 288L, 64L),
                        tuple(64 + 4 * 288L, 288L, 64 + 3 * 288L),
                        tuple(64 + 9 * 288L, 288L, 64 + 5 * 288L),
                        tuple(3272 + 52L, 52L, 2120L),
                        tuple(3272 + 4 * 52L, 52L, 2120 + 3 * 52L),
                        tuple(3272 + 9 * 52L, 52L, 2120 + 5 * 52L),
                        tuple(3888 + 288L, 288L, 2528L),
                        tuple(3888 + 4 * 288L, 288L, 2528 + 3 * 288L),
                        tuple(3888 + 9 * 288L, 288L, 2528 + 5 * 288L));
        assertThat(selected).allMatch(run -> run.own() == 4584 + run.offset());
    }

    /** What requests leave stays in the blocks that the next do not take, and is nothing that they bring. */
    @Test
    void whatEarlierRequestsLeftStaysUntilItsBlocksAreTaken() {
        Ranks ranks = new Ranks(1, 1, 1, 4, false, true, 4, 40, 0);
        Rank decode = ranks.decodes().get(0);
        PairShape first = ranks.pairs(decode, Map.of()).get(0);
        int taken = first.ownBlocks()[0];
        int free = IntStream.range(0, ranks.arena(decode).cachedBlocks())
                .filter(block -> IntStream.of(first.ownBlocks()).noneMatch(own -> own == block))
                .findFirst()
                .orElseThrow();
        PairShape next = first.with(new int[] {taken, free}, new int[] {first.peerBlocks()[1], first.peerBlocks()[0]});
        CacheOracle.Generations later = new CacheOracle.Generations(8, 7, 6);
        CacheOracle before = oracle(ranks, decode);
        CacheOracle after = before.then(List.of(next), GENERATIONS);

        List<Run> came = runs(before.afterwards(GENERATIONS)).stream()
                .filter(Run::selected)
                .map(CacheOracleTest::unselected)
                .toList();
        List<Run> all = runs(after.left(false));
        List<Run> kept = runs(after.left(true));
        List<Run> whole = runs(after.afterwards(later));
        assertThat(all).containsExactlyInAnyOrderElementsOf(came);
        assertThat(kept).hasSize(came.size() - ranks.arena(decode).regions()).isSubsetOf(came);
        assertThat(whole).containsAll(kept);
        assertThat(whole.stream().filter(Run::selected))
                .hasSize(2 * ranks.arena(decode).regions())
                .allMatch(run -> run.generation() == later.data());
        assertThat(whole.stream().mapToLong(Run::length).sum())
                .isEqualTo(ranks.arena(decode).totalBytes());
        assertThat(after.idleBlocks(100))
                .doesNotContain(free, taken)
                .doesNotContainAnyElementsOf(
                        IntStream.of(first.ownBlocks()).boxed().toList());
        assertThat(after.mostPieces()).isGreaterThanOrEqualTo(came.size());
    }

    private static Run unselected(Run run) {
        return new Run(
                run.offset(),
                run.length(),
                run.location(),
                run.own(),
                run.kind(),
                run.generation(),
                false,
                run.poisonGeneration());
    }

    @Test
    void aHeadThatNobodyOrTwoGiveIsRefused() {
        Ranks ranks = new Ranks(1, 2, 1, 4, false, true, 4, 40, 0);
        Rank decode = ranks.decodes().get(0);
        List<PairShape> pairs = ranks.pairs(decode, Map.of());
        assertThat(pairs).hasSize(2);
        assertThatIllegalStateException()
                .isThrownBy(
                        () -> new CacheOracle(ranks.arena(decode), pairs.subList(0, 1), false).afterwards(GENERATIONS))
                .withMessageStartingWith("head 2 of a block comes from 0 ranks");
        List<PairShape> twice = new ArrayList<>(pairs);
        twice.add(pairs.get(1));
        assertThatIllegalStateException()
                .isThrownBy(() -> new CacheOracle(ranks.arena(decode), twice, false).afterwards(GENERATIONS))
                .withMessageStartingWith("head 2 of a block comes from 2 ranks")
                .withMessageContaining("prefill-0-rank-1");
    }

    private static CacheOracle oracle(Ranks ranks, Rank rank) {
        return new CacheOracle(ranks.arena(rank), ranks.pairs(rank, Map.of()), rank.prefill());
    }

    private static void compare(Ranks ranks, Rank rank, RunList runs, LongFunction<ByteOracle.Content> expected) {
        ArenaShape arena = ranks.arena(rank);
        ByteOracle.Content[] found = new ByteOracle.Content[Math.toIntExact(arena.totalBytes())];
        for (int i = 0; i < runs.size(); i++) {
            Run run = runs.get(i);
            assertThat(run.length()).isPositive();
            assertThat(run.own()).isEqualTo(arena.locationBase() + run.offset());
            for (long at = 0; at < run.length(); at++) {
                int offset = Math.toIntExact(run.offset() + at);
                assertThat(found[offset]).as("offset %d is in two runs", offset).isNull();
                found[offset] = content(run, at);
            }
        }
        for (int offset = 0; offset < found.length; offset++) {
            ByteOracle.Content right = expected.apply(offset);
            if (!right.equals(found[offset])) {
                assertThat(found[offset])
                        .as("%s, offset %d", rank.label(), offset)
                        .isEqualTo(right);
            }
        }
        // A cell in which nothing moves would prove nothing.
        assertThat(Arrays.stream(found).anyMatch(ByteOracle.Content::selected))
                .isEqualTo(!rank.prefill() && runs.size() > 7);
    }

    private static ByteOracle.Content content(Run run, long at) {
        return new ByteOracle.Content(
                run.kind(), run.generation(), run.location() + at, run.selected(), run.poisonGeneration());
    }

    private static List<Run> runs(RunList list) {
        try (list) {
            List<Run> runs = new ArrayList<>();
            for (int i = 0; i < list.size(); i++) {
                runs.add(list.get(i));
            }
            return runs;
        }
    }
}
