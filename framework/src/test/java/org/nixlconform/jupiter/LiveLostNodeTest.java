package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Placement.SPREAD;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.cluster.Hosts;
import org.nixlconform.cluster.OwnJvm;
import org.nixlconform.cluster.Waiting;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.report.TransferReport;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;
import org.nixlconform.verdict.Outcome;

/**
 * Nodes that go while a run uses them, and links that are bad. The first host has the prefill rank, the last the decode
 * rank; their links for data are held to 100 Mbit/s, so that a long transfer has a middle.
 */
class LiveLostNodeTest {
    private static final int HOSTS = 3;
    private static final int PREFILL_HOST = 1;
    private static final int DECODE_HOST = 3;
    private static final double LINK_BYTES_PER_SECOND = 100e6 / 8;
    /** Of 256 MiB. */
    private static final long SOME_BYTES = 24 << 20;

    private static final Duration EVENTUALLY = Duration.ofSeconds(90);
    /** Twice what it takes until a silent node is given up, several times over; nothing waits for minutes. */
    private static final Duration BOUND = Duration.ofSeconds(100);

    private static Hosts hosts;

    @TempDir
    Path root;

    @BeforeAll
    static void up() throws Exception {
        hosts = Hosts.up(HOSTS, "l").withProgramsOfThisCheckout().withNixlOfThisMachine();
        everywhere("tc qdisc add dev data0 root tbf rate 100mbit burst 256kb latency 400ms");
    }

    @AfterAll
    static void down() throws Exception {
        if (hosts != null) {
            hosts.close();
        }
    }

    @AfterEach
    void mend() throws Exception {
        for (int host = 1; host <= HOSTS; host++) {
            hosts.thaw(host);
        }
        everywhere("ip link set ctl0 up; ip link set data0 up; iptables -F");
    }

    private static void everywhere(String command) throws Exception {
        for (int host = 1; host <= HOSTS; host++) {
            hosts.in(host, command);
        }
    }

    @Backends(UCX)
    @Topology(prefillTp = 1, decodeTp = 1, placement = SPREAD)
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    @ExpectCompletion(withinSeconds = 60, stallSeconds = 4)
    @TestMethodOrder(MethodOrderer.MethodName.class)
    static class LongThenShortTestCase {
        /** 256 MiB: more than 20 s at 100 Mbit/s. */
        @TransferTest
        @Blocks(transferred = 128, cached = 128, layers = 32)
        void aLong() {}

        @TransferTest
        void bShort() {}
    }

    /** What came of a run. @param first of the long transfer @param next of the case after it */
    private record Came(TransferReport first, TransferReport next) {
        List<FindingKind> kinds() {
            return first.verdict().findings().stream().map(Finding::kind).toList();
        }

        String told() {
            return FindingRenderer.render(first.verdict().findings());
        }
    }

    @Test
    void anEngineThatIsKilled() throws Exception {
        Came came = runWhile(() -> hosts.in(PREFILL_HOST, "pkill -KILL -f '[r]ank prefill'"));

        assertThat(came.first().verdict().outcome()).isEqualTo(Outcome.VIOLATES);
        assertThat(came.kinds()).contains(FindingKind.ENGINE_DIED);
        assertThat(came.told()).contains("prefill-0-rank-0 ended by itself, SIGKILL, while data were transferred");
        assertSurvivorIsSeen(came, "decode-0-rank-0");
        assertGoesOn(came);
    }

