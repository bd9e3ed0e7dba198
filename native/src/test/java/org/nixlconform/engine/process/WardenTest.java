package org.nixlconform.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.binding.Posix;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.FromWarden;
import org.nixlconform.engine.protocol.ToRank;
import org.nixlconform.engine.protocol.ToWarden;

/** A warden and its ranks as processes. Each test ends with none of them left, see {@link WardenProcess#close}. */
@Timeout(60)
class WardenTest {
    private static final Duration SOON = Duration.ofSeconds(15);
    private static final int SIGABRT = 6;
    private static final int SIGKILL = 9;
    private static final int SIGSEGV = 11;
    private static final int SIGCONT = 18;
    private static final int SIGSTOP = 19;

    private static final String ONE = "prefill-0-rank-0";
    private static final String TWO = "decode-0-rank-0";

    @TempDir
    private Path folder;

    private WardenProcess warden() throws IOException {
        return new WardenProcess(folder, Map.of());
    }

    /** @param script gets the label as $0 and the warden's process id as $1 */
    private static List<String> shell(String script) {
        return List.of("/bin/sh", "-c", script);
    }

    private static void expectAnAnswer(WardenProcess warden, String label) throws Exception {
        warden.send(label, new ToRank.Sample());
        assertThat(warden.answer(label, FromRank.Sampled.class).call()).isEmpty();
    }

    @Test
    void ranksSayHelloAndAnswerAndEndWithTheirInput() throws Exception {
        try (WardenProcess warden = warden()) {
            assertThat(warden.said(FromWarden.Up.class, up -> true).pid()).isEqualTo(warden.pid());
            warden.start(EngineProgram.command("rank"), 2, ONE, TWO);
            FromRank.Hello one = warden.answer(ONE, FromRank.Hello.class);
            FromRank.Hello two = warden.answer(TWO, FromRank.Hello.class);
            assertThat(one.pid()).isNotEqualTo(two.pid());
            assertThat(ProcessHandle.of(one.pid())
                            .flatMap(ProcessHandle::parent)
                            .map(ProcessHandle::pid))
                    .contains(warden.pid());
            assertThat(warden.living()).hasSize(3);
            expectAnAnswer(warden, ONE);
            expectAnAnswer(warden, TWO);
            warden.endInput();
            warden.expectNobodyLeftWithin(SOON);
            assertThat(warden.exitCode()).isZero();
        }
    }

    @Test
    void ranksOfOneNodeMayHaveVariablesOfTheirOwn() throws Exception {
        try (WardenProcess warden = new WardenProcess(folder, Map.of("SHARED", "all", "RAILS", "1"))) {
            List<String> command = shell("echo \"$0 $SHARED $RAILS\" >&2");
            warden.start(command, Map.of("RAILS", "4"), 1, ONE);
            warden.start(command, Map.of(), 1, TWO);
            assertThat(warden.ended(ONE).lastLogLines()).containsExactly(ONE + " all 4");
            assertThat(warden.ended(TWO).lastLogLines()).containsExactly(TWO + " all 1");
        }
    }

    @Test
    void aFrozenRankIsLookedAtFromOutsideAndALivingOneTellsItsStacks() throws Exception {
        try (WardenProcess warden = warden()) {
            warden.start(EngineProgram.command("rank"), 2, ONE, TWO);
            Posix.kill(warden.answer(ONE, FromRank.Hello.class).pid(), SIGSTOP);
            warden.answer(TWO, FromRank.Hello.class);
            warden.send(new ToWarden.Inspect(List.of(ONE, TWO), 5_000));
            assertThat(warden.said(FromWarden.Counted.class, each -> true).devices())
                    .contains("lo");
            FromWarden.Inspected frozen = inspected(warden, ONE);
            assertThat(frozen.state()).isEqualTo("T (stopped)");
            assertThat(frozen.stacks()).contains("none: the process does not run", "Threads:");
            FromWarden.Inspected living = inspected(warden, TWO);
            assertThat(living.stacks()).contains("\"main\"", "at org.nixlconform.engine.process.RankProgram");
            // Where they came from, and not into what the rank is judged by.
            assertThat(Files.readString(warden.log(TWO))).doesNotContain("Full thread dump");
            expectAnAnswer(warden, TWO);
        }
    }

    private static FromWarden.Inspected inspected(WardenProcess warden, String label) throws Exception {
        return warden.said(FromWarden.Inspected.class, each -> each.label().equals(label) && each.complete());
    }

    /** A frozen rank sees no end of input: its warden has to kill it. */
    @Test
    void aFrozenRankEndsWithTheWardensInput() throws Exception {
        try (WardenProcess warden = warden()) {
            warden.start(EngineProgram.command("rank"), 2, ONE, TWO);
            Posix.kill(warden.answer(ONE, FromRank.Hello.class).pid(), SIGSTOP);
            warden.answer(TWO, FromRank.Hello.class);
            warden.endInput();
            warden.expectNobodyLeftWithin(SOON);
        }
    }

