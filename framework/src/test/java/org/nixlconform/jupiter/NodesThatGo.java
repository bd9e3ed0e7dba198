package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Placement.SPREAD;
import static org.nixlconform.plan.Role.DECODE;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.cluster.Hosts;
import org.nixlconform.cluster.Waiting;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.report.TransferReport;
import org.nixlconform.verdict.Outcome;

/**
 * Hosts that go while a run uses them. The first has the prefill rank, the last the decode rank; their links for data are
 * held to 100 Mbit/s, so that a long transfer has a middle. Its tests mostly wait, so they are in classes that can run
 * beside each other.
 */
abstract class NodesThatGo {
    static final int HOSTS = 3;
    static final int PREFILL_HOST = 1;
    static final int DECODE_HOST = 3;
    /** Of 256 MiB. */
    static final long SOME_BYTES = 24 << 20;

    static final Duration EVENTUALLY = Duration.ofSeconds(180);
    /** Twice what it takes until a silent node is given up, several times over; nothing waits for minutes. */
    private static final Duration BOUND = Duration.ofSeconds(100);

    static Hosts hosts;

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

    static void everywhere(String command) throws Exception {
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
    record Came(TransferReport first, TransferReport next) {
        List<FindingKind> kinds() {
            return first.verdict().findings().stream().map(Finding::kind).toList();
        }

        String told() {
            return FindingRenderer.render(first.verdict().findings());
        }
    }

    static void assertNodeIsLost(Came came, int host, String rank) {
        assertThat(came.first().verdict().outcome()).isEqualTo(Outcome.VIOLATES);
        assertThat(came.kinds()).contains(FindingKind.ENGINE_DIED);
        assertThat(came.told()).contains(rank + " was lost, the connection to its node or to our warden there ended");
        assertThat(came.first().verdict().notes())
                .anyMatch(note -> note.contains(hosts.name() + "-" + host + " was lost"));
    }

    /** What its warden saw and what it said of itself. */
    void assertSurvivorIsSeen(Came came, String rank) throws Exception {
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

    static void assertGoesOn(Came came) {
        assertThat(came.next().verdict().findings()).isEmpty();
        assertThat(came.next().verdict().outcome()).isEqualTo(Outcome.CONFORMS);
    }

    static void assertNothingRuns() throws Exception {
        Waiting.until(Duration.ofSeconds(30), () -> hosts.processesOfOurs(HOSTS).isEmpty());
    }

    Came runWhile(Act act) throws Exception {
        long before = hosts.dataBytes(DECODE_HOST);
        return runWhile(() -> hosts.dataBytes(DECODE_HOST) - before > SOME_BYTES, act);
    }

    Came runWhile(Callable<Boolean> moment, Act act) throws Exception {
        CompletableFuture<Void> acting = when(moment, act);
        ConformanceKit.Run run = kit().run(LongThenShortTestCase.class);
        acting.join();
        assertThat(run.reporter().published()).as(run.cells().toString()).hasSize(2);
        Came came = new Came(run.report("aLong"), run.report("bShort"));
        assertThat(came.first().took()).isLessThan(BOUND);
        assertThat(came.next().took()).isLessThan(BOUND);
        return came;
    }

    interface Act {
        void happen() throws Exception;
    }

    static CompletableFuture<Void> when(Callable<Boolean> moment, Act act) {
        return CompletableFuture.runAsync(() -> {
            try {
                Waiting.until(EVENTUALLY, moment);
                act.happen();
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        });
    }

    ConformanceKit kit() throws Exception {
        return kit(root, hosts.file());
    }

    static ConformanceKit kit(Path root, Path clusterFile) throws Exception {
        return kit(root, Files.readString(clusterFile));
    }

    /** @param cluster what its file has */
    static ConformanceKit kit(Path root, String cluster) throws Exception {
        String file =
                cluster.replaceFirst("environments: .*", "environments: [nixl]").replaceFirst("(?s)mustJudge:.*", "");
        return LiveProject.in(root)
                .write("config/clusters/hosts.yaml", file)
                .write("config/environments/nixl.yaml", """
                        install: {mode: wheel, distribution: nixl-cu12, version: 1.5.1}
                        backends: [UCX]
                        """)
                .with("cluster", "hosts")
                .with("canaries", "off");
    }
}