    @Test
    void aLinkForDataThatGoesDown() throws Exception {
        Came came = runWhile(() -> hosts.in(DECODE_HOST, "ip link set data0 down"));

        assertThat(came.kinds()).containsExactly(FindingKind.STALLED);
        assertThat(came.told()).contains("slices arrived and none in the last", "on decode-0-rank-0");
        assertSurvivorIsSeen(came, "decode-0-rank-0");
        assertSurvivorIsSeen(came, "prefill-0-rank-0");
        assertThat(came.next().verdict().outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(FindingRenderer.render(came.next().verdict().findings()))
                .contains("the interface for data of node " + hosts.name() + "-3 is down");
    }

    @Test
    void sessionsThatAreKilled() throws Exception {
        Came came = runWhile(() -> hosts.killSessions(DECODE_HOST));

        assertNodeIsLost(came, DECODE_HOST, "decode-0-rank-0");
        assertSurvivorIsSeen(came, "prefill-0-rank-0");
        assertGoesOn(came);
    }

    @Test
    void aHostThatFreezes() throws Exception {
        Came came = runWhile(() -> hosts.freeze(PREFILL_HOST));

        assertThat(came.first().verdict().outcome()).isEqualTo(Outcome.VIOLATES);
        assertThat(came.told()).contains("prefill-0-rank-0");
        assertThat(came.first().verdict().notes()).anyMatch(note -> note.contains(hosts.name() + "-1 was lost"));
        assertSurvivorIsSeen(came, "decode-0-rank-0");
        assertGoesOn(came);
        hosts.thaw(PREFILL_HOST);
        assertNothingRuns();
    }

    @Test
    void aLinkForControlThatGoesDown() throws Exception {
        Came came = runWhile(() -> hosts.in(DECODE_HOST, "ip link set ctl0 down"));

        assertNodeIsLost(came, DECODE_HOST, "decode-0-rank-0");
        assertSurvivorIsSeen(came, "prefill-0-rank-0");
        assertGoesOn(came);
        assertNothingRuns();
    }

    @Test
    void aNodeThatIsLostWhileItsEnvironmentIsSetUp() throws Exception {
        CompletableFuture<Void> acting = when(
                () -> hosts.in(2, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '").contains("process.Main probe"),
                () -> hosts.killSessions(2));
        ConformanceKit.Run run = kit().run(LongThenShortTestCase.class);
        acting.join();

        assertThat(run.reporter().published()).isEmpty();
        assertThat(run.methods())
                .anyMatch(method -> method.message()
                        .contains("node " + hosts.name() + "-2 was lost while environment nixl was set up there"))
                .noneMatch(method -> method.message().contains("nixl_capi"));
    }

    @Test
    void aNodeThatIsLostBeforeTheFirstCallOfNixl() throws Exception {
        Came came = runWhile(
                () -> hosts.in(DECODE_HOST, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
                        .contains("process.Main warden"),
                () -> hosts.killSessions(DECODE_HOST));

        // A slow test may come when NIXL was called already: then it is judged.
        if (came.first().observation().isEmpty()) {
            assertThat(came.first().verdict().outcome()).isEqualTo(Outcome.BROKEN);
            assertThat(came.told()).contains("node " + hosts.name() + "-3 was lost while engines were started");
        } else {
            assertNodeIsLost(came, DECODE_HOST, "decode-0-rank-0");
        }
        assertGoesOn(came);
    }

    private static void assertNodeIsLost(Came came, int host, String rank) {
        assertThat(came.first().verdict().outcome()).isEqualTo(Outcome.VIOLATES);
        assertThat(came.kinds()).contains(FindingKind.ENGINE_DIED);
        assertThat(came.told()).contains(rank + " was lost, the connection to its node or to our warden there ended");
        assertThat(came.first().verdict().notes())
                .anyMatch(note -> note.contains(hosts.name() + "-" + host + " was lost"));
    }

    /** What its warden saw and what it said of itself. */
    private void assertSurvivorIsSeen(Came came, String rank) throws Exception {
        Path state = root.resolve("target/conformance")
                .resolve(came.first().evidence().stream()
                        .filter(file -> file.endsWith("state.txt"))
                        .findFirst()
                        .orElseThrow());
        // It says how far it was; or it broke because its peer went, which some libraries below do.
        assertThat(Files.readAllLines(state))
                .anyMatch(
                        line -> line.startsWith(rank) && (line.contains(" ago ") || line.contains("ended by signal")));
        assertThat(came.first().evidence()).anyMatch(file -> file.endsWith("stacks/" + rank + ".txt"));
    }

    private static void assertGoesOn(Came came) {
        assertThat(came.next().verdict().findings()).isEmpty();
        assertThat(came.next().verdict().outcome()).isEqualTo(Outcome.CONFORMS);
    }

    private static void assertNothingRuns() throws Exception {
        Waiting.until(Duration.ofSeconds(30), () -> hosts.processesOfOurs(HOSTS).isEmpty());
    }

    private Came runWhile(Act act) throws Exception {
        long before = hosts.dataBytes(DECODE_HOST);
        return runWhile(() -> hosts.dataBytes(DECODE_HOST) - before > SOME_BYTES, act);
    }

    private Came runWhile(Callable<Boolean> moment, Act act) throws Exception {
        CompletableFuture<Void> acting = when(moment, act);
        ConformanceKit.Run run = kit().run(LongThenShortTestCase.class);
        acting.join();
        assertThat(run.reporter().published()).as(run.cells().toString()).hasSize(2);
        Came came = new Came(run.report("aLong"), run.report("bShort"));
        assertThat(came.first().took()).isLessThan(BOUND);
        assertThat(came.next().took()).isLessThan(BOUND);
        return came;
    }

    private interface Act {
        void happen() throws Exception;
    }

    private static CompletableFuture<Void> when(Callable<Boolean> moment, Act act) {
        return CompletableFuture.runAsync(() -> {
            try {
                Waiting.until(EVENTUALLY, moment);
                act.happen();
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        });
    }

    private ConformanceKit kit() throws Exception {
        return kit(root, hosts.file());
    }

    private static ConformanceKit kit(Path root, Path clusterFile) throws Exception {
        String file = Files.readString(clusterFile)
                .replaceFirst("environments: .*", "environments: [nixl]")
                .replaceFirst("(?s)mustJudge:.*", "");
        return LiveProject.in(root)
                .write("config/clusters/hosts.yaml", file)
                .write("config/environments/nixl.yaml", """
                        install: {mode: wheel, distribution: nixl-cu12, version: 1.5.1}
                        backends: [UCX]
                        """)
                .with("cluster", "hosts")
                .with("canaries", "off");
    }

    /** A whole run in a JVM of its own, as Maven's. */
    static final class WholeRun {
        private WholeRun() {}

        /** @param arguments an empty folder, a cluster's file */
        public static void main(String[] arguments) throws Exception {
            kit(Path.of(arguments[0]), Path.of(arguments[1])).run(LongThenShortTestCase.class);
        }
    }

    /** Two hosts notice by the end of their connections, the one whose link is down by the end of its lease. */
    @Test
    void nothingRunsAnywhereAfterTheRunIsKilled() throws Exception {
        long moved = hosts.dataBytes(DECODE_HOST);
        List<String> words = new ArrayList<>(OwnJvm.words(WholeRun.class));
        words.addAll(List.of(root.toString(), hosts.file().toString()));
        Process run = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(root.resolve("run.log").toFile())
                .start();
        try {
            Waiting.until(EVENTUALLY, () -> hosts.dataBytes(DECODE_HOST) - moved > SOME_BYTES);
            assertThat(hosts.processesOfOurs(HOSTS)).hasSizeGreaterThan(HOSTS);
            hosts.in(DECODE_HOST, "ip link set ctl0 down");
        } finally {
            run.destroyForcibly().waitFor();
        }
        Waiting.until(
                Duration.ofSeconds(20),
                () -> hosts.processesOfOurs(DECODE_HOST - 1).isEmpty());
        assertNothingRuns();
    }

    @Backends(UCX)
    @Topology(prefillTp = 1, decodeTp = 1, placement = SPREAD)
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @Blocks(transferred = 32, cached = 32, layers = 8)
    @ExpectIntegrity
    @ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
    @ExpectThroughput(shareOfReference = 0.1)
    static class BadLinkTestCase {
        /** 16 MiB. */
        @TransferTest
        void cell() {}
    }

    @Test
    void aSlowLinkConformsAndItsPaceIsThatOfTheLink() throws Exception {
        for (TransferReport report : assertConforms()) {
            double reference =
                    report.observation().orElseThrow().reference().orElseThrow().bytesPerSecond().values().stream()
                            .mapToDouble(each -> each)
                            .sum();
            assertThat(reference).isBetween(LINK_BYTES_PER_SECOND * 0.3, LINK_BYTES_PER_SECOND * 1.2);
            assertThat(report.verdict().shareOfReference()).isPresent();
            RankTransferOutcome moved = report.observation()
                    .orElseThrow()
                    .iterations()
                    .get(0)
                    .transfers()
                    .get(0);
            assertThat(moved.bytes() / (moved.total().toNanos() / 1e9)).isLessThan(LINK_BYTES_PER_SECOND * 1.2);
        }
    }

    @Test
    void aLinkThatLosesOnePercentConforms() throws Exception {
        everywhere("iptables -A INPUT -i data0 -m statistic --mode random --probability 0.01 -j DROP");
        assertConforms();
        String lost = hosts.in(DECODE_HOST, "iptables -nvxL INPUT | awk '/DROP/ {print $1}'")
                .strip();
        assertThat(Long.parseLong(lost)).as("packets lost").isPositive();
    }

    @Test
    void aLinkWithDelayConforms() throws Exception {
        String said = hosts.in(
                2, "tc qdisc replace dev data0 root netem delay 10ms 2>&1 && tc qdisc del dev data0 root || true");
        if (!said.isBlank()) {
            abort("this kernel has no netem: " + said.strip());
        }
        try {
            everywhere("tc qdisc replace dev data0 root netem delay 10ms rate 100mbit");
            assertConforms();
        } finally {
            everywhere("tc qdisc replace dev data0 root tbf rate 100mbit burst 256kb latency 400ms");
        }
    }

    private List<TransferReport> assertConforms() throws Exception {
        List<TransferReport> reports =
                kit().run(BadLinkTestCase.class).reporter().published();
        assertThat(reports).hasSize(2).allSatisfy(report -> {
            assertThat(report.verdict().findings()).isEmpty();
            assertThat(report.verdict().outcome()).isEqualTo(Outcome.CONFORMS);
        });
        return reports;
    }
}
