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
    void aSecondRunIsRefusedWithWhoHoldsTheNodes() {
        try (Cluster first = Cluster.open(hosts.spec(), BuiltEngine.bundle())) {
            assertThat(refusal(hosts.spec()))
                    .contains("another run is using node " + hosts.name() + "-1", "held by root, process ")
                    .contains("another run is using node " + hosts.name() + "-2");
            assertThat(first.nodes().get(0).connection().isOpen()).isTrue();
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
