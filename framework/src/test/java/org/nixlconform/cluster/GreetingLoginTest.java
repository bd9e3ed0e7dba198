package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A login that prints before any shell of ours runs, as a shell's startup files on many a cluster do. */
class GreetingLoginTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    @Test
    void whatItPrintsIsNotTakenForOurs() throws Exception {
        Launcher launcher = new Greeting(new LocalLauncher(System.getenv()));
        Shipment.Shipped shipped = new Shipment(launcher, BuiltEngine.bundle(), "greeting")
                .ship(BuiltEngine.bundle().digest(), folder.toString());
        assertThat(shipped.workFolder()).isEqualTo(folder.toRealPath());

        try (NodeConnection connection = ProgramConnection.open(
                launcher, shipped.shell(), shipped.bundle(), folder.resolve("node.log"), "greeting", 0)) {
            assertThat(connection.run(Command.of("echo", "ours"), SOON).stdout())
                    .isEqualTo("ours\n");

            Path files = Files.createDirectories(folder.resolve("files"));
            Files.writeString(files.resolve("one"), "1");
            assertThat(connection.fetch(files, folder.resolve("fetched"))).isEmpty();
            assertThat(folder.resolve("fetched/one")).hasContent("1");

            NodeProcess started = connection.start(
                    Command.of("/bin/sh", "-c", "echo $$ $PLANTED").with(Map.of("PLANTED", "kept")),
                    folder.resolve("started.log"));
            assertThat(new String(started.stdout().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo(started.pid() + " kept\n");
        }
    }

    private record Greeting(Launcher login) implements Launcher {
        @Override
        public Started launch(List<String> words) throws IOException {
            List<String> all = new ArrayList<>(
                    List.of("/bin/sh", "-c", "echo Welcome; echo; echo '42 GPUs are idle'; exec \"$@\"", "sh"));
            all.addAll(words);
            return login.launch(all);
        }

        @Override
        public void close() {
            login.close();
        }
    }
}
