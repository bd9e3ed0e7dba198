package org.nixlconform.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nixlconform.cluster.Node;
import org.nixlconform.cluster.RankAssignment;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;
import org.nixlconform.engine.protocol.ArenaShape;
import org.nixlconform.engine.protocol.PairShape;
import org.nixlconform.engine.protocol.ToRank;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Attention;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.DataType;
import org.nixlconform.plan.HeadShare;
import org.nixlconform.plan.KeyValue;
import org.nixlconform.plan.KvGeometry;
import org.nixlconform.plan.Layout;
import org.nixlconform.plan.LocationSpace;
import org.nixlconform.plan.Mutation;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.Selection;
import org.nixlconform.plan.Spacing;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;

class PlanTranslationTest {
    /** Of it, nothing is asked but whether another is the same. */
    @SuppressWarnings("NullAway")
    private static final Node NODE =
            new Node(NodeSpec.local("here"), null, null, null, null, Optional.empty(), Optional.empty());

    private static RankAssignment onOneNode(TransferPlan plan) {
        return new RankAssignment(plan.topology().ranks().stream()
                .collect(Collectors.toMap(rank -> rank, rank -> new RankAssignment.Place(NODE, List.of()))));
    }

    private static TransferPlan plan(UnaryOperator<PlanDraft> change) {
        Planned planned = change.apply(PlanDraft.at("PlanTranslationTest").expectIntegrity())
                .plan();
        assertThat(planned).isInstanceOf(Planned.Possible.class);
        return ((Planned.Possible) planned).plan();
    }

    static Stream<TransferPlan> plans() {
        BlockUse unequal = new BlockUse(3, 19, 40, Selection.SHUFFLED, 7, 1, false);
        return Stream.of(
                plan(draft -> draft),
                plan(draft ->
                        draft.topology(new Topology(2, 1, 1, 2, Pairing.MESH)).blocks(unequal)),
                plan(draft -> draft.topology(new Topology(1, 4, 2, 2, Pairing.MESH))
                        .geometry(geometry(8, Layout.HND, Attention.GQA, KeyValue.SEPARATE))
                        .blocks(unequal)),
                plan(draft -> draft.topology(new Topology(1, 2, 2, 2, Pairing.MESH))
                        .geometry(geometry(8, Layout.NHD, Attention.GQA, KeyValue.PACKED))),
                plan(draft -> draft.topology(new Topology(1, 2, 1, 4, Pairing.ROUND_ROBIN))
                        .geometry(geometry(1, Layout.HND, Attention.MLA, KeyValue.PACKED))),
                plan(draft -> draft.topology(new Topology(1, 4, 1, 2, Pairing.MESH))
                        .geometry(geometry(1, Layout.HND, Attention.MLA, KeyValue.PACKED))),
                plan(draft -> draft.topology(new Topology(1, 1, 1, 2, Pairing.MESH))
                        .geometry(geometry(8, Layout.HND, Attention.GQA, KeyValue.CROSS_LAYER))),
                plan(draft -> draft.topology(new Topology(1, 2, 1, 1, Pairing.MESH))
                        .geometry(new KvGeometry(
                                3,
                                1,
                                24,
                                4,
                                DataType.BF16,
                                Layout.HND,
                                Attention.MLA,
                                KeyValue.PACKED,
                                Spacing.GUARDED,
                                5,
                                List.of()))),
                plan(draft -> draft.geometry(new KvGeometry(
                        3,
                        8,
                        24,
                        4,
                        DataType.BF16,
                        Layout.HND,
                        Attention.GQA,
                        KeyValue.PACKED,
                        Spacing.GUARDED,
                        0,
                        List.of(3, 1, 1, 11)))),
                plan(draft -> draft.topology(new Topology(1, 1, 1, 2, Pairing.MESH))
                        .mutation(Mutation.WRONG_LAYOUT)
                        .expectCaught(FindingKind.MISPLACED)));
    }

    private static KvGeometry geometry(int heads, Layout layout, Attention attention, KeyValue keyValue) {
        return new KvGeometry(3, heads, 24, 4, DataType.BF16, layout, attention, keyValue);
    }

    private static PlanTranslation opened(TransferPlan plan) {
        PlanTranslation translation = new PlanTranslation(plan, onOneNode(plan));
        for (RankId rank : plan.topology().ranks()) {
            translation.opened(rank, pid(rank), List.of(address(rank)), metadata(rank), new byte[0]);
        }
        return translation;
    }

    private static int pid(RankId rank) {
        return 1000 + 100 * rank.role().ordinal() + 10 * rank.engine() + rank.rank();
    }

