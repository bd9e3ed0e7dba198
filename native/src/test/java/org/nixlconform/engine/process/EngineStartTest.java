package org.nixlconform.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.binding.ForeignLibrary;
import org.nixlconform.binding.ManyRuns;
import org.nixlconform.binding.Posix;

/** Single processes of the engine, with the flags that every engine has. */
@Timeout(60)
class EngineStartTest {
    @TempDir
    private Path folder;

    private record End(int exitCode, String output) {}

    private static End run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new End(process.waitFor(), output);
    }

    @Test
    void theWarmUpOfAWholeEngineSucceeds() throws Exception {
        End end = run(EngineProgram.command("warm-up"));
        assertThat(end.exitCode()).as(end.output()).isZero();
        assertThat(end.output()).contains("nixlconform engine: warmed up, ");
    }

    @Test
    void aJarBesideALibraryOfAnotherOrderNeverStarts() throws Exception {
        expectRefusal(
                ForeignLibrary.withSwappedFunctions(folder),
                "libnixlconform.so has nixl_capi_create_configured_agent at place 0 of its table,"
                        + " Java has nixl_capi_is_stub; rebuild both");
    }

    @Test
    void aJarBesideALibraryOfAnotherLayoutNeverStarts() throws Exception {
        expectRefusal(
                ForeignLibrary.withWiderProgress(folder),
                "libnixlconform.so has nxc_progress as 72 bytes at 0, Java expects 64 bytes at 0; rebuild both");
    }

    private static void expectRefusal(Path library, String message) throws Exception {
        List<String> foreign = List.of("-Dnixlconform.library=" + library);
        String parent = Integer.toString(Posix.getpid());
        for (List<String> program : List.of(List.of("warm-up"), List.of("rank", "decode-0-rank-0", parent))) {
            End end = run(EngineProgram.command(foreign, Main.class, program.toArray(String[]::new)));
            assertThat(end.exitCode()).as(program + ": " + end.output()).isNotZero();
            assertThat(end.output()).contains(message).doesNotContain("hello");
        }
    }

    @Test
    void aProgramThatThereIsNotIsRefused() throws Exception {
        End end = run(EngineProgram.command("dance"));
        assertThat(end.exitCode()).isEqualTo(64);
        assertThat(end.output()).contains("expected rank, warden, node, probe, driver or warm-up, found [dance]");
    }

    @Test
    void aRankWhoseParentIsAlreadyGoneEnds() throws Exception {
        End end = run(EngineProgram.command("rank", "decode-0-rank-0", "1"));
        assertThat(end).isEqualTo(new End(70, ""));
    }

    /** They are outside the heap, which is small: also while their list grows. */
    @Test
    void millionsOfRunsFitBesideASmallHeap() throws Exception {
        End end = run(EngineProgram.command(List.of(), ManyRuns.class));
        assertThat(end).isEqualTo(new End(0, ""));
    }
}
