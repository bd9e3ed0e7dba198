package org.nixlconform.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.nixlconform.plan.Plans.draft;
import static org.nixlconform.plan.Plans.possible;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.FindingKind;

class FitTest {
    private static final long GIB = 1L << 30;

    private static TransferPlan plan(int transferred, int prefillCached, int decodeCached, boolean scalable) {
        return possible(draft().geometry(
                        new KvGeometry(50, 8, 128, 16, DataType.BF16, Layout.HND, Attention.GQA, KeyValue.PACKED))
                .blocks(new BlockUse(transferred, prefillCached, decodeCached, Selection.SHUFFLED, 42, 0, scalable)));
    }

    private static List<RankId> allOf(TransferPlan plan) {
        return plan.topology().ranks();
    }

    @Test
    void aRankNeedsItsArenaAndTheStatedAllowance() {
        TransferPlan plan = plan(128, 3750, 3750, false);
        RankId rank = allOf(plan).get(0);
        // 3,750 blocks x 50 layers x 64 KiB are 12.3 GB; guards; 80 MiB; own and peer's descriptors, 128 bytes each.
        long arena = 3750L * 50 * 65_536 + 51L * 4096;
        assertThat(plan.arena(rank).totalBytes()).isEqualTo(arena);
        assertThat(plan.memoryNeedBytes(List.of(rank))).isEqualTo(arena + (80L << 20) + 2L * 3750 * 50 * 128);
        assertThat(plan.memoryNeedBytes(allOf(plan))).isEqualTo(2 * plan.memoryNeedBytes(List.of(rank)));
        TransferPlan vram = possible(PlanDraft.of("here", plan).memory(MemoryKind.VRAM));
        assertThat(vram.memoryNeedBytes(List.of(rank))).isEqualTo(arena + (640L << 20));
        TransferPlan remapped = possible(
                PlanDraft.of("here", vram).deviceCache(DeviceCache.REMAPPED).expectCaught(FindingKind.POISON));
        assertThat(remapped.memoryNeedBytes(List.of(rank))).isEqualTo(arena + (640L << 20));
        assertThat(remapped.memoryNeedBytes(allOf(remapped))).isEqualTo(3 * arena + 2 * (640L << 20));
    }

    @Test
    void aPlanThatFitsIsTheSamePlan() {
        TransferPlan plan = plan(128, 3750, 3750, true);
        long need = plan.memoryNeedBytes(allOf(plan));
        assertThat(plan.fitInto(need, allOf(plan))).isEqualTo(new Fit.AsDeclared(plan));
        assertThat(plan.fitInto(need - 1, allOf(plan))).isInstanceOf(Fit.Lowered.class);
    }

    @Test
    void aScalablePlanIsLoweredToTheMostThatFits() {
        TransferPlan plan = plan(128, 3750, 3750, true);
        Fit fit = plan.fitInto(4 * GIB, allOf(plan));
        assertThat(fit).asInstanceOf(type(Fit.Lowered.class)).satisfies(lowered -> {
            assertThat(lowered.plan().blocks().prefillCached())
                    .isEqualTo(lowered.plan().blocks().decodeCached());
            int cached = lowered.plan().blocks().prefillCached();
            assertThat(lowered.plan().memoryNeedBytes(allOf(plan))).isLessThanOrEqualTo(4 * GIB);
            assertThat(plan.withCached(cached + 1, cached + 1).memoryNeedBytes(allOf(plan)))
                    .isGreaterThan(4 * GIB);
            assertThat(lowered.declared()).isEqualTo(plan);
            assertThat(lowered.plan()).isEqualTo(plan.withCached(cached, cached));
            assertThat(lowered.name())
                    .isEqualTo("1P-TP1 -> 1D-TP1 pack, decode READ, UCX, 128 of " + cached
                            + " blocks x 50 layers bf16 HND, cached lowered from 3750");
        });
    }

    @Test
    void aFixedPlanThatDoesNotFitIsRefusedWithItsNeed() {
        TransferPlan plan = plan(128, 3750, 3750, false);
        assertThat(plan.fitInto(8 * GIB, allOf(plan)))
                .asInstanceOf(type(Fit.TooLarge.class))
                .extracting(tooLarge -> Plans.text(tooLarge.finding()))
                .isEqualTo("""
                        NODE plan: 2 ranks need more DRAM than the node has available
                        needed: 23.13 GiB
                        available: 8.00 GiB
                        plan: 1P-TP1 -> 1D-TP1 pack, decode READ, UCX, 128 of 3750 blocks x 50 layers bf16 HND
                        remedy: lower cached, set scalable = true, or use a node with more memory""");
    }

    @Test
    void aScalablePlanIsRefusedWhenItsRequestsAloneDoNotFit() {
        TransferPlan plan = plan(1000, 3750, 3750, true);
        assertThat(plan.fitInto(6 * GIB, allOf(plan)))
                .asInstanceOf(type(Fit.TooLarge.class))
                .extracting(tooLarge -> Plans.text(tooLarge.finding()))
                .asString()
                .contains("\nneeded: 23.13 GiB\navailable: 6.00 GiB\n")
                .endsWith("remedy: use fewer transferred blocks, layers or ranks on the node;"
                        + " with the fewest cached blocks it needs 6.28 GiB");
    }

    @Test
    void memoryIsUsedToTheLastByte() {
        TransferPlan plan = plan(128, 3750, 3750, true);
        TransferPlan smaller = plan.withCached(1000, 1000);
        long need = smaller.memoryNeedBytes(allOf(plan));
        assertThat(plan.fitInto(need, allOf(plan))).isEqualTo(new Fit.Lowered(smaller, plan));
        assertThat(plan.fitInto(need - 1, allOf(plan))).isEqualTo(new Fit.Lowered(plan.withCached(999, 999), plan));
    }

    @Test
    void onlyRanksOfTheNodeCount() {
        TransferPlan plan = plan(128, 3750, 3750, false);
        long need = plan.memoryNeedBytes(allOf(plan).subList(0, 1));
        assertThat(plan.fitInto(need, allOf(plan).subList(0, 1))).isEqualTo(new Fit.AsDeclared(plan));
    }

    /** Caches and limits at random. */
    @Test
    void loweredCachesHoldTheirRequestsAndStayUnequal() {
        SplittableRandom random = new SplittableRandom(1);
        int lowered = 0;
        for (int round = 0; round < 2000; round++) {
            int transferred = 1 + random.nextInt(20);
            int prefill = transferred + random.nextInt(300);
            int decode = transferred + random.nextInt(300);
            TransferPlan plan = plan(transferred, prefill, decode, true);
            long available = 640L * (1 << 20) + random.nextLong(2 * GIB);
            if (plan.fitInto(available, allOf(plan)) instanceof Fit.Lowered fit) {
                lowered++;
                BlockUse use = fit.plan().blocks();
                assertThat(use.prefillCached()).isBetween(transferred, prefill);
                assertThat(use.decodeCached()).isBetween(transferred, decode);
                assertThat(use.prefillCached() == use.decodeCached()).isEqualTo(prefill == decode);
                assertThat(fit.plan().memoryNeedBytes(allOf(plan))).isLessThanOrEqualTo(available);
                assertThat(fit.plan().geometry()).isEqualTo(plan.geometry());
            }
        }
        assertThat(lowered).isGreaterThan(400);
    }
}
