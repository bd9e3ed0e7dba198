package org.nixlconform.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.cluster.BuiltEngine;
import org.nixlconform.cluster.Node;
import org.nixlconform.cluster.NodeConnection;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.configuration.EnvironmentSpec.AgentSpec;
import org.nixlconform.configuration.EnvironmentSpec.NodeChoice;
import org.nixlconform.configuration.EnvironmentSpec.ProgressThread;
import org.nixlconform.configuration.EnvironmentSpec.ThreadSync;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.Fact;

/** UCX's module for CUDA is a library that needs another one, which no machine has: its name ends in 99. */
class CudaRuntimeTest {
    private static final String RUNTIME = "libcudart.so.99";

    @TempDir
    Path folder;

    private NodeConnection connection;
    private Path runtime;
    private Installation installation;
    private final Map<String, String> searched = new HashMap<>();

    @BeforeEach
    void make() throws Exception {
        folder = folder.toRealPath();
        connection = BuiltEngine.here(System.getenv(), folder);
        runtime = Workshop.library(folder.resolve("elsewhere").resolve(RUNTIME), "", List.of());
        Path home = folder.resolve("nixl");
        Path core = Workshop.library(home.resolve("libnixl.so"), "", List.of());
        Workshop.library(
                home.resolve("libs/ucx/libucm_cuda.so.0.0.0"), "", List.of(), "-Wl,--no-as-needed", runtime.toString());
        installation = new Installation(
                "nixl-cu12",
                Optional.of("1.5.1"),
                home,
                core,
                Optional.empty(),
                Map.of("LD_LIBRARY_PATH", "/opt/site/lib"),
                Map.of(),
                List.of(new Fact("installed", "so")));
    }

    @AfterEach
    void close() {
        connection.close();
    }

    @Test
    void whatTheModuleLacksIsPutOnTheLoadersWay() {
        Installation completed = completed(1, "UCX", name -> Optional.of(new CudaRuntime.Had(runtime, "from there")));

        String way = completed.variables().get("LD_LIBRARY_PATH");
        assertThat(way).endsWith(":/opt/site/lib");
        assertThat(Path.of(way.split(":", -1)[0], RUNTIME)).hasSameBinaryContentAs(runtime);
        assertThat(completed.facts())
                .containsExactly(new Fact("installed", "so"), new Fact(RUNTIME + " for UCX", "from there"));
    }

    @Test
    void nothingIsAddedWhereTheLoaderFindsItOrNobodyNeedsIt() {
        assertThat(completed(0, "UCX", CudaRuntimeTest::unasked)).isSameAs(installation);
        assertThat(completed(1, "LIBFABRIC", CudaRuntimeTest::unasked)).isSameAs(installation);
        searched.put("LD_LIBRARY_PATH", folder.resolve("elsewhere").toString());
        assertThat(completed(1, "UCX", CudaRuntimeTest::unasked)).isSameAs(installation);
    }

    /** Blocks in host memory need none of it. */
    @Test
    void whatCannotBeHadIsToldAndEndsNothing() {
        assertThat(fact(name -> Optional.empty()))
                .isEqualTo(
                        "node this-machine has no libcudart.so.99; blocks between GPUs will be staged through the host");
        assertThat(fact(name -> {
                    throw new IOException("no way to " + name);
                }))
                .contains("no way to libcudart.so.99");
    }

    private String fact(CudaRuntime.Source source) {
        Installation completed = completed(1, "UCX", source);
        assertThat(completed.variables()).isEqualTo(installation.variables());
        return completed.facts().stream()
                .filter(fact -> fact.name().equals("UCX without CUDA"))
                .map(Fact::value)
                .findFirst()
                .orElseThrow();
    }

    private static Optional<CudaRuntime.Had> unasked(String name) {
        throw new AssertionError(name + " is asked for");
    }

    private Installation completed(int gpus, String backend, CudaRuntime.Source source) {
        return CudaRuntime.completed(spec(backend), node(gpus), installation, searched, source);
    }

    private Node node(int gpus) {
        return PlantedNode.node(connection, BuiltEngine.bundle(), folder.resolve("work"), gpus);
    }

    private static EnvironmentSpec spec(String backend) {
        return new EnvironmentSpec(
                "planted",
                Path.of("/config/environments/planted.yaml"),
                new WheelInstall("nixl-cu12", "1.5.1"),
                NodeChoice.ALL,
                Map.of(),
                List.of(backend),
                Map.of(),
                new AgentSpec(ProgressThread.AUTO, ThreadSync.NONE, 0),
                Optional.empty(),
                Optional.empty());
    }
}
