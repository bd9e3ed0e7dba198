package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.MemoryKind.VRAM;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.jupiter.ConformanceKit.Run;
import org.nixlconform.report.TransferReport;
import org.nixlconform.transfer.PathObservation;
import org.nixlconform.verdict.Outcome;

/** Cells in device memory through the whole pipeline, on simulated GPUs: what they prove is our side of it. */
@Timeout(120)
class LiveDeviceTest {
    @TempDir
    Path root;

    @Backends(UCX)
    @Topology
    @Memory(VRAM)
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @ExpectIntegrity
    @ExpectCompletion
    @ExpectThroughput(shareOfReference = 0.0001)
    static class BlocksTestCase {
        @TransferTest
        void cell() {}
    }

    @Test
    void blocksInDeviceMemoryAreFilledMovedAndComparedThere() {
        Run run = LiveProject.in(root).write("config/clusters/local.yaml", """
                nodes:
                  - {name: here, connection: local, variables: {NIXLCONFORM_SIMULATED_GPUS: "2", NIXLCONFORM_SIMULATED_NVLINK_KIB: "7"}}
                environments: [nixl]
                """).run(BlocksTestCase.class);

        assertThat(run.reporter().published())
                .as(run.console())
                .hasSize(2)
                .allSatisfy(report -> assertThat(report.observation()
                                .orElseThrow()
                                .reference()
                                .orElseThrow()
                                .method())
                        .contains("copy engine"))
                .allSatisfy(report -> assertThat(
                                report.observation().orElseThrow().path().links())
                        .as("counters that stand still")
                        .extracting(PathObservation.Links::busId, PathObservation.Links::receivedBytes)
                        .containsExactly(tuple("0000:00:00.0", 0L), tuple("0000:01:00.0", 0L)))
                .extracting(TransferReport::verdict)
                .allSatisfy(verdict -> {
                    assertThat(verdict.findings()).isEmpty();
                    assertThat(verdict.outcome()).isEqualTo(Outcome.CONFORMS);
                    assertThat(verdict.notes())
                            .anySatisfy(note -> assertThat(note)
                                    .matches("GPU 0 of here, simulated GPU, \\S+, has prefill-0-rank-0;"
                                            + " GPU 1 of here, simulated GPU, \\S+, has decode-0-rank-0"));
                });
    }
}
