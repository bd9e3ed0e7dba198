package org.nixlconform.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Plans.blocks;
import static org.nixlconform.plan.Plans.draft;
import static org.nixlconform.plan.Plans.geometry;
import static org.nixlconform.plan.Plans.possible;
import static org.nixlconform.plan.Plans.topology;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RankTransferTest {
    private static final int[] SMALL = {1, 2, 4, 8};

    /** All plans over small TPs and heads that are possible. */
    private static List<TransferPlan> smallPlans() {
        List<TransferPlan> plans = new ArrayList<>();
        for (Attention attention : Attention.values()) {
            for (int heads : attention == Attention.MLA ? new int[] {1} : SMALL) {
                for (int prefillTp : SMALL) {
                    for (int decodeTp : SMALL) {
                        PlanDraft draft = draft().topology(topology(prefillTp, decodeTp))
                                .geometry(geometry(heads, attention, Layout.HND));
                        boolean shared = attention != Attention.MHA || heads % prefillTp == 0 && heads % decodeTp == 0;
                        assertThat(draft.plan() instanceof Planned.Possible)
                                .as("%s %d heads TP %d -> %d", attention, heads, prefillTp, decodeTp)
                                .isEqualTo(shared);
                        if (shared) {
                            plans.add(possible(draft));
                        }
                    }
                }
            }
        }
        return plans;
    }

    @Test
    void everyHeadOfEveryDecodeRankComesOnceAndFromARankThatHoldsIt() {
        List<TransferPlan> plans = smallPlans();
        assertThat(plans).hasSize(30 + 64 + 16);
        for (TransferPlan plan : plans) {
            for (RankId decode : ranks(plan, Role.DECODE)) {
                List<Integer> arrived = new ArrayList<>();
                for (RankTransfer transfer : into(plan, decode)) {
                    for (int head = transfer.heads().first();
                            head < transfer.heads().end();
                            head++) {
                        assertThat(plan.headShare(transfer.prefill()).contains(head))
                                .as(plan.name())
                                .isTrue();
                        arrived.add(head);
                    }
                }
                HeadShare share = plan.headShare(decode);
                assertThat(arrived)
                        .as("%s, %s", plan.name(), decode)
                        .containsExactlyElementsOf(IntStream.range(share.first(), share.end())
                                .boxed()
                                .toList());
            }
        }
    }

    /** Byte by byte through logical coordinates, not through slices. */
    @Test
    void everyByteOfADestinationBlockIsCoveredByOneSlice() {
        for (TransferPlan plan : smallPlans()) {
            KvGeometry geometry = plan.geometry();
            for (RankId decode : ranks(plan, Role.DECODE)) {
                HeadShare share = plan.headShare(decode);
                long contentBytes = geometry.contentBytes(0);
                int[] covered = new int[(int) (geometry.blockBytes(0, share) / contentBytes)];
                for (RankTransfer transfer : into(plan, decode)) {
                    long start = geometry.byteInBlock(0, share, transfer.heads().first(), 0, 0);
                    long end = start + geometry.blockBytes(0, transfer.heads());
                    for (long at = start; at < end; at += contentBytes) {
                        covered[(int) (at / contentBytes)]++;
                    }
                }
                assertThat(covered).as("%s, %s", plan.name(), decode).containsOnly(1);
            }
        }
    }

    @Test
    void bytesOfAllPairsAreTheBytesOfAllDestinations() {
        for (TransferPlan plan : smallPlans()) {
            long expected = ranks(plan, Role.DECODE).stream()
                    .mapToLong(rank -> 10L * 2 * plan.geometry().blockBytes(0, plan.headShare(rank)))
                    .sum();
            assertThat(plan.rankTransfers().stream()
                            .mapToLong(RankTransfer::bytes)
                            .sum())
                    .as(plan.name())
                    .isEqualTo(expected);
        }
    }

    @Test
    void decodeOfLargerTpReadsASliceOfOneSource() {
        TransferPlan plan = possible(draft().topology(topology(2, 4)));
        // 2 heads of 16 tokens, key and value of 128 bf16 each; 2 layers x 10 blocks.
        assertThat(plan.rankTransfers())
                .containsExactly(
                        new RankTransfer(prefill(0), decode(0), new HeadShare(0, 2), 20, 327_680),
                        new RankTransfer(prefill(0), decode(1), new HeadShare(2, 2), 20, 327_680),
                        new RankTransfer(prefill(1), decode(2), new HeadShare(4, 2), 20, 327_680),
                        new RankTransfer(prefill(1), decode(3), new HeadShare(6, 2), 20, 327_680));
        assertThat(plan.geometry().byteInBlock(0, plan.headShare(prefill(0)), 2, 0, 0))
                .isEqualTo(16_384);
    }

    @Test
    void decodeOfSmallerTpGathersFromSeveralSources() {
        assertThat(pairs(possible(draft().topology(topology(4, 2)))))
                .containsExactly("0>0 0+2", "1>0 2+2", "2>1 4+2", "3>1 6+2");
    }

    @Test
    void replicatedHeadsAreTakenFromTheRankThatVllmTakesThemFrom() {
        assertThat(pairs(possible(draft().topology(topology(2, 8)).geometry(geometry(4, Attention.GQA, Layout.HND)))))
                .containsExactly(
                        "0>0 0+1", "0>1 0+1", "0>2 1+1", "0>3 1+1", "1>4 2+1", "1>5 2+1", "1>6 3+1", "1>7 3+1");
        assertThat(pairs(possible(draft().topology(topology(4, 8)).geometry(geometry(2, Attention.GQA, Layout.NHD)))))
                .containsExactly(
                        "0>0 0+1", "0>1 0+1", "1>2 0+1", "1>3 0+1", "2>4 1+1", "2>5 1+1", "3>6 1+1", "3>7 1+1");
    }

    @Test
    void headsReplicatedInPrefillAreTakenOnce() {
        assertThat(pairs(possible(draft().topology(topology(8, 2)).geometry(geometry(4, Attention.GQA, Layout.HND)))))
                .containsExactly(
                        "0>0 0+1", "1>0 0+0", "2>0 1+1", "3>0 0+0", "4>1 2+1", "5>1 0+0", "6>1 3+1", "7>1 0+0");
        assertThat(pairs(possible(draft().topology(topology(8, 4)).geometry(geometry(2, Attention.GQA, Layout.HND)))))
                .containsExactly(
                        "0>0 0+1", "1>0 0+0", "2>1 0+1", "3>1 0+0", "4>2 1+1", "5>2 0+0", "6>3 1+1", "7>3 0+0");
    }

    @Test
    void tpsThatDoNotDivideWorkWhereEveryRankHasOneHead() {
        assertThat(pairs(possible(draft().topology(topology(4, 6)).geometry(geometry(2, Attention.GQA, Layout.HND)))))
                .containsExactly("0>0 0+1", "0>1 0+1", "1>2 0+1", "2>3 1+1", "2>4 1+1", "3>5 1+1");
        assertThat(pairs(possible(draft().topology(topology(6, 4)).geometry(geometry(2, Attention.GQA, Layout.HND)))))
                .containsExactly("0>0 0+1", "1>1 0+1", "2>1 0+0", "3>2 1+1", "4>3 1+1", "5>3 0+0");
    }

    @Test
    void theLatentIsReadFromOneRankAndOthersAreTold() {
        PlanDraft fourToTwo = draft().topology(topology(4, 2)).geometry(geometry(1, Attention.MLA, Layout.HND));
        assertThat(pairs(possible(fourToTwo))).containsExactly("0>0 0+1", "1>0 0+0", "2>1 0+1", "3>1 0+0");
        assertThat(pairs(possible(fourToTwo.direction(Operation.WRITE, Role.PREFILL))))
                .as("who writes knows that it did")
                .containsExactly("0>0 0+1", "2>1 0+1");
        assertThat(pairs(possible(draft().topology(topology(2, 4)).geometry(geometry(1, Attention.MLA, Layout.HND)))))
                .containsExactly("0>0 0+1", "0>1 0+1", "1>2 0+1", "1>3 0+1");
    }

    @Test
    void aMeshHasEveryPairOfEnginesAndRoundRobinOnePerDecodeEngine() {
        Topology mesh = new Topology(2, 1, 3, 1, Pairing.MESH);
        assertThat(enginePairs(mesh)).containsExactly("0>0", "0>1", "0>2", "1>0", "1>1", "1>2");
        assertThat(enginePairs(new Topology(2, 1, 3, 1, Pairing.ROUND_ROBIN))).containsExactly("0>0", "0>2", "1>1");
    }

    @Test
    void theEightyRankCaseHasTheBytesOfItsArithmetic() {
        TransferPlan plan = possible(draft().topology(new Topology(4, 4, 8, 8, Pairing.MESH))
                .geometry(new KvGeometry(50, 8, 128, 16, DataType.BF16, Layout.HND, Attention.GQA, KeyValue.PACKED))
                .blocks(blocks(128, 3750, 3750)));
        assertThat(plan.rankTransfers()).hasSize(4 * 8 * 8).allSatisfy(transfer -> {
            assertThat(transfer.descriptors()).isEqualTo(6_400);
            assertThat(transfer.bytes()).isEqualTo(52_428_800);
        });
    }

    @Test
    void everyPrefillRankIsReadOrToldOfARead() {
        for (TransferPlan plan : smallPlans()) {
            assertThat(plan.rankTransfers().stream().map(RankTransfer::prefill))
                    .as(plan.name())
                    .containsAll(ranks(plan, Role.PREFILL));
            assertThat(plan.rankTransfers())
                    .as(plan.name())
                    .allSatisfy(transfer -> assertThat(transfer.bytes() == 0)
                            .isEqualTo(transfer.heads().count() == 0));
        }
    }

    @Test
    void whereDecodeHoldsEverythingEveryTransferIsEmpty() {
        TransferPlan plan = possible(draft().blocks(new BlockUse(10, 100, 100, Selection.SHUFFLED, 42, 10, false))
                .expectCompletion(Duration.ofSeconds(3), Duration.ofSeconds(1)));
        assertThat(plan.rankTransfers())
                .containsExactly(new RankTransfer(prefill(0), decode(0), new HeadShare(0, 8), 0, 0));
    }

    @Test
    void aBlockOfLatentAndIndexerHasTheBytesOfBoth() {
        KvGeometry mixed = new KvGeometry(
                2,
                1,
                656,
                64,
                DataType.FP8,
                Layout.HND,
                Attention.MLA,
                KeyValue.PACKED,
                Spacing.GUARDED,
                132,
                List.of());
        // 10 blocks in 2 layers: 41,984 and 8,448 bytes each.
        assertThat(possible(draft().topology(topology(2, 1)).geometry(mixed)).rankTransfers())
                .containsExactly(
                        new RankTransfer(prefill(0), decode(0), new HeadShare(0, 1), 40, 1_008_640),
                        new RankTransfer(prefill(1), decode(0), new HeadShare(0, 0), 0, 0));
    }

    @Test
    void theLastBlockThatMovesIsAStateInParts() {
        KvGeometry hybrid = new KvGeometry(
                2,
                8,
                128,
                16,
                DataType.BF16,
                Layout.HND,
                Attention.GQA,
                KeyValue.PACKED,
                Spacing.GUARDED,
                0,
                List.of(3, 1, 1, 11));
        // 9 blocks and a state in 4 parts, in 2 layers; of 65,536 bytes each.
        assertThat(possible(draft().geometry(hybrid)).rankTransfers())
                .containsExactly(new RankTransfer(prefill(0), decode(0), new HeadShare(0, 8), 26, 1_310_720));
        assertThat(possible(draft().geometry(hybrid)
                                .blocks(new BlockUse(10, 100, 100, Selection.SHUFFLED, 42, 10, false))
                                .expectCompletion(Duration.ofSeconds(3), Duration.ofSeconds(1)))
                        .rankTransfers())
                .containsExactly(new RankTransfer(prefill(0), decode(0), new HeadShare(0, 8), 0, 0));
    }

    @Test
    void prefixBlocksDoNotMove() {
        TransferPlan plan = possible(draft().blocks(new BlockUse(10, 100, 100, Selection.SHUFFLED, 42, 9, false)));
        assertThat(plan.rankTransfers())
                .containsExactly(new RankTransfer(prefill(0), decode(0), new HeadShare(0, 8), 2, 131_072));
    }

    private static List<String> pairs(TransferPlan plan) {
        return plan.rankTransfers().stream()
                .map(transfer -> transfer.prefill().rank() + ">"
                        + transfer.decode().rank() + " " + transfer.heads().first() + "+"
                        + transfer.heads().count())
                .toList();
    }

    private static List<String> enginePairs(Topology topology) {
        return possible(draft().topology(topology)).rankTransfers().stream()
                .map(transfer ->
                        transfer.prefill().engine() + ">" + transfer.decode().engine())
                .toList();
    }

    private static List<RankTransfer> into(TransferPlan plan, RankId decode) {
        return plan.rankTransfers().stream()
                .filter(transfer -> transfer.decode().equals(decode))
                .toList();
    }

    private static List<RankId> ranks(TransferPlan plan, Role role) {
        return plan.topology().ranks().stream()
                .filter(rank -> rank.role() == role)
                .toList();
    }

    private static RankId prefill(int rank) {
        return new RankId(Role.PREFILL, 0, rank);
    }

    private static RankId decode(int rank) {
        return new RankId(Role.DECODE, 0, rank);
    }
}
