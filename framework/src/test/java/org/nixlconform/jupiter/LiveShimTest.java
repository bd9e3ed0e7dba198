package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.TestExecutionResult.Status.SUCCESSFUL;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.jupiter.ConformanceKit.Run;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.verdict.Outcome;

/**
 * Releases of NIXL that have no C interface move data through ours, from their real wheels. Stand-ins say that there is no
 * CUDA device: the plug-ins of these releases do not load without the driver's library.
 */
@Tag("network")
@Timeout(400)
@Tag("releases")
class LiveShimTest {
    @TempDir
    static Path root;

    private static Run ucx;
    private static Run libfabric;

    @Backends(UCX)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @ExpectIntegrity
    @ExpectCompletion
    @Iterations(2)
    @AllowEngineLog(pattern = "Failed to load plugin", because = OldReleases.PLUGINS_OF_CUDA)
    static class UcxTestCase {
        @TransferTest
        void conforms() {}
    }

    @Backends(LIBFABRIC)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    @ExpectCompletion
    @Iterations(2)
    @AllowEngineLog(pattern = "Failed to load plugin", because = OldReleases.PLUGINS_OF_CUDA)
    @AllowEngineLog(pattern = "FI_OPT_SHARED_MEMORY_PERMITTED", because = OldReleases.NO_SUCH_OPTION)
    static class LibfabricTestCase {
        @TransferTest
        @Blocks(transferred = 1)
        @UnequalCaches(prefillBlocks = 1, decodeBlocks = 1)
        void oneBlock() {}

        @TransferTest
        void manyBlocks() {}
    }

    @BeforeAll
    static void runAll() throws Exception {
        Path standins = OldReleases.standInsForCuda(root.resolve("standins"));
        ucx = run("ucx", standins.toString(), "UCX", UcxTestCase.class);
        // The wheel of 0.8.0 bundles no libfabric and no hwloc; that of 0.6.1 does.
        OldReleases.copyBundled("libfabric-", standins.resolve("libfabric.so.1"));
        OldReleases.copyBundled("libhwloc-", standins.resolve("libhwloc.so.15"));
        libfabric =
                run("libfabric", standins + ":" + OldReleases.bundledWith061(), "LIBFABRIC", LibfabricTestCase.class);
    }

    private static Run run(String name, String libraries, String backend, Class<?> fixture) throws IOException {
        ConformanceKit kit = LiveProject.in(root.resolve(name))
                .write("config/known-issues.yaml", Files.readString(LiveProject.knownIssues()))
                .write("config/clusters/local.yaml", """
                        nodes:
                          - {name: here, connection: local, gpus: 0}
                        environments: [nixl-0.6.1, nixl-0.8.0]
                        """);
        for (String release : List.of("nixl 0.6.1", "nixl-cu12 0.8.0")) {
            String[] parts = release.split(" ", -1);
            kit.write("config/environments/nixl-%s.yaml".formatted(parts[1]), """
                    install: {mode: wheel, distribution: %s, version: %s}
                    variables: {LD_LIBRARY_PATH: "%s", FI_PROVIDER: sockets}
                    backends: [%s]
                    """.formatted(
                            parts[0], parts[1], libraries, backend));
        }
        return kit.run(fixture);
    }

    @Test
    void readAndWriteConformOverUcx() {
        assertThat(ucx.cells()).hasSize(4).allMatch(cell -> cell.status() == SUCCESSFUL);
        assertThat(ucx.reporter().published())
                .hasSize(4)
                .allMatch(report -> report.verdict().outcome() == Outcome.CONFORMS);
    }

    @Test
    void aReadConformsOverLibfabric() {
        assertThat(libfabric.cells())
                .filteredOn(cell -> cell.name().contains("1 of 1 blocks"))
                .hasSize(2)
                .allMatch(cell -> cell.status() == SUCCESSFUL);
    }

    /**
     * Over the sockets provider these releases read every block from where its region begins, also when NIXL's own Python
     * binding asks them to; that is seen through our library too.
     */
    @Test
    void whatTheseReleasesDoWrongOverSocketsIsFound() {
        assertThat(libfabric.reporter().published())
                .filteredOn(report -> report.testMethod().equals("manyBlocks"))
                .hasSize(2)
                .allSatisfy(report -> {
                    assertThat(report.verdict().findings())
                            .extracting(Finding::kind)
                            .containsExactly(FindingKind.MISPLACED);
                    assertThat(report.knownIssue())
                            .get()
                            .isIn("libfabric-sockets-offset-ignored", "libfabric-descriptor-offset-ignored");
                });
    }
}
