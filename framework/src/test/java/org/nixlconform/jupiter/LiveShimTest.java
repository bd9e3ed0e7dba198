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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nixlconform.jupiter.ConformanceKit.Run;
import org.nixlconform.report.TransferReport;
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

    @TempDir
    static Path root;

    private static Run run;

    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @ExpectIntegrity
    @ExpectCompletion
    @Iterations(2)
    @AllowEngineLog(
            pattern = "Failed to load plugin|unsupported backend",
            because = "these releases load every plug-in of the wheel, and say so where one wants libraries of CUDA")
    static class OldReleasesTestCase {
        @TransferTest
        @Backends(UCX)
        void overUcx() {}

        @TransferTest
        @Backends(LIBFABRIC)
        void overLibfabric() {}
    }

    @BeforeAll
    static void runAll() throws Exception {
        Path standins = Files.createDirectories(root.resolve("standins"));
        compile("cuda.c", standins.resolve("libcuda.so.1"));
        compile("cudart.c", standins.resolve("libcudart.so.12"), "-Wl,--version-script=" + resource("cudart.map"));
        ConformanceKit kit = LiveProject.in(root)
                .write("config/clusters/local.yaml", """
                        nodes:
                          - {name: here, connection: local, gpus: 0}
                        environments: [nixl-0.6.1, nixl-0.8.0]
                        """);
        environment(kit, "nixl", "0.6.1", standins);
        environment(kit, "nixl-cu12", "0.8.0", standins);
        run = kit.run(OldReleasesTestCase.class);
    }

    private static void environment(ConformanceKit kit, String distribution, String version, Path standins) {
        kit.write("config/environments/nixl-%s.yaml".formatted(version), """
                install: {mode: wheel, distribution: %s, version: %s}
                variables:
                  LD_LIBRARY_PATH: %s
                  FI_PROVIDER: sockets
                backends: [UCX, LIBFABRIC]
                """.formatted(distribution, version, standins));
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

    @ParameterizedTest
    @ValueSource(strings = {"overUcx", "overLibfabric"})
    void conforms(String method) {
        System.err.println(run.console());
        run.cells().forEach(System.err::println);
        assertThat(run.cells()).isNotEmpty().allMatch(cell -> cell.status() == SUCCESSFUL);
        assertThat(run.reporter().published())
                .filteredOn(report -> report.testMethod().equals(method))
                .hasSize(4)
                .extracting(TransferReport::verdict)
                .allMatch(verdict -> verdict.outcome() == Outcome.CONFORMS);
    }
}
