package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.jupiter.Cells.names;
import static org.nixlconform.jupiter.Cells.only;
import static org.nixlconform.jupiter.Cells.read;
import static org.nixlconform.jupiter.Cells.refusals;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.DeviceCache.TWO_DEVICES;
import static org.nixlconform.plan.MemoryKind.DRAM;
import static org.nixlconform.plan.MemoryKind.DRAM_TO_VRAM;
import static org.nixlconform.plan.MemoryKind.VRAM;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Placement.PACK;
import static org.nixlconform.plan.Placement.SPREAD;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Attention;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.DataType;
import org.nixlconform.plan.Expectations;
import org.nixlconform.plan.InvalidRequest;
import org.nixlconform.plan.KeyValue;
import org.nixlconform.plan.KvGeometry;
import org.nixlconform.plan.Layout;
import org.nixlconform.plan.Mutation;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.PeerEnd;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.Selection;
import org.nixlconform.plan.Spacing;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.plan.Trial;

/** What annotations become. Fixtures are never run, only read. */
class PlanReaderTest {

    static class Whole {
        @TransferTest
        @Topology(prefillTp = 4, decodeTp = 2)
        @Backends(UCX)
        @Direction(operation = READ, initiator = DECODE)
        @ExpectIntegrity
        void least() {}

        @TransferTest
        @Requirement("A9")
        @Topology(
                prefillEngines = 2,
                prefillTp = 2,
                decodeEngines = 3,
                decodeTp = 4,
                placement = SPREAD,
                pairing = Pairing.ROUND_ROBIN)
        @Backends(LIBFABRIC)
        @Memory(VRAM)
        @Direction(operation = WRITE, initiator = PREFILL)
        @Blocks(
                transferred = 5,
                cached = 50,
                layers = 3,
                kvHeads = 4,
                headDim = 64,
                tokensPerBlock = 32,
                dtype = DataType.FP8,
                layout = Layout.HND,
                attention = Attention.MHA,
                keyValue = KeyValue.SEPARATE,
                selection = Selection.CONTIGUOUS,
                seed = 7,
                scalable = true)
        @UnequalCaches(prefillBlocks = 11, decodeBlocks = 7)
        @PrefixHit(1)
        @Iterations(4)
        @Mutated(Mutation.WRONG_OWNER_BLOCK_COUNT)
        @InvalidRequests
        @Rails(prefill = 4, decode = 2)
        @ExpectIntegrity
        @ExpectCompletion(withinSeconds = 3, stallSeconds = 0.5)
        @ExpectThroughput(shareOfReference = 0.85)
        @ExpectCaught({FindingKind.MISPLACED, FindingKind.OVERRUN})
        @AllowEngineLog(pattern = "Rail count", because = "unequal on purpose")
        @AllowEngineLog(pattern = "retry", because = "slow start")
        void most() {}
    }

    @Test
    void whatIsNotSaidHasTheDefaultsOfADraft() {
        assertThat(read(Whole.class, "least"))
                .containsExactly(PlanDraft.at("")
                        .topology(new org.nixlconform.plan.Topology(1, 4, 1, 2, Pairing.MESH))
                        .expectIntegrity()
                        .plan());
    }

    @Topology
    @Backends(UCX)
    @Direction(operation = READ, initiator = DECODE)
    @ExpectCompletion(withinSeconds = 3, stallSeconds = 3)
    static class Ends {
        @PeerEnds(role = PREFILL, when = PeerEnd.Moment.IN_FLIGHT)
        void inFlight() {}
    }

    @Topology
    @Backends(UCX)
    @Direction(operation = WRITE, initiator = PREFILL)
    @ExpectIntegrity(visibleAtDone = true)
    static class Visible {
        @TransferTest
        void strict() {}

        @ExpectIntegrity
        void loose() {}

        @ExpectThroughput(shareOfReference = 0.5)
        void measured() {}
    }

