package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.message.FindingException;

class LocalConnectionTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private NodeConnection connection;

    private final Map<String, String> environment = Map.of(
            "PATH",
            "/usr/bin:/bin",
            "KEPT",
            "1",
            "NIXL_PLUGIN_DIR",
            "/stray",
            "UCX_TLS",
            "tcp",
            "FI_PROVIDER",
            "efa",
            "JAVA_TOOL_OPTIONS",
            "-Xmx1g");

    @BeforeEach
    void open() {
        connection = BuiltEngine.here(environment, folder);
    }

    @AfterEach
    void close() {
        connection.close();
    }

    @Test
    void variablesOfTheShellThatChangeNixlAreDroppedAndNamed() {
        CommandOutcome outcome = connection.run(Command.of("env"), SOON);

        assertThat(outcome.stdout()).contains("KEPT=1").doesNotContain("NIXL_", "UCX_", "FI_", "JAVA_TOOL_OPTIONS");
        assertThat(connection.droppedVariables())
                .containsExactly("FI_PROVIDER", "JAVA_TOOL_OPTIONS", "NIXL_PLUGIN_DIR", "UCX_TLS");
    }

    @Test
    void variablesOfTheCommandReachItsEnvironmentAlone() {
        Command command = Command.of("sh", "-c", "echo $UCX_TLS; tr '\\0' ' ' < /proc/$$/cmdline")
                .with(Map.of("UCX_TLS", "planted-value"));

        String[] lines = connection.run(command, SOON).stdout().split("\n");

        assertThat(lines[0]).isEqualTo("planted-value");
        assertThat(lines[1]).startsWith("/").doesNotContain("planted-value");
    }

    @Test
    void programsAreLookedForInThePathOfTheCommand() throws Exception {
        Path program = executable("only-here", "#!/bin/sh\necho found");

        assertThat(connection.run(Command.of("only-here"), SOON).end()).contains(new ProcessEnd(127));
        assertThat(connection
                        .run(
                                Command.of("only-here")
                                        .with(Map.of("PATH", program.getParent().toString())),
                                SOON)
                        .stdout())
                .isEqualTo("found\n");
    }

    @Test
    void aFileThatMayNotBeExecutedEndsAsInAShell() throws Exception {
        Path file = Files.writeString(folder.resolve("text"), "no program");

        assertThat(connection.run(Command.of(file.toString()), SOON).end()).contains(new ProcessEnd(126));
    }

    @Test
    void exitCodeAndSignalAreToldApart() {
        CommandOutcome code = connection.run(Command.of("sh", "-c", "echo out; echo err >&2; exit 3"), SOON);
        CommandOutcome signal = connection.run(Command.of("sh", "-c", "kill -SEGV $$"), SOON);

        assertThat(code)
                .extracting(CommandOutcome::stdout, CommandOutcome::stderr)
                .containsExactly("out\n", "err\n");
        assertThat(code.ending()).isEqualTo("exit code 3");
        assertThat(signal.ending()).isEqualTo("signal SIGSEGV");
        assertThat(signal.end().orElseThrow().signal()).contains("SIGSEGV");
    }

    @Test
    void aCommandPastItsDeadlineIsKilledWithItsDescendants() {
        CommandOutcome outcome =
                connection.run(Command.of("sh", "-c", "sleep 300 & echo $!; wait"), Duration.ofMillis(500));

        assertThat(outcome.timedOut()).isTrue();
        assertThat(outcome.took()).isLessThan(Duration.ofSeconds(10));
        long sleeper = Long.parseLong(outcome.stdout().strip());
        assertThat(awaitGone(sleeper)).as("process %d is gone", sleeper).isTrue();
    }

    @Test
    void outputIsBounded() {
        CommandOutcome outcome = connection.run(Command.of("head", "-c", "6000000", "/dev/zero"), SOON);

        assertThat(outcome.succeeded()).isTrue();
        assertThat(outcome.stdout()).hasSize(NodeConnection.OUTPUT_LIMIT_BYTES);
    }

    @Test
    void aStartedProcessIsTalkedToAndItsStandardErrorIsKept() throws Exception {
        Path errors = folder.resolve("logs/stderr.txt");
        NodeProcess process = connection.start(
                Command.of("sh", "-c", "read line; echo got $line; echo warned >&2; exit 5")
                        .in(folder),
                errors);
        process.stdin().write("hello\n".getBytes(StandardCharsets.UTF_8));
        process.stdin().close();

        BufferedReader out = new BufferedReader(new InputStreamReader(process.stdout(), StandardCharsets.UTF_8));
        assertThat(out.readLine()).isEqualTo("got hello");
        assertThat(process.awaitExit(SOON)).contains(new ProcessEnd(5));
        assertThat(errors).hasContent("warned");
    }

    @Test
    void closingKillsWhatStillRuns() {
        NodeProcess process = connection.start(Command.of("sleep", "300"), folder.resolve("stderr.txt"));
        assertThat(process.awaitExit(Duration.ofMillis(100))).isEmpty();

        connection.close();

        assertThat(process.awaitExit(SOON).flatMap(ProcessEnd::signal)).contains("SIGKILL");
    }

    @Test
    void aProcessThatCannotBeStartedIsRefusedWithItsName() {
        assertThatThrownBy(() -> connection.start(Command.of("no-such-program"), folder.resolve("stderr.txt")))
                .isInstanceOf(FindingException.class)
                .hasMessageContaining("no-such-program");
    }

    @Test
    void absentFilesAndFoldersAreEmpty() {
        assertThat(connection.readText(folder.resolve("absent"))).isEqualTo(Optional.empty());
        assertThat(connection.list(folder.resolve("absent"))).isEmpty();
    }

    private Path executable(String name, String text) throws Exception {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Path program = Files.writeString(bin.resolve(name), text);
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return program;
    }

    private static boolean awaitGone(long pid) {
        long until = System.nanoTime() + SOON.toNanos();
        while (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()) {
            if (System.nanoTime() > until) {
                return false;
            }
            Thread.onSpinWait();
        }
        return true;
    }
}