    private static long address(RankId rank) {
        return 0x7f00_0000_0000L + pid(rank);
    }

    private static byte[] metadata(RankId rank) {
        return rank.label().getBytes(StandardCharsets.UTF_8);
    }

    /** The engine computes addresses from the shape alone: each byte must be where the plan's own arithmetic has it. */
    @ParameterizedTest
    @MethodSource("plans")
    void everyByteOfTheShapeLiesWhereThePlanHasIt(TransferPlan plan) {
        PlanTranslation translation = new PlanTranslation(plan, onOneNode(plan));
        LocationSpace space = plan.locationSpace();
        for (RankId rank : plan.topology().ranks()) {
            ArenaShape shape = translation.arena(rank);
            HeadShare heads = plan.headShare(rank);
            assertThat(shape.totalBytes()).isEqualTo(plan.arena(rank).totalBytes());
            assertThat(shape.stateParts()).isEqualTo(plan.geometry().stateParts());
            for (int region = 0; region < plan.geometry().regions(); region++) {
                assertThat(shape.regionBytes(region)).isEqualTo(plan.arena(rank).regionBytes(region));
                for (int block : List.of(0, 1, shape.cachedBlocks() - 1)) {
                    for (int head = heads.first(); head < heads.first() + heads.count(); head++) {
                        for (int token = 0; token < plan.geometry().slotsPerBlock(); token++) {
                            assertThat(shape.locationBase()
                                            + shape.blockOffset(region, block)
                                            + shape.contentIndex(head, token) * shape.contentBytes(region))
                                    .as("%s, region %d, block %d, head %d, token %d", rank, region, block, head, token)
                                    .isEqualTo(space.locationOf(rank, region, block, head, token, 0));
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("plans")
    void bothEndsOfATransferSeeTheSamePairMirrored(TransferPlan plan) {
        PlanTranslation translation = opened(plan);
        long pairs = 0;
        for (RankId rank : plan.topology().ranks()) {
            for (PairShape mine : translation.pairs(rank)) {
                RankId peer = PlanTranslation.rank(mine.peer());
                PairShape theirs = translation.pairs(peer).stream()
                        .filter(pair -> pair.peer().equals(rank.label()))
                        .filter(pair -> pair.firstHead() == mine.firstHead())
                        .filter(pair -> pair.headCount() == mine.headCount())
                        .findFirst()
                        .orElseThrow();
                assertThat(theirs.ownBlocks()).isEqualTo(mine.peerBlocks());
                assertThat(theirs.peerBlocks()).isEqualTo(mine.ownBlocks());
                assertThat(theirs.headCount()).isEqualTo(mine.headCount());
                assertThat(mine.peerArena()).isEqualTo(translation.arena(peer));
                assertThat(mine.peerPid()).isEqualTo(pid(peer));
                assertThat(mine.peerAddresses()).containsExactly(address(peer));
                assertThat(mine.prefixBlocks())
                        .isEqualTo(mine.moves() ? plan.blocks().prefixHit() : 0);
                assertThat(mine.ownBlocks())
                        .hasSize(mine.moves() ? plan.blocks().transferred() : 0);
                pairs++;
            }
        }
        assertThat(pairs).isEqualTo(2L * plan.rankTransfers().size());
    }

    @Test
    void aRankKnowsThePeersOfItsOwnTransfersAlone() {
        PlanTranslation translation = opened(plan(draft -> draft.topology(new Topology(1, 2, 1, 2, Pairing.MESH))));

        List<ToRank.Peer> peers = translation.peers(new RankId(Role.DECODE, 0, 1));

        assertThat(peers).singleElement().satisfies(peer -> {
            assertThat(peer.label()).isEqualTo("prefill-0-rank-1");
            assertThat(peer.metadata()).asString(StandardCharsets.UTF_8).isEqualTo("prefill-0-rank-1");
        });
    }

    @Test
    void aRankThatHasNotOpenedIsNamed() {
        PlanTranslation translation = new PlanTranslation(plan(draft -> draft), onOneNode(plan(draft -> draft)));

        assertThatThrownBy(() -> translation.peers(new RankId(Role.DECODE, 0, 0)))
                .hasMessage("prefill-0-rank-0 has not opened");
    }

    @Test
    void aLabelIsReadBack() {
        for (RankId rank : List.of(new RankId(Role.PREFILL, 0, 0), new RankId(Role.DECODE, 12, 7))) {
            assertThat(PlanTranslation.rank(rank.label())).isEqualTo(rank);
        }
    }
}