    @Test
    void theStricterRuleReachesThePlanAndGoesWithNoThroughput() {
        TransferPlan strict = ((Planned.Possible) only(read(Visible.class, "strict"))).plan();
        TransferPlan loose = ((Planned.Possible) only(read(Visible.class, "loose"))).plan();

        assertThat(strict.expectations().visibleAtDone()).isTrue();
        assertThat(strict.expectations().integrity()).isTrue();
        assertThat(PlanDraft.of("", strict).plan()).isEqualTo(new Planned.Possible(strict));
        assertThat(strict.allowing(List.of()).expectations()).isEqualTo(strict.expectations());
        assertThat(loose.expectations().visibleAtDone()).isFalse();
        assertThat(((Planned.Refused) only(read(Visible.class, "measured"))).findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.headline())
                        .isEqualTo("who looks at the target at DONE disturbs the throughput that is measured"));
    }

    @Test
    void theEndOfAPeerReachesThePlan() {
        TransferPlan plan = ((Planned.Possible) only(read(Ends.class, "inFlight"))).plan();
        assertThat(plan.peerEnd()).contains(new PeerEnd(PREFILL, PeerEnd.Moment.IN_FLIGHT));
        assertThat(PlanDraft.of("", plan).plan()).isEqualTo(new Planned.Possible(plan));
    }

    @Topology
    @Backends(UCX)
    @Memory(VRAM)
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    static class Ordered {
        @StreamOrder(org.nixlconform.plan.StreamOrder.Work.STALE_WRITER_QUEUED)
        void fenced() {}
    }

    @Test
    void workOnAStreamReachesThePlan() {
        TransferPlan plan = ((Planned.Possible) only(read(Ordered.class, "fenced"))).plan();
        assertThat(plan.streamOrder())
                .contains(new org.nixlconform.plan.StreamOrder(
                        org.nixlconform.plan.StreamOrder.Work.STALE_WRITER_QUEUED,
                        org.nixlconform.plan.StreamOrder.Fence.EVENT,
                        1));
        assertThat(PlanDraft.of("", plan).plan()).isEqualTo(new Planned.Possible(plan));
        assertThat(plan.allowing(List.of())).isEqualTo(plan);
    }

    @Topology
    @Backends(UCX)
    @Memory(DRAM_TO_VRAM)
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    static class Held {
        @DeviceCaches(TWO_DEVICES)
        void spread() {}
    }

    @Test
    void howCachesAreHeldReachesThePlan() {
        TransferPlan plan = ((Planned.Possible) only(read(Held.class, "spread"))).plan();
        assertThat(plan.memory()).isEqualTo(DRAM_TO_VRAM);
        assertThat(plan.deviceCache()).contains(TWO_DEVICES);
        assertThat(plan.name()).contains(", UCX DRAM to VRAM, ").endsWith(", two-devices");
        assertThat(PlanDraft.of("", plan).plan()).isEqualTo(new Planned.Possible(plan));
        assertThat(plan.allowing(List.of())).isEqualTo(plan);
    }

    @Test
    void servedRequestsReachThePlanBehindOneIteration() {
        TransferPlan plan = ((Planned.Possible) only(read(Served.class, "usually"))).plan();
        assertThat(plan.workloadWord()).isEqualTo("serving");
        assertThat(plan.iterations()).isEqualTo(1);
        assertThat(plan.serving()).contains(org.nixlconform.plan.PagedServing.of(200, 8, 1, 10));
        assertThat(PlanDraft.of("", plan).plan()).isEqualTo(new Planned.Possible(plan));
        TransferPlan other = ((Planned.Possible) only(read(Served.class, "otherwise"))).plan();
        assertThat(other.iterations()).isEqualTo(2);
        assertThat(((Planned.Possible) only(read(Served.class, "inTheHandler")))
                        .plan()
                        .serving())
                .hasValueSatisfying(
                        serving -> assertThat(serving.refillInHandler()).isTrue());
        assertThat(((Planned.Possible) only(read(Served.class, "failing")))
                        .plan()
                        .serving())
                .hasValueSatisfying(serving ->
                        assertThat(serving.disturbance().failPercent()).isEqualTo(14));
        assertThat(((Planned.Possible) only(read(Served.class, "pushed")))
                        .plan()
                        .serving())
                .hasValueSatisfying(
                        serving -> assertThat(serving.registeredFirstPercent()).isEqualTo(50));
        assertThat(other.serving())
                .contains(new org.nixlconform.plan.PagedServing(
                        1,
                        13,
                        2,
                        3,
                        4,
                        5,
                        new org.nixlconform.plan.PagedServing.Disturbance(6, 9, 0, 7, 8, 10, 11),
                        new org.nixlconform.plan.PagedServing.Lease(12, true),
                        2,
                        0,
                        false));
    }

    @Test
    void aStormIsAWorkloadOfItsOwnAndItsProgressThreadAnAxis() {
        TransferPlan plan = ((Planned.Possible) only(read(Stormed.class, "usually"))).plan();
        assertThat(plan.workloadWord()).isEqualTo("storm");
        assertThat(plan.iterations()).isEqualTo(1);
        assertThat(plan.storm())
                .contains(new org.nixlconform.plan.NotificationStorm(
                        1_000, 0, List.of(16, 100), 4, 1, 0, 0, 0, 200, 2_000, false, Optional.empty()));
        assertThat(PlanDraft.of("", plan).plan()).isEqualTo(new Planned.Possible(plan));
        assertThat(read(Stormed.class, "otherwise"))
                .extracting(each -> ((Planned.Possible) each).plan().storm().orElseThrow())
                .containsExactly(stormed(true), stormed(false));
    }

    private static org.nixlconform.plan.NotificationStorm stormed(boolean progressThread) {
        return new org.nixlconform.plan.NotificationStorm(
                11, 2, List.of(3), 4, 5, 6, 7, 8, 9, 10, true, Optional.of(progressThread));
    }

    @Topology
    @Backends(UCX)
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    static final class Stormed {
        @TransferTest
        @NotificationStorm
        void usually() {}

        @TransferTest
        @NotificationStorm(
                transfers = 11,
                standalone = 2,
                textBytes = 3,
                inFlight = 4,
                mostBlocks = 5,
                perSecond = 6,
                pollDelayMillis = 7,
                targetPollMillis = 8,
                quietMillis = 9,
                noticeMillis = 10,
                endsInPost = true,
                progressThread = {NotificationStorm.ProgressThread.ON, NotificationStorm.ProgressThread.OFF})
        void otherwise() {}
    }

    @Topology
    @Backends(UCX)
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    static final class Served {
        @TransferTest
        @PagedServing
        void usually() {}

        @TransferTest
        @Iterations(2)
        @PagedServing(
                requests = 1,
                inFlight = 2,
                fewestBlocks = 3,
                mostBlocks = 4,
                prefixHitPercent = 5,
                abortPercent = 6,
                latePollPercent = 7,
                latePollMillis = 8,
                dropPercent = 9,
                latePostPercent = 10,
                latePostMillis = 11,
                leaseMillis = 12,
                heartbeats = true,
                seconds = 13,
                layerGroups = 2)
        void otherwise() {}

        @TransferTest
        @Topology(prefillTp = 2)
        @PagedServing(failPercent = 14)
        void failing() {}

        @TransferTest
        @PagedServing(refillInHandler = true)
        void inTheHandler() {}

        @TransferTest
        @Direction(operation = WRITE, initiator = PREFILL)
        @PagedServing(registeredFirstPercent = 50)
        void pushed() {}
    }

    @Topology
    @Backends(UCX)
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    static class Shaped {
        @RequestSizes({1, 10, 3})
        @Blocks(keyValue = KeyValue.CROSS_LAYER, spacing = Spacing.BACK_TO_BACK)
        void sized() {}

        @RequestSizes({})
        void empty() {}

        @Blocks(kvHeads = 1, headDim = 656, indexerDim = 132, attention = Attention.MLA)
        void indexed() {}

        @Blocks(stateParts = {3, 1, 1, 11})
        void hybrid() {}
    }

    @Test
    void sizesOfRequestsAreIterationsAndShapesReachThePlan() {
        Planned.Possible cell = (Planned.Possible) only(read(Shaped.class, "sized"));
        assertThat(cell.plan().requestSizes()).containsExactly(1, 10, 3);
        assertThat(cell.plan().iterations()).isEqualTo(3);
        assertThat(cell.plan().geometry().keyValue()).isEqualTo(KeyValue.CROSS_LAYER);
        assertThat(cell.plan().geometry().spacing()).isEqualTo(Spacing.BACK_TO_BACK);
        assertThat(cell.name()).endsWith("bf16 HND, cross-layer, back-to-back, sizes 1+10+3");
        Planned.Possible indexed = (Planned.Possible) only(read(Shaped.class, "indexed"));
        assertThat(indexed.plan().geometry().indexerDim()).isEqualTo(132);
        Planned.Possible hybrid = (Planned.Possible) only(read(Shaped.class, "hybrid"));
        assertThat(hybrid.plan().geometry().stateParts()).containsExactly(3, 1, 1, 11);
        assertThat(Cells.headlines(only(read(Shaped.class, "empty")))).containsExactly("@RequestSizes is empty");
    }

    @Test
    void trialsReachThePlanBehindOneIteration() {
        TransferPlan plan = ((Planned.Possible) only(read(Tried.class, "ends"))).plan();
        assertThat(plan.iterations()).isEqualTo(1);
        assertThat(plan.lifecycle())
                .contains(new org.nixlconform.plan.Teardown(List.of(Trial.RELEASE_IN_FLIGHT, Trial.ORDERS), 3));
        assertThat(plan.workloadWord()).isEqualTo("teardown");
        assertThat(plan.name()).endsWith(", teardown release-in-flight, orders x 3");
        assertThat(PlanDraft.of("", plan).plan()).isEqualTo(new Planned.Possible(plan));
        assertThat(((Planned.Possible) only(read(Tried.class, "damages")))
                        .plan()
                        .lifecycle())
                .contains(new org.nixlconform.plan.MetadataChaos(1, 2));
        assertThat(((Planned.Possible) only(read(Tried.class, "comesAndGoes")))
                        .plan()
                        .lifecycle())
                .contains(new org.nixlconform.plan.PeerChurn(List.of(Trial.JOIN)));
    }

    @Topology(prefillEngines = 2)
    @Backends(UCX)
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    static final class Tried {
        @TransferTest
        @Teardown(
                value = {Trial.ORDERS, Trial.RELEASE_IN_FLIGHT, Trial.ORDERS},
                cycles = 3)
        void ends() {}

        @TransferTest
        @MetadataChaos(cuts = 1, flips = 2)
        void damages() {}

        @TransferTest
        @PeerChurn(Trial.JOIN)
        void comesAndGoes() {}
    }

    @Test
    void everyAnnotationReachesThePlan() {
        TransferPlan plan = ((Planned.Possible) only(read(Whole.class, "most"))).plan();
        assertThat(plan)
                .isEqualTo(new TransferPlan(
                        Optional.of("A9"),
                        new org.nixlconform.plan.Topology(2, 2, 3, 4, Pairing.ROUND_ROBIN),
                        SPREAD,
                        new org.nixlconform.plan.Direction(WRITE, PREFILL),
                        LIBFABRIC,
                        VRAM,
                        new KvGeometry(3, 4, 64, 32, DataType.FP8, Layout.HND, Attention.MHA, KeyValue.SEPARATE),
                        new BlockUse(5, 11, 7, Selection.CONTIGUOUS, 7, 1, true),
                        4,
                        List.of(),
                        Optional.of(Mutation.WRONG_OWNER_BLOCK_COUNT),
                        List.of(InvalidRequest.values()),
                        Optional.of(new org.nixlconform.plan.Rails(4, 2)),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        new Expectations(
                                true,
                                false,
                                Optional.of(new Expectations.Completion(Duration.ofSeconds(3), Duration.ofMillis(500))),
                                Optional.of(new Expectations.Throughput(0.85)),
                                Set.of(FindingKind.MISPLACED, FindingKind.OVERRUN),
                                List.of(
                                        new Expectations.AllowedLog("Rail count", "unequal on purpose"),
                                        new Expectations.AllowedLog("retry", "slow start")))));
    }

    @Topology(placement = {PACK, SPREAD})
    @Topology(decodeTp = 2)
    @Backends({LIBFABRIC, UCX})
    @Memory({VRAM, DRAM})
    @Direction(operation = WRITE, initiator = PREFILL)
    @Direction(operation = READ, initiator = DECODE)
    @PrefixHit({9, 0})
    @ExpectIntegrity
    static class Matrix {
        @TransferTest
        void all() {}
    }

    @Test
    void axesNestInAFixedOrderAndKeepTheirOwn() {
        List<String> names = names(read(Matrix.class, "all"));
        assertThat(names).hasSize(3 * 2 * 2 * 2 * 2).doesNotHaveDuplicates();
        String blocks = ", 10 of 100 blocks x 2 layers bf16 HND";
        assertThat(names.subList(0, 5))
                .containsExactly(
                        "1P-TP1 -> 1D-TP1 pack, prefill WRITE, LIBFABRIC VRAM" + blocks + ", prefix hit 9",
                        "1P-TP1 -> 1D-TP1 pack, prefill WRITE, LIBFABRIC VRAM" + blocks,
                        "1P-TP1 -> 1D-TP1 pack, prefill WRITE, LIBFABRIC" + blocks + ", prefix hit 9",
                        "1P-TP1 -> 1D-TP1 pack, prefill WRITE, LIBFABRIC" + blocks,
                        "1P-TP1 -> 1D-TP1 pack, prefill WRITE, UCX VRAM" + blocks + ", prefix hit 9");
        assertThat(names.get(8)).startsWith("1P-TP1 -> 1D-TP1 pack, decode READ, LIBFABRIC VRAM");
        assertThat(names.get(16)).startsWith("1P-TP1 -> 1D-TP1 spread, prefill WRITE, LIBFABRIC VRAM");
        assertThat(names.get(32)).startsWith("1P-TP1 -> 1D-TP2 pack, prefill WRITE, LIBFABRIC VRAM");
    }

    @Backends(LIBFABRIC)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @PrefixHit({0, 1})
    @Rails(prefill = 32, decode = 32)
    @Rails(prefill = 1, decode = 2)
    @ExpectIntegrity
    static class ManyRails {
        @TransferTest
        void all() {}
    }

    @Test
    void railsAreTheInnermostAxis() {
        assertThat(names(read(ManyRails.class, "all")))
                .extracting(name -> name.substring(name.indexOf(" HND") + 4))
                .containsExactly(", rails 32", ", rails 1/2", ", prefix hit 1, rails 32", ", prefix hit 1, rails 1/2");
    }

    static class Missing {
        @TransferTest
        void everything() {}

        @TransferTest
        @Topology
        @Backends(UCX)
        @Direction(operation = READ, initiator = DECODE)
        @Blocks
        void expectation() {}
    }

    @Test
    void whatIsMissingIsNamedWithWhatToWrite() {
        Planned everything = only(read(Missing.class, "everything"));
        assertThat(everything.name()).isEqualTo("PlanReaderTest.Missing.everything");
        assertThat(refusals(everything)).isEqualTo("""
                        DECLARATION plan: nothing says between which engines blocks move
                        where: PlanReaderTest.Missing.everything
                        declared: no @Topology on the method, its class, a class around it or a superclass
                        expected: @Topology
                        remedy: write @Topology(prefillEngines = 1, prefillTp = 2, decodeEngines = 1, decodeTp = 4)
                        DECLARATION plan: nothing says which NIXL backend moves them
                        where: PlanReaderTest.Missing.everything
                        declared: no @Backends on the method, its class, a class around it or a superclass
                        expected: @Backends
                        remedy: write @Backends(UCX)
                        DECLARATION plan: nothing says who asks for the transfer
                        where: PlanReaderTest.Missing.everything
                        declared: no @Direction on the method, its class, a class around it or a superclass
                        expected: @Direction
                        remedy: write @Direction(operation = READ, initiator = DECODE)
                        DECLARATION plan: nothing says what must hold
                        where: PlanReaderTest.Missing.everything
                        declared: no @ExpectIntegrity, @ExpectCompletion, @ExpectThroughput, @ExpectCaught \
                        on the method, its class, a class around it or a superclass
                        expected: at least one of @ExpectIntegrity, @ExpectCompletion, @ExpectThroughput, @ExpectCaught
                        remedy: write @ExpectIntegrity""");
        assertThat(Cells.headlines(only(read(Missing.class, "expectation"))))
                .containsExactly("nothing says what must hold");
    }

    @Backends(UCX)
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    static class Wrong {
        @TransferTest
        @Topology(prefillTp = 3, decodeTp = 3)
        @Topology(prefillTp = 2)
        @Topology(placement = {})
        @PrefixHit({0, 10})
        void someCells() {}

        @TransferTest
        @Topology(decodeTp = 2)
        @Backends({})
        @Memory({})
        @PrefixHit({})
        @InvalidRequests({})
        @ExpectCaught({})
        void emptyLists() {}

        @TransferTest
        @Topology
        @Backends({UCX, UCX})
        void twice() {}

        @TransferTest
        @Topology
        @AllowEngineLog(pattern = "(", because = "known")
        void badPattern() {}
    }

    @Test
    void aRefusedCellDoesNotLoseTheOthers() {
        List<Planned> cells = read(Wrong.class, "someCells");
        assertThat(cells)
                .extracting(cell -> cell instanceof Planned.Possible)
                .containsExactly(false, false, true, false, false);
        assertThat(refusals(cells.get(0))).startsWith("""
                        DECLARATION plan: 8 KV heads cannot be shared out over 3 ranks of prefill
                        where: PlanReaderTest.Wrong.someCells; @Backends, @Direction, @ExpectIntegrity \
                        from class PlanReaderTest.Wrong
                        declared: prefillTp = 3, kvHeads = 8, attention = GQA
                        """);
        assertThat(Cells.headlines(cells.get(3)))
                .containsExactly(
                        "where decode holds all blocks of a request, all that is left of it is that decode tells prefill");
        assertThat(cells.get(4).name()).isEqualTo("PlanReaderTest.Wrong.someCells 1P-TP1 -> 1D-TP1");
        assertThat(refusals(cells.get(4))).isEqualTo("""
                        DECLARATION plan: a topology has no placement
                        where: PlanReaderTest.Wrong.someCells; @Backends, @Direction, @ExpectIntegrity \
                        from class PlanReaderTest.Wrong
                        declared: @Topology(1P-TP1 -> 1D-TP1, placement = {})
                        expected: at least one of PACK and SPREAD
                        remedy: write placement = PACK, or leave it out""");
    }

    @Test
    void emptyListsAreRefusedTogether() {
        Planned cell = only(read(Wrong.class, "emptyLists"));
        assertThat(Cells.headlines(cell))
                .containsExactly(
                        "@Backends is empty",
                        "@Memory is empty",
                        "@PrefixHit is empty",
                        "@ExpectCaught is empty",
                        "@InvalidRequests is empty");
        assertThat(refusals(cell)).startsWith("""
                        DECLARATION plan: @Backends is empty
                        where: PlanReaderTest.Wrong.emptyLists; @Direction, @ExpectIntegrity from class PlanReaderTest.Wrong
                        declared: @Backends({})
                        expected: at least one value
                        remedy: write @Backends(UCX), or remove it
                        """);
    }

    @Test
    void theSameCellTwiceIsRefusedOnce() {
        List<Planned> cells = read(Wrong.class, "twice");
        String name = "1P-TP1 -> 1D-TP1 pack, decode READ, UCX, 10 of 100 blocks x 2 layers bf16 HND";
        assertThat(names(cells)).containsExactly(name, name + " #2");
        assertThat(cells.get(0)).isInstanceOf(Planned.Possible.class);
        assertThat(refusals(cells.get(1))).isEqualTo("""
                        DECLARATION plan: two cells of one method have the same name
                        where: PlanReaderTest.Wrong.twice; @Direction, @ExpectIntegrity from class PlanReaderTest.Wrong
                        declared: 1P-TP1 -> 1D-TP1 pack, decode READ, UCX, 10 of 100 blocks x 2 layers bf16 HND
                        expected: cells that differ in what their name shows
                        remedy: remove the repeated value or annotation, or write a second method""");
    }

    @Test
    void patternsOfAllowedLinesAreChecked() {
        assertThat(Cells.headlines(only(read(Wrong.class, "badPattern"))))
                .containsExactly("the pattern of an allowed log line is no regular expression");
    }
}
