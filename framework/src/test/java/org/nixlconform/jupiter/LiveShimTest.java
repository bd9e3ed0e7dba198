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
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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
class LiveShimTest {
    private static final Path ENVIRONMENTS =
            Path.of(System.getProperty("user.home"), ".cache", "nixlconform", "environments");

    private static final String PLUGINS_OF_CUDA =
            "these releases load every plug-in of the wheel, and say so where one wants libraries of CUDA";

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
    @AllowEngineLog(pattern = "Failed to load plugin", because = PLUGINS_OF_CUDA)
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
    @AllowEngineLog(pattern = "Failed to load plugin", because = PLUGINS_OF_CUDA)
    @AllowEngineLog(pattern = "FI_OPT_SHARED_MEMORY_PERMITTED", because = "the sockets provider has no such option")
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
        Path standins = Files.createDirectories(root.resolve("standins"));
        compile("cuda.c", standins.resolve("libcuda.so.1"));
        compile("cudart.c", standins.resolve("libcudart.so.12"), "-Wl,--version-script=" + resource("cudart.map"));
        ucx = run("ucx", standins.toString(), "UCX", UcxTestCase.class);
        // The wheel of 0.8.0 bundles no libfabric and no hwloc; that of 0.6.1 does.
        Path bundled = bundledWith061();
        copy(standins.resolve("libfabric.so.1"), bundled, "libfabric-");
        copy(standins.resolve("libhwloc.so.15"), bundled, "libhwloc-");
        libfabric = run("libfabric", standins + ":" + bundled, "LIBFABRIC", LibfabricTestCase.class);
    }

    private static Run run(String name, String libraries, String backend, Class<?> fixture) {
        ConformanceKit kit = LiveProject.in(root.resolve(name)).write("config/clusters/local.yaml", """
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

    private static Path bundledWith061() throws IOException {
        try (Stream<Path> files = Files.walk(ENVIRONMENTS, 2)) {
            return files.filter(file -> file.endsWith("nixl.libs")).findFirst().orElseThrow();
        }
    }

    private static void copy(Path copy, Path folder, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            Path file = files.filter(each -> each.getFileName().toString().startsWith(prefix))
                    .findFirst()
                    .orElseThrow();
            Files.copy(file, copy);
        }
    }

    private static void compile(String source, Path library, String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of("c++", "-x", "c", "-shared", "-fPIC", "-O1"));
        words.addAll(List.of(resource(source).toString(), "-Wl,-soname," + library.getFileName()));
        words.addAll(List.of(options));
        words.addAll(List.of("-o", library.toString()));
        Process compiler = new ProcessBuilder(words).inheritIO().start();
        assertThat(compiler.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(compiler.exitValue()).as("%s", words).isZero();
    }

    private static Path resource(String name) throws IOException {
        Path copy = root.resolve(name);
        try (InputStream source = LiveShimTest.class.getResourceAsStream("/standin/" + name)) {
            if (!Files.exists(copy)) {
                Files.copy(source, copy);
            }
        }
        return copy;
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
                .allSatisfy(report -> assertThat(report.verdict().findings())
                        .extracting(Finding::kind)
                        .containsExactly(FindingKind.MISPLACED));
    }
}
