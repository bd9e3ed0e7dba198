package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShipmentTest {
    private static final int NODES = 3;

    @TempDir
    Path folder;

    /** As containers do, whose home is one file system and each of which counts its processes from 1. */
    @Test
    void nodesThatShareAFolderUnpackAtTheSameTimeWithTheSameProcessId() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "numbers of processes of one's own need root");
        Path programs = Files.createDirectory(folder.resolve("programs"));
        Files.writeString(programs.resolve("start"), "#!/bin/sh\nexit 0\n");
        assertThat(programs.resolve("start").toFile().setExecutable(true)).isTrue();
        Path engines = Files.createDirectory(folder.resolve("engines"));
        List<Process> nodes = new ArrayList<>();
        for (int node = 0; node < NODES; node++) {
            nodes.add(new ProcessBuilder(
                            "unshare",
                            "--pid",
                            "--fork",
                            "sh",
                            "-c",
                            Shipment.UNPACK,
                            "sh",
                            engines.toString(),
                            "digest")
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("node-" + node).toFile())
                    .start());
        }
        // All have begun before any has got what it unpacks.
        Waiting.until(() -> engines.toFile().list((in, name) -> !name.endsWith(".said")).length == NODES);
        for (Process node : nodes) {
            try (OutputStream out = node.getOutputStream()) {
                Tar.pack(programs, true, List.of(), out);
            }
        }
        for (int node = 0; node < NODES; node++) {
            assertThat(nodes.get(node).waitFor())
                    .as(Files.readString(folder.resolve("node-" + node)))
                    .isZero();
        }
        assertThat(engines.toFile().list()).containsExactly("digest");
        assertThat(engines.resolve("digest").toFile().list()).containsExactlyInAnyOrder("start", "complete");
    }
}
