package org.nixlconform.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.FromWarden;
import org.nixlconform.engine.protocol.ToRank;
import org.nixlconform.engine.protocol.ToWarden;

/** What a warden says of what hangs, is no JVM, or is over; and that looking does no harm. */
@Timeout(60)
class InspectionTest {
    private static final String ONE = "prefill-0-rank-0";
    private static final String TWO = "decode-0-rank-0";
    private static final Duration WITHIN = Duration.ofSeconds(8);

    @TempDir
    private Path folder;

    private static FromWarden.Inspected inspected(WardenProcess warden, String label) throws InterruptedException {
        return warden.said(FromWarden.Inspected.class, each -> each.label().equals(label) && each.complete());
    }

    private static void inspect(WardenProcess warden, Duration within, String... labels) throws IOException {
        warden.send(new ToWarden.Inspect(List.of(labels), within.toMillis()));
    }

    private static String nativeStacks(FromWarden.Inspected seen) {
        return seen.stacks().substring(seen.stacks().indexOf("== Native stacks"));
    }

    @Test
    void aMainThreadInsideANativeCallDoesNotHideItsJavaStack() throws Exception {
        try (WardenProcess warden = new WardenProcess(folder, Map.of())) {
            warden.start(EngineProgram.command(List.of(), StuckProgram.class), 1, ONE);
            warden.await("up", Duration.ofSeconds(20), line -> line.from().equals(ONE));
            inspect(warden, WITHIN, ONE);
            FromWarden.Inspected stuck = inspected(warden, ONE);
            assertThat(stuck.stacks())
                    .containsSubsequence("poll(Native Method)", "at org.nixlconform.engine.process.StuckProgram.main(");
        }
    }

    /** SIGQUIT ends a process that does not expect it. */
    @Test
    void whatIsNoJvmIsNotAsked() throws Exception {
        try (WardenProcess warden = new WardenProcess(folder, Map.of())) {
            warden.start(List.of("/bin/sh", "-c", "echo '{}'; sleep 600; :"), 1, ONE);
            warden.await("up", Duration.ofSeconds(20), line -> line.from().equals(ONE));
            inspect(warden, WITHIN, ONE);
            assertThat(inspected(warden, ONE).stacks())
                    .contains("none: the process is not yet, or not any more, a JVM that answers");
            assertThat(warden.living()).hasSizeGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void whatIsOverIsNotTakenForAnother() throws Exception {
        try (WardenProcess warden = new WardenProcess(folder, Map.of())) {
            warden.start(List.of("/bin/sh", "-c", "echo last words >&2; kill -KILL $$"), 1, ONE);
            warden.ended(ONE);
            inspect(warden, WITHIN, ONE);
            FromWarden.Inspected over = inspected(warden, ONE);
            assertThat(over.state()).isEqualTo("ended by signal 9");
            assertThat(over.stacks()).contains("== Java stacks\n\nended by signal 9");
            assertThat(over.lastLogLines()).containsExactly("last words");
        }
    }

    /** A tool that hangs, as a debugger does on a process that cannot be stopped. */
    @Test
    void aToolThatHangsIsEndedInTimeAndWhatItSaidIsKept() throws Exception {
        Path tool = Files.createDirectory(folder.resolve("bin")).resolve("eu-stack");
        Files.writeString(tool, "#!/bin/sh\necho first frame of $2\nexec sleep 600\n");
        Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwxr-xr-x"));
        String path = tool.getParent() + ":" + System.getenv("PATH");
        try (WardenProcess warden = new WardenProcess(folder, Map.of("PATH", path))) {
            warden.start(EngineProgram.command("rank"), 2, ONE, TWO);
            int pid = warden.answer(ONE, FromRank.Hello.class).pid();
            warden.answer(TWO, FromRank.Hello.class);
            long begun = System.nanoTime();
            inspect(warden, Duration.ofMillis(1_500), ONE, TWO);
            FromWarden.Inspected one = inspected(warden, ONE);
            inspected(warden, TWO);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(4));
            assertThat(nativeStacks(one)).contains("by eu-stack", "first frame of " + pid, "the time for it was over");
            warden.send(ONE, new ToRank.Sample());
            warden.answer(ONE, FromRank.Sampled.class);
            assertThat(warden.living()).as("the warden and two ranks").hasSize(3);
        }
    }
}
