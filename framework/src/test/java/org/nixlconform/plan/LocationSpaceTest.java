package org.nixlconform.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.nixlconform.plan.Plans.blocks;
import static org.nixlconform.plan.Plans.draft;
import static org.nixlconform.plan.Plans.geometry;
import static org.nixlconform.plan.Plans.possible;
import static org.nixlconform.plan.Plans.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.FindingKind;

class LocationSpaceTest {
    private static final RankId PREFILL_3 = new RankId(Role.PREFILL, 0, 3);
    private static final RankId DECODE_0 = new RankId(Role.DECODE, 0, 0);

    @Test
    void regionsStartAtPagesAndHaveAGuardAroundThem() {
        ArenaLayout arena = new ArenaLayout(3, 7, List.of(656L), Spacing.GUARDED);
        assertThat(arena.guardBytes()).isEqualTo(4096);
        assertThat(arena.regionBytes(0)).isEqualTo(4592);
        assertThat(arena.regionStrideBytes(0)).isEqualTo(8192 + 4096);
        assertThat(arena.regionOffset(0)).isEqualTo(4096);
        assertThat(arena.regionOffset(2)).isEqualTo(4096 + 2 * 12288);
        assertThat(arena.blockOffset(2, 6)).isEqualTo(4096 + 2 * 12288 + 6 * 656);
        assertThat(arena.totalBytes()).isEqualTo(4096 + 3 * 12288);
        for (long blockBytes : new long[] {1, 4095, 4096, 4097, 65_536}) {
            ArenaLayout other = new ArenaLayout(5, 3, List.of(blockBytes), Spacing.GUARDED);
            assertThat(other.regionStrideBytes(0) % 4096).isZero();
            assertThat(other.regionStrideBytes(0) - other.regionBytes(0)).isBetween(4096L, 8191L);
        }
        assertThatThrownBy(() -> arena.regionOffset(3)).hasMessage("region 3 of 3");
        assertThatThrownBy(() -> arena.blockOffset(0, 7)).hasMessage("block 7 of 7");
        assertThatIllegalArgumentException().isThrownBy(() -> new ArenaLayout(0, 7, List.of(656L), Spacing.GUARDED));
    }

    @Test
    void regionsBackToBackHaveGuardsAroundAllOfThem() {
        ArenaLayout arena = new ArenaLayout(3, 7, List.of(656L), Spacing.BACK_TO_BACK);
        assertThat(arena.regionOffset(0)).isEqualTo(4096);
        assertThat(arena.regionOffset(1)).isEqualTo(4096 + 7 * 656);
        assertThat(arena.blockOffset(2, 0)).isEqualTo(arena.blockOffset(1, 6) + 656);
        assertThat(arena.totalBytes() % 4096).isZero();
        assertThat(arena.totalBytes() - arena.blockOffset(2, 6) - 656).isBetween(4096L, 8191L);
        TransferPlan plan = possible(draft().geometry(new KvGeometry(
                2,
                8,
                128,
                16,
                DataType.BF16,
                Layout.HND,
                Attention.GQA,
                KeyValue.PACKED,
                Spacing.BACK_TO_BACK,
                0,
                List.of())));
        RankId rank = new RankId(Role.DECODE, 0, 0);
        LocationSpace space = plan.locationSpace();
        long edge = space.baseOf(rank) + plan.arena(rank).regionOffset(1);
        assertThat(space.describe(edge - 1).text()).startsWith("decode-0-rank-0, layer 0, block 99, head 7, token 15");
        assertThat(space.describe(edge).text()).startsWith("decode-0-rank-0, layer 1, block 0, head 0, token 0");
        assertThat(space.describe(space.totalBytes() - 1).text()).isEqualTo("decode-0-rank-0, guard behind layer 1");
    }

    @Test
    void aBlockOfAllLayersHasThemWithinEachHead() {
        TransferPlan plan = possible(draft().geometry(
                        new KvGeometry(3, 8, 128, 16, DataType.BF16, Layout.HND, Attention.GQA, KeyValue.CROSS_LAYER)));
        RankId rank = new RankId(Role.PREFILL, 0, 0);
        KvGeometry geometry = plan.geometry();
        assertThat(geometry.regions()).isEqualTo(1);
        assertThat(geometry.blockBytes(0, plan.headShare(rank))).isEqualTo(3L * 8 * 16 * 512);
        // Head 2, then layer 1, then token 5; 512 bytes of key and value.
        long offset = ((2L * 3 + 1) * 16 + 5) * 512;
        LocationSpace space = plan.locationSpace();
        long block = space.baseOf(rank) + plan.arena(rank).blockOffset(0, 7);
        assertThat(space.describe(block + offset).text())
                .isEqualTo("prefill-0-rank-0, layer 1, block 7, head 2, token 5");
        assertThat(space.locationOf(rank, 0, 7, 2, 16 + 5, 0)).isEqualTo(block + offset);
    }