    /** Nobody is left who could kill a frozen rank: only the kernel can. */
    @Test
    void ranksEndWithAWardenThatWasKilled() throws Exception {
        try (WardenProcess warden = warden()) {
            warden.start(EngineProgram.command("rank"), 2, ONE, TWO);
            Posix.kill(warden.answer(ONE, FromRank.Hello.class).pid(), SIGSTOP);
            warden.answer(TWO, FromRank.Hello.class);
            Posix.kill((int) warden.pid(), SIGKILL);
            warden.expectNobodyLeftWithin(SOON);
            assertThat(warden.exitCode()).isEqualTo(128 + SIGKILL);
        }
    }

    @Test
    void theNamedRankIsKilledAndTheOtherGoesOn() throws Exception {
        try (WardenProcess warden = warden()) {
            warden.start(EngineProgram.command("rank"), 2, ONE, TWO);
            Posix.kill(warden.answer(ONE, FromRank.Hello.class).pid(), SIGSTOP);
            warden.answer(TWO, FromRank.Hello.class);
            warden.send(new ToWarden.Kill(List.of(ONE)));
            assertThat(warden.ended(ONE)).returns(SIGKILL, FromWarden.Ended::signal);
            expectAnAnswer(warden, TWO);
            assertThat(warden.living()).hasSize(2);
        }
    }

    @Test
    void aSignalIsNoExitCode() throws Exception {
        try (WardenProcess warden = warden()) {
            warden.start(
                    shell("echo \"last words of $0\" >&2; case $0 in one) kill -SEGV $$;; two) exit 139;; esac"),
                    3,
                    "one",
                    "two",
                    "three");
            assertThat(warden.ended("one"))
                    .isEqualTo(new FromWarden.Ended("one", 0, SIGSEGV, List.of("last words of one")));
            assertThat(warden.ended("two"))
                    .isEqualTo(new FromWarden.Ended("two", 139, 0, List.of("last words of two")));
            assertThat(warden.ended("three").exitCode()).isZero();
        }
    }

    /** A JVM turns the signal into an abort and a report: both reach the controller. */
    @Test
    void aCrashInARanksNativeCodeIsToldWithItsSignal() throws Exception {
        try (WardenProcess warden = warden()) {
            warden.start(
                    EngineProgram.command(List.of("-XX:ErrorFile=" + folder.resolve("crash.log")), Main.class, "rank"),
                    1,
                    ONE);
            Posix.kill(warden.answer(ONE, FromRank.Hello.class).pid(), SIGSEGV);
            FromWarden.Ended ended = warden.ended(ONE);
            assertThat(ended.signal()).isEqualTo(SIGABRT);
            assertThat(ended.lastLogLines()).anyMatch(line -> line.contains("SIGSEGV (0xb)"));
            assertThat(warden.said(
                                    FromWarden.Logged.class,
                                    logged -> logged.level().equals("ERROR"))
                            .text())
                    .contains("A fatal error has been detected");
            assertThat(folder.resolve("crash.log")).content().contains("siginfo");
        }
    }

    @Test
    void whatARankLeftBehindGoesWithIt() throws Exception {
        try (WardenProcess warden = warden()) {
            warden.start(shell("sleep 600 >/dev/null 2>&1 & echo started >&2; kill -KILL $$"), 1, ONE);
            assertThat(warden.ended(ONE).signal()).isEqualTo(SIGKILL);
            long end = System.nanoTime() + SOON.toNanos();
            while (warden.living().size() > 1 && System.nanoTime() < end) {
                Thread.sleep(10);
            }
            assertThat(warden.living()).as("only the warden").hasSize(1);
        }
    }

