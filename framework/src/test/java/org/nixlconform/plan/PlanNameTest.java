package org.nixlconform.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Plans.blocks;
import static org.nixlconform.plan.Plans.draft;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlanNameTest {

    @Test
    void theUsualCaseShowsOnlyItsSize() {
        assertThat(draft().name())
                .isEqualTo("1P-TP1 -> 1D-TP1 pack, decode READ, UCX, 10 of 100 blocks x 2 layers bf16 HND");
    }

    @Test
    void aPlanAndItsDraftHaveTheSameName() {
        PlanDraft draft = draft().topology(new Topology(4, 4, 8, 8, Pairing.MESH))
                .placement(Placement.SPREAD)
                .geometry(new KvGeometry(50, 8, 128, 16, DataType.BF16, Layout.HND, Attention.GQA, KeyValue.PACKED))
                .blocks(blocks(128, 3750, 3750));
        String name = "4P-TP4 -> 8D-TP8 spread, decode READ, UCX, 128 of 3750 blocks x 50 layers bf16 HND";
        assertThat(draft.name()).isEqualTo(name);
        assertThat(Plans.possible(draft).name()).isEqualTo(name);
        assertThat(draft.plan().name()).isEqualTo(name);
    }

    @Test
    void everythingUnusualShowsInAFixedOrder() {
        PlanDraft draft = draft().requirement("A9")
                .topology(new Topology(1, 1, 2, 2, Pairing.ROUND_ROBIN))
                .direction(Operation.WRITE, Role.PREFILL)
                .backend(Backend.LIBFABRIC)
                .memory(MemoryKind.VRAM)
                .geometry(new KvGeometry(1, 4, 64, 32, DataType.FP8, Layout.NHD, Attention.MHA, KeyValue.SEPARATE))
                .blocks(new BlockUse(3, 7, 1009, Selection.CONTIGUOUS, 7, 1, true))
                .iterations(5)
                .rails(4, 2)
                .peerEnd(Role.PREFILL, PeerEnd.Moment.IN_FLIGHT)
                .streamOrder(StreamOrder.Work.ZERO_FILL_QUEUED, StreamOrder.Fence.NONE)
                .deviceCache(DeviceCache.HOST_STAGED)
                .mutation(Mutation.WRONG_OWNER_BLOCK_COUNT)
                .invalidRequests(InvalidRequest.values());
        assertThat(draft.name())
                .isEqualTo("A9 1P-TP1 -> 2D-TP2 round-robin pack, prefill WRITE, LIBFABRIC VRAM,"
                        + " 3 of 7/1009 blocks x 1 layers fp8 NHD, MHA, separate K/V, heads 4, head dim 64, tokens 32,"
                        + " contiguous, prefix hit 1, seed 7, iterations 5, rails 4/2, prefill ends in flight, zero-fill-queued, fence none, host-staged, mutation wrong-owner-block-count,"
                        + " invalid requests");
    }

    @Test
    void servedRequestsAreNamedWithWhatIsNotZero() {
        assertThat(draft().workload(new PagedServing(
                                1000,
                                600,
                                8,
                                1,
                                10,
                                25,
                                new PagedServing.Disturbance(5, 3, 7, 5, 2, 4, 9),
                                new PagedServing.Lease(50, true),
                                2,
                                50,
                                true))
                        .name())
                .endsWith(" layers bf16 HND, serving 1000 requests for 600 s, 8 in flight, 1-10 blocks, prefix 25 %,"
                        + " abort 5 %, drop 3 %, fail 7 %, late polls 5 % of 2 ms, late posts 4 % of 9 ms,"
                        + " lease 50 ms with heartbeats, layers in 2 groups, registered first 50 %,"
                        + " refilled in the handler");
        assertThat(draft().workload(PagedServing.of(50, 2, 4, 4)).name())
                .endsWith(", serving 50 requests, 2 in flight, 4 blocks");
    }

    @Test
    void aStormIsNamedWithWhatIsNotUsual() {
        NotificationStorm most = new NotificationStorm(
                50, 2, List.of(1, 8, 16, 100, 8_193), 2, 3, 20, 50, 200, 400, 1_000, true, Optional.of(false));
        assertThat(draft().workload(most).name())
                .endsWith(
                        ", storm of 50 transfers + 2 standalone, 2 in flight, texts 1-8193 B, 1-3 blocks, 20 a second,"
                                + " polls after 50 ms, target looks every 200 ms, done in post, progress thread off");
        NotificationStorm least =
                new NotificationStorm(50, 0, List.of(16, 8), 2, 1, 0, 0, 0, 200, 1_000, false, Optional.empty());
        assertThat(draft().workload(least).name()).endsWith(", storm of 50 transfers, 2 in flight, texts 8+16 B");
    }

    @Test
    void repeatsAreNamedWhereThereAreSuch() {
        assertThat(draft().memory(MemoryKind.VRAM)
                        .streamOrder(StreamOrder.Work.KERNEL_AFTER_DONE, StreamOrder.Fence.EVENT, 500)
                        .name())
                .endsWith(" layers bf16 HND, kernel-after-done, 500 times");
    }

    @Test
    void equalRailsAreNamedOnce() {
        assertThat(draft().backend(Backend.LIBFABRIC).rails(8, 8).name()).endsWith(" layers bf16 HND, rails 8");
    }

    @Test
    void anIndexerIsNamed() {
        PlanDraft draft = draft().geometry(new KvGeometry(
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
                List.of()));
        assertThat(draft.name()).endsWith(" x 2 layers fp8 HND, MLA, head dim 656, indexer dim 132, tokens 64");
    }

    @Test
    void partsOfStatesAreNamed() {
        PlanDraft draft = draft().geometry(new KvGeometry(
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
                List.of(3, 1, 1, 11)));
        assertThat(draft.name()).endsWith(" x 2 layers bf16 HND, state 3:1:1:11");
    }

    @Test
    void aLatentIsNamedWithoutItsOneHead() {
        PlanDraft draft = draft().geometry(Plans.geometry(1, Attention.MLA, Layout.HND));
        assertThat(draft.name())
                .isEqualTo("1P-TP1 -> 1D-TP1 pack, decode READ, UCX, 10 of 100 blocks x 2 layers bf16 HND, MLA");
    }

    @Test
    void someInvalidRequestsAreNamedInTheirOwnOrder() {
        assertThat(draft().invalidRequests(InvalidRequest.EMPTY, InvalidRequest.NEGATIVE_INDEX)
                        .name())
                .endsWith(", invalid requests negative-index + empty");
    }

    @Test
    void anImpossibleDraftHasANameToo() {
        PlanDraft draft = draft().topology(Plans.topology(3, 0));
        assertThat(draft.plan()).isInstanceOf(Planned.Refused.class);
        assertThat(draft.plan().name())
                .isEqualTo("1P-TP3 -> 1D-TP0 pack, decode READ, UCX, 10 of 100 blocks x 2 layers bf16 HND");
    }
}