    @Test
    void prefillOfAnotherLayoutIsDescribedAsItLies() {
        TransferPlan plan = possible(draft().mutation(Mutation.WRONG_LAYOUT).expectCaught(FindingKind.MISPLACED));
        LocationSpace space = plan.locationSpace();
        RankId prefill = new RankId(Role.PREFILL, 0, 0);
        RankId decode = new RankId(Role.DECODE, 0, 0);
        // The second unit of a block: of the next head with tokens outermost, of the next token with heads outermost.
        assertThat(space.describe(space.baseOf(prefill) + 4096 + 512).text())
                .isEqualTo("prefill-0-rank-0, layer 0, block 0, head 1, token 0");
        assertThat(space.describe(space.baseOf(decode) + 4096 + 512).text())
                .isEqualTo("decode-0-rank-0, layer 0, block 0, head 0, token 1");
    }

    @Test
    void arenasLieOneAfterTheOtherInTheOrderOfRanks() {
        TransferPlan plan = possible(draft().topology(topology(2, 4)).blocks(blocks(10, 30, 50)));
        LocationSpace space = plan.locationSpace();
        long next = 0;
        for (RankId rank : plan.topology().ranks()) {
            assertThat(space.baseOf(rank)).isEqualTo(next);
            next += plan.arena(rank).totalBytes();
        }
        assertThat(space.totalBytes()).isEqualTo(next);
        assertThat(plan.arena(new RankId(Role.PREFILL, 0, 1)))
                .isEqualTo(new ArenaLayout(2, 30, List.of(32_768L), Spacing.GUARDED));
        assertThat(plan.arena(new RankId(Role.DECODE, 0, 3)))
                .isEqualTo(new ArenaLayout(2, 50, List.of(16_384L), Spacing.GUARDED));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> space.baseOf(new RankId(Role.DECODE, 1, 0)))
                .withMessage("decode-1-rank-0 is no rank of 1P-TP2 -> 1D-TP4");
    }

    @Test
    void aByteSaysWhereItLies() {
        TransferPlan plan = possible(draft().topology(topology(4, 2))
                .geometry(new KvGeometry(8, 8, 128, 16, DataType.BF16, Layout.HND, Attention.GQA, KeyValue.PACKED)));
        LocationSpace space = plan.locationSpace();
        // Rank 3 of 4 holds heads 6 and 7; head 7 is the second; 512 bytes of content a token.
        long location = space.baseOf(PREFILL_3) + plan.arena(PREFILL_3).blockOffset(7, 42) + (16 + 3) * 512 + 100;
        assertThat(space.describe(location))
                .isEqualTo(new Location.Content(PREFILL_3, 7, 7, Part.KEY_AND_VALUE, 42, 7, 3, 100));
        assertThat(space.describe(location).text()).isEqualTo("prefill-0-rank-3, layer 7, block 42, head 7, token 3");
        assertThat(space.locationOf(PREFILL_3, 7, 42, 7, 3, 100)).isEqualTo(location);
    }

    @Test
    void withNhdHeadsOfOneTokenLieTogether() {
        TransferPlan plan = possible(draft().geometry(geometry(8, Attention.GQA, Layout.NHD)));
        LocationSpace space = plan.locationSpace();
        long location = space.baseOf(DECODE_0) + plan.arena(DECODE_0).blockOffset(1, 42) + (3 * 8 + 5) * 512;
        assertThat(space.describe(location).text()).isEqualTo("decode-0-rank-0, layer 1, block 42, head 5, token 3");
        assertThat(space.locationOf(DECODE_0, 1, 42, 5, 3, 0)).isEqualTo(location);
    }

    @Test
    void separateKeysAndValuesAreTold() {
        TransferPlan plan = possible(draft().geometry(
                        new KvGeometry(2, 8, 128, 16, DataType.FP8, Layout.HND, Attention.GQA, KeyValue.SEPARATE)));
        LocationSpace space = plan.locationSpace();
        assertThat(plan.geometry().regions()).isEqualTo(4);
        assertThat(plan.geometry().contentBytes(0)).isEqualTo(128);
        assertThat(space.describe(space.locationOf(DECODE_0, 2, 4, 5, 6, 0)).text())
                .isEqualTo("decode-0-rank-0, layer 1 key, block 4, head 5, token 6");
        assertThat(space.describe(space.locationOf(DECODE_0, 3, 4, 5, 6, 0)).text())
                .isEqualTo("decode-0-rank-0, layer 1 value, block 4, head 5, token 6");
        long behindKeys =
                plan.arena(DECODE_0).regionOffset(2) + plan.arena(DECODE_0).regionBytes(2);
        assertThat(space.describe(space.baseOf(DECODE_0) + behindKeys).text())
                .isEqualTo("decode-0-rank-0, guard between layer 1 key and layer 1 value");
    }

    @Test
    void aLatentHasNoHeads() {
        TransferPlan plan = possible(draft().topology(topology(4, 1))
                .geometry(new KvGeometry(2, 1, 576, 16, DataType.BF16, Layout.HND, Attention.MLA, KeyValue.PACKED)));
        assertThat(plan.geometry().contentBytes(0)).isEqualTo(1152);
        LocationSpace space = plan.locationSpace();
        assertThat(space.describe(space.locationOf(PREFILL_3, 1, 42, 0, 15, 0)).text())
                .isEqualTo("prefill-0-rank-3, layer 1, block 42, token 15");
    }

    @Test
    void guardsAndWhatLiesOutsideAreNamed() {
        TransferPlan plan = possible(draft().blocks(blocks(1, 1, 1)));
        LocationSpace space = plan.locationSpace();
        ArenaLayout arena = plan.arena(DECODE_0);
        long base = space.baseOf(DECODE_0);
        assertThat(space.describe(base).text()).isEqualTo("decode-0-rank-0, guard before layer 0");
        assertThat(space.describe(base + 4095).text()).isEqualTo("decode-0-rank-0, guard before layer 0");
        assertThat(space.describe(base + 4096).text()).isEqualTo("decode-0-rank-0, layer 0, block 0, head 0, token 0");
        assertThat(space.describe(base + arena.regionOffset(0) + arena.regionBytes(0)))
                .isEqualTo(new Location.Guard(DECODE_0, "guard between layer 0 and layer 1", 4096 + 65_536));
        assertThat(space.describe(base + arena.totalBytes() - 1).text())
                .isEqualTo("decode-0-rank-0, guard behind layer 1");
        assertThat(space.describe(space.totalBytes()).text()).isEqualTo("no rank's memory (location 0x46000)");
        assertThat(space.describe(-1)).isEqualTo(new Location.Outside(-1));
    }

    /** Every byte of a small plan, by its coordinates and back, each exactly once. */
    @Test
    void describingUndoesLocatingForEveryByte() {
        for (Layout layout : Layout.values()) {
            for (KeyValue keyValue : KeyValue.values()) {
                TransferPlan plan = possible(draft().topology(new Topology(1, 2, 2, 2, Pairing.MESH))
                        .geometry(new KvGeometry(2, 4, 3, 2, DataType.FP8, layout, Attention.MHA, keyValue))
                        .blocks(blocks(2, 5, 3)));
                assertEveryByteComesBack(plan);
            }
            for (Spacing spacing : Spacing.values()) {
                KvGeometry mixed = new KvGeometry(
                        3, 1, 5, 3, DataType.FP8, layout, Attention.MLA, KeyValue.PACKED, spacing, 2, List.of());
                assertEveryByteComesBack(possible(
                        draft().topology(topology(2, 1)).geometry(mixed).blocks(blocks(2, 5, 3))));
            }
        }
    }

    /** As DeepSeek V3.2 has it: 656 bytes of latent and 132 of indexer a token. */
    private static KvGeometry latentAndIndexer(Spacing spacing) {
        return new KvGeometry(
                2, 1, 656, 64, DataType.FP8, Layout.HND, Attention.MLA, KeyValue.PACKED, spacing, 132, List.of());
    }

    @Test
    void regionsOfDifferentBlockLengthsLieOneBehindTheOther() {
        ArenaLayout guarded = ArenaLayout.of(latentAndIndexer(Spacing.GUARDED), 5, new HeadShare(0, 1));
        assertThat(guarded).isEqualTo(new ArenaLayout(4, 5, List.of(41_984L, 8_448L), Spacing.GUARDED));
        assertThat(guarded.regionBytes(2)).isEqualTo(209_920);
        assertThat(guarded.regionBytes(3)).isEqualTo(42_240);
        assertThat(offsets(guarded)).containsExactly(4_096L, 221_184L, 270_336L, 487_424L);
        assertThat(guarded.blockOffset(1, 4)).isEqualTo(221_184 + 4 * 8_448);
        assertThat(guarded.blockOffset(2, 4)).isEqualTo(270_336 + 4 * 41_984);
        assertThat(guarded.totalBytes()).isEqualTo(536_576);
        ArenaLayout backToBack = ArenaLayout.of(latentAndIndexer(Spacing.BACK_TO_BACK), 5, new HeadShare(0, 1));
        assertThat(offsets(backToBack)).containsExactly(4_096L, 214_016L, 256_256L, 466_176L);
        assertThat(backToBack.totalBytes()).isEqualTo(516_096);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ArenaLayout(3, 5, List.of(41_984L, 8_448L), Spacing.GUARDED));
    }

    private static List<Long> offsets(ArenaLayout arena) {
        return IntStream.range(0, arena.regions()).mapToObj(arena::regionOffset).toList();
    }

    @Test
    void aByteOfAnIndexerSaysWhereItLies() {
        TransferPlan plan =
                possible(draft().geometry(latentAndIndexer(Spacing.GUARDED)).blocks(blocks(2, 5, 5)));
        LocationSpace space = plan.locationSpace();
        long location = space.baseOf(DECODE_0) + 487_424 + 3 * 8_448 + 17 * 132 + 131;
        assertThat(space.describe(location))
                .isEqualTo(new Location.Content(DECODE_0, 3, 1, Part.INDEXER, 3, 0, 17, 131));
        assertThat(space.describe(location).text()).isEqualTo("decode-0-rank-0, layer 1 indexer, block 3, token 17");
        assertThat(space.locationOf(DECODE_0, 3, 3, 0, 17, 131)).isEqualTo(location);
        assertThat(space.describe(space.baseOf(DECODE_0) + 221_184 + 42_240).text())
                .isEqualTo("decode-0-rank-0, guard between layer 0 indexer and layer 1");
        assertThat(space.describe(space.baseOf(DECODE_0) + 221_184 - 1).text())
                .isEqualTo("decode-0-rank-0, guard between layer 0 and layer 0 indexer");
    }

    @Test
    void anyByteOfMixedRegionsComesBack() {
        SplittableRandom random = new SplittableRandom(7);
        for (Spacing spacing : Spacing.values()) {
            TransferPlan plan =
                    possible(draft().geometry(latentAndIndexer(spacing)).blocks(blocks(2, 97, 101)));
            LocationSpace space = plan.locationSpace();
            for (int i = 0; i < 1_000; i++) {
                int region = random.nextInt(4);
                int block = random.nextInt(101);
                int token = random.nextInt(64);
                int contentByte = random.nextInt(region % 2 == 0 ? 656 : 132);
                assertThat(space.describe(space.locationOf(DECODE_0, region, block, 0, token, contentByte)))
                        .isEqualTo(new Location.Content(
                                DECODE_0,
                                region,
                                region / 2,
                                region % 2 == 0 ? Part.LATENT : Part.INDEXER,
                                block,
                                0,
                                token,
                                contentByte));
            }
        }
    }

    private static void assertEveryByteComesBack(TransferPlan plan) {
        LocationSpace space = plan.locationSpace();
        List<Long> contents = new ArrayList<>();
        for (long location = 0; location < space.totalBytes(); location++) {
            if (space.describe(location) instanceof Location.Content content) {
                assertThat(plan.headShare(content.rank()).contains(content.head()))
                        .isTrue();
                assertThat(space.locationOf(
                                content.rank(),
                                content.region(),
                                content.block(),
                                content.head(),
                                plan.geometry().keyValue() == KeyValue.CROSS_LAYER
                                        ? content.layer() * plan.geometry().tokensPerBlock() + content.token()
                                        : content.token(),
                                content.contentByte()))
                        .isEqualTo(location);
                contents.add(location);
            }
        }
        long expected = plan.topology().ranks().stream()
                .map(plan::arena)
                .mapToLong(arena -> IntStream.range(0, arena.regions())
                        .mapToLong(arena::regionBytes)
                        .sum())
                .sum();
        assertThat(contents).hasSize((int) expected);
    }
}
