package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingRenderer;

/** Real OpenSSH servers, each in a network namespace of its own. */
class SshClusterTest {
    private static final int HOSTS = 2;
    private static final Duration SOON = Duration.ofSeconds(20);

    private static Hosts hosts;

    @BeforeAll
    static void up() throws Exception {
        hosts = Hosts.up(HOSTS);
    }

    @AfterAll
    static void down() throws Exception {
        if (hosts != null) {
            hosts.close();
        }
    }

    @Test
    void nodesAreReachedAndTheirProgramsPutThereOnce() throws Exception {
        try (Cluster cluster = Cluster.open(hosts.spec(), BuiltEngine.bundle())) {
            assertThat(cluster.nodes())
                    .extracting(node -> node.facts().hostName())
                    .containsExactly(hosts.name() + "-1", hosts.name() + "-2");
            assertThat(cluster.nodes())
                    .allMatch(node -> node.dataInterface().orElse("").equals("data0"));
            assertThat(hosts.processesOfOurs(HOSTS)).hasSize(HOSTS);
        }
        List<String> first = uploads();
        try (Cluster cluster = Cluster.open(hosts.spec(), BuiltEngine.bundle())) {
            Node node = cluster.nodes().get(0);
            assertThat(node.connection()
                            .run(Command.of("cat", "/proc/sys/kernel/hostname"), SOON)
                            .stdout())
                    .isEqualTo(hosts.name() + "-1\n");
        }
        assertThat(uploads()).isEqualTo(first);
        assertThat(hosts.processesOfOurs(HOSTS)).isEmpty();
        assertThat(hosts.in(1, "ls " + workFolder() + "/runs")).isEmpty();
    }

    /** Folder of our programs, and when it was completed. */
    private static List<String> uploads() throws Exception {
        return hosts.in(1, "stat -c '%n %y' " + workFolder() + "/engines/*/complete")
                .lines()
                .toList();
    }

    private static String workFolder() {
        return hosts.spec().nodes().get(0).workFolder().orElseThrow();
    }

    @Test
    void aSecondRunIsRefusedWithWhoHoldsTheNodesAndTouchesNothing() throws Exception {
        try (Cluster first = Cluster.open(hosts.spec(), BuiltEngine.bundle())) {
            Node node = first.nodes().get(0);
            Path runFolder = node.runFolder().orElseThrow();
            NodeProcess alive = node.connection()
                    .start(Command.of("sh", "-c", "read line", runFolder + "/word"), runFolder.resolve("alive.log"));

            assertThat(refusal(hosts.spec()))
                    .contains("another run is using node " + hosts.name() + "-1", "held by root, process ")
                    .contains("another run is using node " + hosts.name() + "-2");

            assertThat(node.connection().isOpen()).isTrue();
            assertThat(alive.awaitExit(Duration.ZERO)).isEmpty();
            assertThat(node.connection().list(runFolder)).contains("alive.log", "owner");
            alive.kill();
        }
    }

    /** Also where it has no lock on the node as a whole, as with another version of ours. */
    @Test
    void aSweepLeavesRunsThatAreAliveAndProcessesOfOthers() throws Exception {
        String runs = workFolder() + "/runs";
        hosts.in(
                1,
                "mkdir -p " + runs + "/alive " + runs + "/dead; cd /; touch " + runs + "/dead/owner; "
                        + "setsid python3 -c 'import fcntl, sys, time; f = open(sys.argv[1], \"w\"); "
                        + "fcntl.lockf(f, fcntl.LOCK_EX); time.sleep(301)' " + runs + "/alive/owner > /dev/null 2>&1 & "
                        + "setsid sh -c 'sleep 302; : " + runs + "/dead/' > /dev/null 2>&1 & "
                        + "setsid setpriv --reuid=65534 sh -c 'sleep 303; : " + runs + "/dead/' > /dev/null 2>&1 & "
                        + "sleep 1");
        try (Cluster cluster = Cluster.open(hosts.spec(), BuiltEngine.bundle())) {
            assertThat(cluster.nodes().get(0).connection().list(Path.of(runs)))
                    .contains("alive")
                    .doesNotContain("dead");
            String running = hosts.in(1, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '");
            assertThat(running).contains("time.sleep(301)", "sleep 303; : ").doesNotContain("sleep 302; : ");
        } finally {
            hosts.in(1, "pkill -KILL 'sleep|python3'; rm -rf " + runs + "/alive");
        }
    }

    @Test
    void aNodeWhoseServerIsKilledAnswersAsOneThatHasNothing() throws Exception {
        try (Hosts others = Hosts.up(1, "b");
                Cluster cluster = Cluster.open(others.spec(), BuiltEngine.bundle())) {
            NodeConnection connection = cluster.nodes().get(0).connection();
            assertThat(connection.readText(Path.of("/proc/version"))).isPresent();
            others.in(1, "kill -KILL -1");

            assertThat(connection.run(Command.of("true"), SOON).end()).isEmpty();
            assertThat(connection.readText(Path.of("/proc/version"))).isEmpty();
            assertThat(connection.isOpen()).isFalse();
        }
    }

    private static String refusal(ClusterSpec spec) {
        FindingException refused = catchThrowableOfType(
                FindingException.class,
                () -> Cluster.open(spec, BuiltEngine.bundle()).close());
        assertThat(refused).as("a refusal").isNotNull();
        List<Finding> findings = refused.findings();
        assertThat(findings).as("one for each node").hasSize(spec.nodes().size());
        return FindingRenderer.render(findings);
    }

    @Test
    void nothingRunsOnAnyNodeAfterTheControllerWasKilledAndTheNextRunSweepsItsFolder() throws Exception {
        List<String> words = new ArrayList<>(OwnJvm.words(HoldsCluster.class));
        words.addAll(List.of(hosts.file().toString(), workFolder()));
        Process controller = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = controller.inputReader()) {
            assertThat(out.readLine()).startsWith("open ");
        }
        Waiting.until(() -> hosts.in(1, "cat /proc/[0-9]*/cmdline").contains("sleep\000300\0"));
        controller.destroyForcibly().waitFor();

        Waiting.until(() -> hosts.processesOfOurs(HOSTS).isEmpty()
                && !hosts.in(1, "cat /proc/[0-9]*/cmdline").contains("sleep\000300\0"));
        assertThat(hosts.in(1, "ls " + workFolder() + "/runs").lines()).hasSize(1);
        try (Cluster next = Cluster.open(hosts.spec(), BuiltEngine.bundle())) {
            assertThat(next.nodes()
                            .get(0)
                            .connection()
                            .list(Path.of(workFolder()).resolve("runs")))
                    .containsExactly(next.nodes()
                            .get(0)
                            .runFolder()
                            .orElseThrow()
                            .getFileName()
                            .toString());
        }
    }
}
