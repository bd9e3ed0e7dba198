package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Placement.SPREAD;
import static org.nixlconform.plan.Role.DECODE;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.cluster.Hosts;
import org.nixlconform.cluster.OwnJvm;
import org.nixlconform.cluster.Waiting;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.report.TransferReport;

/** Machines that stand still in the middle of a transfer, for longer than anybody waits for a word. */
@Tag("releases")
class LiveStandstillTest {
    private static final int HOSTS = 2;
    /** More than a lease, all keep-alives, and the stall of the case. */
    private static final Duration STANDSTILL = Duration.ofSeconds(20);

    private static final Duration EVENTUALLY = Duration.ofSeconds(120);
    private static final long SOME_BYTES = 24 << 20;

    private static Hosts hosts;

    @TempDir
    Path root;

    @BeforeAll
    static void up() throws Exception {
        hosts = Hosts.up(HOSTS, "s").withProgramsOfThisCheckout().withNixlOfThisMachine();
        for (int host = 1; host <= HOSTS; host++) {
            hosts.in(host, "tc qdisc add dev data0 root tbf rate 100mbit burst 256kb latency 400ms");
        }
    }

    @AfterAll
    static void down() throws Exception {
        if (hosts != null) {
            hosts.close();
        }
    }

    @Backends(UCX)
    @Topology(prefillTp = 1, decodeTp = 1, placement = SPREAD)
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    @ExpectCompletion(withinSeconds = 90, stallSeconds = 4)
    static class LongTestCase {
        /** 128 MiB: more than 10 s at 100 Mbit/s. */
        @TransferTest
        @Blocks(transferred = 64, cached = 64, layers = 32)
        @Iterations(1)
        void cell() {}
    }

    /** A whole run in a JVM of its own, which can be stopped. Says what came of its case. */
    static final class WholeRun {
        private WholeRun() {}

        /** @param arguments an empty folder, a cluster's file */
        public static void main(String[] arguments) throws Exception {
            String file = Files.readString(Path.of(arguments[1]))
                    .replaceFirst("environments: .*", "environments: [nixl]")
                    .replaceFirst("(?s)mustJudge:.*", "");
            TransferReport report = LiveProject.in(Path.of(arguments[0]))
                    .write("config/clusters/hosts.yaml", file)
                    .with("cluster", "hosts")
                    .run(LongTestCase.class)
                    .report("cell");
            System.out.println("outcome " + report.verdict().outcome() + "\n"
                    + FindingRenderer.render(report.verdict().findings()) + "\nnotes "
                    + report.verdict().notes());
        }
    }

    @Test
    void whereAllStandStillNothingIsFound() throws Exception {
        String said = saidByARunThatStandsStill(true);

        assertThat(said).contains("outcome CONFORMS").doesNotContain("was lost");
    }

    @Test
    void aControllerThatStandsStillAloneIsNoFindingAboutNixl() throws Exception {
        String said = saidByARunThatStandsStill(false);

        assertThat(said)
                .contains("outcome BROKEN")
                .containsPattern("the warden on .* heard nothing of this machine for 16 s and ended its ranks");
    }

    private String saidByARunThatStandsStill(boolean hostsToo) throws Exception {
        long moved = hosts.dataBytes(HOSTS);
        List<String> words = new ArrayList<>(OwnJvm.words(WholeRun.class));
        words.addAll(List.of(root.toString(), hosts.file().toString()));
        words.add(1, "-Droot=" + System.getProperty("root", ""));
        Path log = root.resolve("run.log");
        Process run = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            Waiting.until(EVENTUALLY, () -> hosts.dataBytes(HOSTS) - moved > SOME_BYTES);
            signal(run, "STOP");
            for (int host = 1; hostsToo && host <= HOSTS; host++) {
                hosts.freeze(host);
            }
            Thread.sleep(STANDSTILL.toMillis());
            for (int host = 1; hostsToo && host <= HOSTS; host++) {
                hosts.thaw(host);
            }
            signal(run, "CONT");
            Waiting.until(EVENTUALLY, () -> !run.isAlive());
        } finally {
            run.destroyForcibly().waitFor();
        }
        Waiting.until(() -> hosts.processesOfOurs(HOSTS).isEmpty());
        return Files.readString(log);
    }

    private static void signal(Process process, String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-s", name, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }
}
