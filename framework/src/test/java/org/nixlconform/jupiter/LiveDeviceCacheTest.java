package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.DeviceCache.HOST_STAGED;
import static org.nixlconform.plan.DeviceCache.MAPPED;
import static org.nixlconform.plan.DeviceCache.MAPPED_WITHOUT_RDMA;
import static org.nixlconform.plan.DeviceCache.REMAPPED;
import static org.nixlconform.plan.DeviceCache.TWO_DEVICES;
import static org.nixlconform.plan.MemoryKind.DRAM_TO_VRAM;
import static org.nixlconform.plan.MemoryKind.VRAM;
import static org.nixlconform.plan.MemoryKind.VRAM_TO_DRAM;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.jupiter.ConformanceKit.Run;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Attention;
import org.nixlconform.plan.DataType;
import org.nixlconform.plan.Mutation;
import org.nixlconform.report.TransferReport;
import org.nixlconform.transfer.TransferObservation.Reference;
import org.nixlconform.verdict.Outcome;

/** Caches that are not one plain allocation, and those of one role alone on GPUs, on simulated GPUs: our side of it. */
@Timeout(180)
class LiveDeviceCacheTest {
    @TempDir
    Path root;

    @Backends(UCX)
    @Topology
    @Memory(VRAM)
    @Direction(operation = READ, initiator = DECODE)
    @Iterations(2)
    @ExpectIntegrity
    @ExpectCompletion
    static class FaultsTestCase {
        @TransferTest
        @DeviceCaches(REMAPPED)
        @ExpectCaught(FindingKind.POISON)
        void remapped() {}

        @TransferTest
        @DeviceCaches(TWO_DEVICES)
        @Mutated(Mutation.WRONG_DEVICE)
        @ExpectCaught(FindingKind.MISPLACED)
        void wrongDevice() {}

        @TransferTest
        @DeviceCaches(HOST_STAGED)
        @UnequalCaches(prefillBlocks = 100, decodeBlocks = 90)
        @Mutated(Mutation.WRONG_OWNER_BLOCK_COUNT)
        @ExpectCaught(FindingKind.MISPLACED)
        void wrongBlocksOfTheCopy() {}
    }

    @Backends(UCX)
    @Topology
    @Memory(VRAM)
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @Iterations(2)
    @ExpectIntegrity
    @ExpectCompletion
    static class CleanTestCase {
        @TransferTest
        @DeviceCaches(MAPPED)
        void mapped() {}

        @TransferTest
        @DeviceCaches(MAPPED_WITHOUT_RDMA)
        void withoutRdma() {}

        @TransferTest
        @DeviceCaches(TWO_DEVICES)
        void twoDevices() {}

        @TransferTest
        @DeviceCaches(HOST_STAGED)
        void staged() {}

        @TransferTest
        @Memory(DRAM_TO_VRAM)
        @DeviceCaches(HOST_STAGED)
        void stagedAtOneEnd() {}

        @TransferTest
        @Memory({DRAM_TO_VRAM, VRAM_TO_DRAM})
        void mixed() {}

        @TransferTest
        @Blocks(kvHeads = 1, headDim = 656, indexerDim = 132, dtype = DataType.FP8, attention = Attention.MLA)
        void latentAndIndexer() {}
    }

    @Backends(UCX)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @Iterations(2)
    @ExpectIntegrity
    @ExpectCompletion
    @ExpectThroughput(shareOfReference = 0.0001)
    static class MixedTestCase {
        @TransferTest
        @Memory({DRAM_TO_VRAM, VRAM_TO_DRAM})
        void cell() {}
    }

    @Test
    void whatGoesWrongIsFoundHoweverTheCacheIsHeld() {
        List<TransferReport> reports = conforming(FaultsTestCase.class, 3);
        assertThat(reports)
                .flatExtracting(report -> report.verdict().notes())
                .filteredOn(note -> note.contains("planted fault was caught"))
                .map(note -> note.replaceAll(".*caught as (\\w+):.*", "$1"))
                .containsExactlyInAnyOrder("POISON", "MISPLACED", "MISPLACED");
    }

    @Test
    @Tag("releases")
    void blocksMoveBetweenHostMemoryAndDevicesEitherWay() {
        assertThat(conforming(MixedTestCase.class, 2)).allSatisfy(report -> {
            Reference reference = report.observation().orElseThrow().reference().orElseThrow();
            assertThat(reference.method()).contains("pinned memory");
            assertThat(reference.betweenDevicesBytes()).isZero();
            assertThat(reference.bytesPerSecond().keySet())
                    .as("measured by the rank on the GPU alone")
                    .extracting(rank -> rank.role() == DECODE)
                    .containsExactly(report.plan().orElseThrow().memory() == DRAM_TO_VRAM);
            assertThat(report.verdict().shareOfReference()).isPresent();
            assertThat(report.observation().orElseThrow().path().gpus()).hasSize(1);
        });
    }

    @Test
    @Tag("releases")
    void cachesThatAreHeldInOtherWaysArriveWhole() {
        assertThat(conforming(CleanTestCase.class, 16))
                .filteredOn(report -> report.cell().contains("two-devices"))
                .hasSize(2)
                .allSatisfy(report -> assertThat(
                                report.observation().orElseThrow().path().gpus())
                        .extracting(gpu -> gpu.ordinal())
                        .containsExactly(0, 1, 1, 0));
    }

    private List<TransferReport> conforming(Class<?> testCase, int cells) {
        Run run = LiveProject.in(root).write("config/clusters/local.yaml", """
                nodes:
                  - {name: here, connection: local, variables: {NIXLCONFORM_SIMULATED_GPUS: "2"}}
                environments: [nixl]
                """).run(testCase);
        assertThat(run.reporter().published()).as(run.console()).hasSize(cells).allSatisfy(report -> {
            assertThat(report.verdict().findings()).as(report.cell()).isEmpty();
            assertThat(report.verdict().outcome()).isEqualTo(Outcome.CONFORMS);
        });
        return run.reporter().published();
    }
}
