package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.configuration.Configuration;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingRenderer;

/** Real OpenSSH servers, each in a network namespace of its own. */
class SshClusterTest {
    private static final int HOSTS = 2;
    private static final Duration SOON = Duration.ofSeconds(20);

    private static Hosts hosts;

    @TempDir
    Path folder;

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
    void aKeyThatTheNodeDoesNotTakeIsNamed() throws Exception {
        Path key = folder.resolve("other");
        Process made = new ProcessBuilder("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString()).start();
        assertThat(made.waitFor()).isZero();

        assertThat(refusal("/run/nixlconform-netns/" + hosts.name() + "/key", key.toString()))
                .contains("refuses to let us in", "to log in as root with a key", key.toString());
    }

    @Test
    void anUnknownAndAChangedHostKeyAreToldApart() throws Exception {
        String known = "/run/nixlconform-netns/" + hosts.name() + "/known_hosts";
        Path empty = Files.writeString(folder.resolve("empty"), "");
        assertThat(refusal(known, empty.toString())).contains("the host key of node", "is not known", "SHA256:");

        List<String> lines = Files.readAllLines(Path.of(known));
        String swapped = lines.get(0).replaceFirst(" .*", "") + lines.get(1).replaceFirst("^\\S+", "") + "\n"
                + lines.get(1).replaceFirst(" .*", "") + lines.get(0).replaceFirst("^\\S+", "") + "\n";
        Path changed = Files.writeString(folder.resolve("changed"), swapped);
        assertThat(refusal(known, changed.toString())).contains("the host key of node", "has changed", "SHA256:");
    }

    @Test
    void aClosedPortAndAWrongUserAreNamed() throws Exception {
        assertThat(refusal("port: 2222", "port: 2223")).contains("is not reached", "port 2223", "Connection refused");
        assertThat(refusal("user: root", "user: nobody-here"))
                .contains("refuses to let us in", "to log in as nobody-here");
    }

    @Test
    void aKeyFileThatIsAbsentIsNamed() throws Exception {
        assertThat(refusal("/run/nixlconform-netns/" + hosts.name() + "/key", "/nowhere/key"))
                .contains("cannot be read", "it is absent", "/nowhere/key");
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

    private String refusal(String text, String replacement) throws Exception {
        return refusal(
                Configuration.cluster(hosts.fileWith(folder, text, replacement).toString(), Hosts.ROOT));
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
        Process controller = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        HoldsCluster.class.getName(),
                        hosts.file().toString(),
                        workFolder())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = controller.inputReader()) {
            assertThat(out.readLine()).startsWith("open ");
        }
        awaitThat(() -> hosts.in(1, "cat /proc/[0-9]*/cmdline").contains("sleep\000300\0"));
        controller.destroyForcibly().waitFor();

        awaitThat(() -> hosts.processesOfOurs(HOSTS).isEmpty()
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

    private static void awaitThat(Callable<Boolean> fact) throws Exception {
        long end = System.nanoTime() + SOON.toNanos();
        while (!fact.call()) {
            assertThat(System.nanoTime()).as("within " + SOON).isLessThan(end);
            Thread.sleep(200);
        }
    }
}
