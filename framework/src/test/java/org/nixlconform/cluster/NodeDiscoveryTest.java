package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeDiscoveryTest {
    @TempDir
    Path folder;

    @Test
    void thisMachineIsWhatTheJvmSaysItIs() {
        try (NodeConnection connection = BuiltEngine.here(System.getenv(), folder)) {
            NodeFacts facts = new NodeDiscovery(connection, Map.of()).discover();

            assertThat(facts.cores()).isEqualTo(Runtime.getRuntime().availableProcessors());
            assertThat(facts.memoryAvailableBytes()).isPositive().isLessThanOrEqualTo(facts.memoryTotalBytes());
            assertThat(facts.hostName()).isNotBlank();
            assertThat(facts.kernel()).isEqualTo(System.getProperty("os.version"));
            assertThat(facts.machine()).isNotEqualTo("unknown");
        }
    }

    @Test
    void aProgramThatShowsGpusIsAsked() throws Exception {
        Path program =
                Files.writeString(folder.resolve("nvidia-smi"), "#!/bin/sh\necho '0, NVIDIA H100, 550.90.07, 81559'\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();

        try (NodeConnection connection = BuiltEngine.here(Map.of("PATH", folder + ":/usr/bin:/bin"), folder)) {
            assertThat(new NodeDiscovery(connection, Map.of()).discover().gpus())
                    .containsExactly(new NodeFacts.Gpu(0, "NVIDIA H100", "550.90.07", 81559L << 20));
        }
    }
}
