package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.MemoryKind.VRAM;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;
import static org.nixlconform.plan.StreamOrder.Fence.NONE;
import static org.nixlconform.plan.StreamOrder.Fence.STREAM;
import static org.nixlconform.plan.StreamOrder.Work.CALLS_ON_OTHER_GPU;
import static org.nixlconform.plan.StreamOrder.Work.CALLS_WITHOUT_CONTEXT;
import static org.nixlconform.plan.StreamOrder.Work.CAPTURE_BESIDE;
import static org.nixlconform.plan.StreamOrder.Work.FILL_BEFORE_OFFER;
import static org.nixlconform.plan.StreamOrder.Work.GRAPH_BESIDE;
import static org.nixlconform.plan.StreamOrder.Work.GRAPH_HANDOVER;
import static org.nixlconform.plan.StreamOrder.Work.GRAPH_REUSE;
import static org.nixlconform.plan.StreamOrder.Work.KERNEL_AFTER_DONE;
import static org.nixlconform.plan.StreamOrder.Work.STALE_WRITER_QUEUED;
import static org.nixlconform.plan.StreamOrder.Work.ZERO_FILL_QUEUED;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.jupiter.ConformanceKit.Run;
import org.nixlconform.message.FindingKind;
import org.nixlconform.verdict.Outcome;

/** Work on streams through the whole pipeline, on simulated GPUs: a fence keeps it in order, and a missing one is found. */
@Timeout(180)
class LiveStreamOrderTest {
    @TempDir
    Path root;

    @Backends(UCX)
    @Topology
    @Memory(VRAM)
    @Direction(operation = READ, initiator = DECODE)
    @Iterations(2)
    @ExpectIntegrity
    @ExpectCompletion
    static class OrderTestCase {
        @TransferTest
        @StreamOrder(value = ZERO_FILL_QUEUED, fence = NONE)
        @ExpectCaught(FindingKind.ZERO)
        void zeroes() {}

        @TransferTest
        @StreamOrder(value = GRAPH_HANDOVER, fence = NONE)
        @ExpectCaught(FindingKind.GRAPH_MISMATCH)
        void readTooEarly() {}
    }

    @Backends(UCX)
    @Topology
    @Memory(VRAM)
    @Direction(operation = READ, initiator = DECODE)
    @Iterations(2)
    @ExpectIntegrity
    @ExpectCompletion
    static class MoreOrderTestCase {
        @TransferTest
        @StreamOrder(value = STALE_WRITER_QUEUED, fence = NONE)
        @ExpectCaught(FindingKind.STALE)
        void olderOwner() {}

        @TransferTest
        @StreamOrder(value = FILL_BEFORE_OFFER, fence = NONE)
        @ExpectCaught(FindingKind.STALE)
        void offeredTooEarly() {}

        @TransferTest
        @StreamOrder(value = ZERO_FILL_QUEUED, fence = STREAM)
        void zeroesInTime() {}

        @TransferTest
        @StreamOrder(FILL_BEFORE_OFFER)
        void offeredInTime() {}

        @TransferTest
        @StreamOrder(KERNEL_AFTER_DONE)
        void kernel() {}

        @TransferTest
        @StreamOrder(GRAPH_BESIDE)
        void graph() {}

        @TransferTest
        @StreamOrder(GRAPH_HANDOVER)
        void readInTime() {}
    }

    @Backends(UCX)
    @Topology
    @Memory(VRAM)
    @Direction(operation = READ, initiator = DECODE)
    @Blocks(transferred = 4, cached = 11)
    @Iterations(4)
    @ExpectIntegrity
    @ExpectCompletion
    static class DriverTestCase {
        @TransferTest
        @StreamOrder(value = GRAPH_REUSE, fence = NONE)
        @ExpectCaught(FindingKind.GRAPH_MISMATCH)
        void readAfterItsTime() {}

        @TransferTest
        @StreamOrder(value = CAPTURE_BESIDE, fence = NONE)
        @ExpectCaught(FindingKind.CAPTURE_REFUSED)
        void allocatedMeanwhile() {}
    }

    @Backends(UCX)
    @Topology
    @Memory(VRAM)
    @Direction(operation = READ, initiator = DECODE)
    @Blocks(transferred = 4, cached = 11)
    @Iterations(4)
    @ExpectIntegrity
    @ExpectCompletion
    static class MoreDriverTestCase {
        @TransferTest
        @StreamOrder(GRAPH_REUSE)
        void readInItsTime() {}

        @TransferTest
        @Direction(operation = WRITE, initiator = PREFILL)
        @UnequalCaches(prefillBlocks = 7, decodeBlocks = 13)
        @StreamOrder(GRAPH_REUSE)
        void writtenInItsTime() {}

        @TransferTest
        @StreamOrder(CAPTURE_BESIDE)
        void captured() {}

        @TransferTest
        @StreamOrder(CALLS_WITHOUT_CONTEXT)
        void calledWithoutContext() {}

        @TransferTest
        @StreamOrder(CALLS_ON_OTHER_GPU)
        void calledOnOther() {}

        @TransferTest
        @StreamOrder(value = KERNEL_AFTER_DONE, repeats = 100)
        void kernels() {}
    }

    @Test
    @Tag("releases")
    void whatIsNotFencedIsFound() {
        assertThat(caught(OrderTestCase.class, 2)).containsExactlyInAnyOrder("ZERO", "GRAPH_MISMATCH");
    }

    @Test
    @Tag("releases")
    void whatIsTakenTooLateOrDisturbedIsFound() {
        assertThat(caught(DriverTestCase.class, 2)).containsExactlyInAnyOrder("GRAPH_MISMATCH", "CAPTURE_REFUSED");
    }

    @Test
    @Tag("releases")
    void movingOnAndCapturesAndForeignThreadsAndRepeatsConform() {
        assertThat(caught(MoreDriverTestCase.class, 6)).isEmpty();
    }

    @Test
    @Tag("releases")
    void eachWorkIsFoundAsItsKindAndFencesKeepOrder() {
        assertThat(caught(MoreOrderTestCase.class, 7)).containsExactly("STALE", "STALE");
    }

    /** As what the planted faults of cells that must all conform were caught. */
    private List<String> caught(Class<?> testCase, int cells) {
        Run run = LiveProject.in(root).write("config/clusters/local.yaml", """
                nodes:
                  - {name: here, connection: local, variables: {NIXLCONFORM_SIMULATED_GPUS: "2"}}
                environments: [nixl]
                """).run(testCase);

        assertThat(run.reporter().published()).as(run.console()).hasSize(cells).allSatisfy(report -> {
            assertThat(report.verdict().findings()).as(report.cell()).isEmpty();
            assertThat(report.verdict().outcome()).isEqualTo(Outcome.CONFORMS);
            assertThat(report.observation().orElseThrow().iterations())
                    .hasSizeBetween(2, 4)
                    .allSatisfy(iteration -> assertThat(iteration.streamWork()).isNotEmpty());
        });
        return run.reporter().published().stream()
                .flatMap(report -> report.verdict().notes().stream())
                .filter(note -> note.contains("planted fault was caught"))
                .map(note -> note.replaceAll(".*caught as (\\w+):.*", "$1"))
                .toList();
    }
}