    /** Warnings are told a hundred times; the log has its beginning and its end; the channel stays free. */
    @Test
    void endlessStandardErrorDoesNotHoldUpTheChannel() throws Exception {
        List<String> rank = new ArrayList<>(List.of("/bin/sh", "-c"));
        rank.add("yes 'W1121 10:38:47.900654   22418 noise.cpp:1] noise' >&2 & exec \"$@\"");
        rank.add("sh");
        rank.addAll(EngineProgram.command("rank"));
        try (WardenProcess warden = warden()) {
            warden.start(rank, 2, ONE, TWO);
            warden.answer(ONE, FromRank.Hello.class);
            warden.answer(TWO, FromRank.Hello.class);
            for (int i = 0; i < 5; i++) {
                warden.send(ONE, new ToRank.Sample());
                warden.await("sample", SOON, line -> line.from().equals(ONE));
            }
            awaitSize(warden.log(ONE), (1 << 20) - 64 * 1024);
            warden.send(new ToWarden.Kill(List.of(ONE, TWO)));
            assertThat(warden.ended(ONE).signal()).isEqualTo(SIGKILL);
            for (int i = 0; i < 100; i++) {
                warden.said(FromWarden.Logged.class, logged -> logged.label().equals(ONE));
            }
            warden.ended(TWO);
            assertThat(warden.living()).hasSize(1);
            warden.endInput();
            assertThat(warden.exitCode()).isZero();
            assertThat(Files.size(warden.log(ONE))).isBetween(1L << 20, (1L << 20) + 100);
            assertThat(warden.restOf(FromWarden.Logged.class))
                    .noneMatch(logged -> logged.label().equals(ONE));
        }
    }

    private static void awaitSize(Path file, long bytes) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (Files.size(file) < bytes) {
            assertThat(System.nanoTime())
                    .as("%s has %d bytes", file, Files.size(file))
                    .isLessThan(end);
            Thread.sleep(10);
        }
    }

    @Test
    void aProgramThatCannotBeStartedIsToldAndTheWardenGoesOn() throws Exception {
        try (WardenProcess warden = warden()) {
            warden.start(List.of("/no/such/program"), 1, ONE);
            assertThat(warden.said(FromWarden.CannotStart.class, each -> true))
                    .isEqualTo(new FromWarden.CannotStart(ONE, "cannot start /no/such/program: error number 2"));
            warden.start(EngineProgram.command("rank"), 1, TWO);
            warden.answer(TWO, FromRank.Hello.class);
        }
    }

    @Test
    void noMoreThanTheBoundStartAtATime() throws Exception {
        Path started = Files.createDirectory(folder.resolve("started"));
        try (WardenProcess warden = warden()) {
            warden.start(
                    shell("touch '" + started + "'/$0; while [ ! -e '" + folder + "'/go ]; do sleep 0.02; done;"
                            + " echo '{}'; exec sleep 600"),
                    2,
                    "a",
                    "b",
                    "c",
                    "d");
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (names(started).size() < 2 && System.nanoTime() < end) {
                Thread.sleep(20);
            }
            // Long enough for a third to show, if the bound did not hold.
            Thread.sleep(500);
            assertThat(names(started)).containsExactlyInAnyOrder("a", "b");
            Files.createFile(folder.resolve("go"));
            for (String label : List.of("a", "b", "c", "d")) {
                warden.await(label, Duration.ofSeconds(20), line -> line.from().equals(label));
            }
            assertThat(names(started)).hasSize(4);
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** Metadata of many ranks are long; a rank that does not read must not hold up the others. */
    @Test
    void longLinesPassAndARankThatDoesNotReadHoldsUpNobody() throws Exception {
        String body = "{\"long\":\"" + "é".repeat(1_000_000) + "\"}";
        try (WardenProcess warden = warden()) {
            warden.start(shell("echo up; [ $0 = reads ] && exec cat; exec sleep 600"), 2, "sleeps", "reads");
            for (String label : List.of("sleeps", "reads")) {
                warden.await(label, Duration.ofSeconds(20), line -> line.from().equals(label));
            }
            for (int i = 0; i < 5; i++) {
                warden.sendRaw("sleeps", body);
            }
            warden.sendRaw("reads", body);
            WardenProcess.Line echoed = warden.await(
                    "the line", Duration.ofSeconds(20), line -> line.from().equals("reads"));
            assertThat(echoed.json().equals(body)).isTrue();
        }
    }

    @Test
    void aWardenThatHearsNothingSaysSoAndEndsItsRanks() throws Exception {
        try (WardenProcess warden = new WardenProcess(folder, Map.of(), 2)) {
            warden.start(shell("exec sleep 600"), 1, ONE);
            assertThat(warden.said(FromWarden.GaveUp.class, word -> true).silentSeconds())
                    .isEqualTo(2);
            warden.expectNobodyLeftWithin(SOON);
            assertThat(warden.exitCode()).isZero();
        }
    }

    @Test
    void aWardenThatWasStoppedItselfWaitsForWhatWasSaidMeanwhile() throws Exception {
        try (WardenProcess warden = new WardenProcess(folder, Map.of(), 4)) {
            warden.said(FromWarden.Up.class, up -> true);
            Posix.kill((int) warden.pid(), SIGSTOP);
            Thread.sleep(5_000);
            Posix.kill((int) warden.pid(), SIGCONT);
            Thread.sleep(500);
            warden.send(new ToWarden.Inspect(List.of(), 1_000));
            warden.said(FromWarden.Counted.class, counted -> true);
        }
    }
}
