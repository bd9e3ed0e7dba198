package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.configuration.Configuration;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingRenderer;

/** Who is let in, who is not, and what is said to it. Real OpenSSH servers. */
class RefusingNodesTest {
    private static final int HOSTS = 2;
    private static final String PASSPHRASE = "open sesame, it's me";

    private static Hosts hosts;

    @TempDir
    Path folder;

    @BeforeAll
    static void up() throws Exception {
        hosts = Hosts.up(HOSTS, "r").withProgramsOfThisCheckout();
    }

    @AfterAll
    static void down() throws Exception {
        if (hosts != null) {
            hosts.close();
        }
    }

    @Test
    void allThatRefuseAreToldEachInItsOwnWordsAndNothingStaysOpen() throws Exception {
        Path stranger = key("stranger", "ed25519", "");
        List<String> trusted = Files.readAllLines(hosts.folder().resolve("known_hosts"));
        String foreign = trusted.get(1).replaceFirst("^\\S+ ", "");
        Path changed =
                Files.writeString(folder.resolve("changed"), "[" + hosts.address(1) + "]:2222 " + foreign + "\n");
        Path empty = Files.writeString(folder.resolve("empty"), "");

        Map<String, String> said = refusals(
                "name: good, host: " + hosts.address(1),
                "name: bad-key, key: " + stranger + ", host: " + hosts.address(1),
                "name: no-key, key: /nowhere/key, host: " + hosts.address(1),
                "name: wrong-user, user: nobody-here, host: " + hosts.address(1),
                "name: closed-port, port: 2223, host: " + hosts.address(1),
                "name: unknown-host, knownHosts: " + empty + ", host: " + hosts.address(1),
                "name: changed-host, knownHosts: " + changed + ", host: " + hosts.address(1),
                "name: no-name, host: no-such-host.internal");

        assertThat(said).hasSize(7);
        assertThat(said.get("bad-key"))
                .contains("refuses to let us in", "to log in as root with a key", stranger.toString());
        assertThat(said.get("no-key")).contains("cannot be read", "it is absent", "/nowhere/key");
        assertThat(said.get("wrong-user")).contains("refuses to let us in", "to log in as nobody-here");
        assertThat(said.get("closed-port")).contains("is not reached", "port 2223", "Connection refused");
        assertThat(said.get("no-name")).contains("is not reached", "see that the name is right");
        assertThat(said.get("unknown-host"))
                .contains("the host key of node", "is not known", fingerprint(1), "ssh-keyscan -p 2222");
        assertThat(said.get("changed-host"))
                .contains("the host key of node", "has changed", fingerprint(1), "ssh-keygen -R");
        assertNothingOpen();
    }

    @Test
    void keysOfBothKindsOpenWithAndWithoutTheirPassphrase() throws Exception {
        List<String> files = new ArrayList<>();
        for (String type : List.of("ed25519", "rsa")) {
            for (String passphrase : List.of("", PASSPHRASE)) {
                String name = type + (passphrase.isEmpty() ? "-plain" : "-locked");
                Path key = key(name, type, passphrase);
                Files.writeString(
                        hosts.folder().resolve("authorized_keys"),
                        Files.readString(Path.of(key + ".pub")),
                        StandardOpenOption.APPEND);
                files.add(file(name, "name: " + name + ", key: " + key + ", host: " + hosts.address(1))
                        .toString());
            }
        }
        assertThat(knocks(PASSPHRASE, files))
                .contains("ed25519-plain: in", "ed25519-locked: in", "rsa-plain: in", "rsa-locked: in")
                .doesNotContain(PASSPHRASE);
        assertThat(knocks("another", files))
                .contains("ed25519-plain: in", "rsa-plain: in")
                .contains(
                        "ed25519-locked: out",
                        "rsa-locked: out",
                        "the key for node ed25519-locked does not open",
                        "ssh-keygen -yf");
        assertThat(knocks("", files))
                .contains("ed25519-plain: in", "rsa-plain: in")
                .contains("ed25519-locked: out", "it has a passphrase, and none was given", SshClients.PASSPHRASE);
    }

    @Test
    void aNodeIsReachedOverAnother() throws Exception {
        String jump = "jump: 'root@" + hosts.address(1) + ":2222', host: " + hosts.dataAddress(2);
        assertThat(knock("name: behind, " + jump)).isEqualTo(hosts.name() + "-2");
        assertThat(refusals("name: closed-jump, jump: 'root@" + hosts.address(1) + ":2223', host: "
                                + hosts.dataAddress(2))
                        .get("closed-jump"))
                .contains("is not reached", "port 2223");
        assertThat(refusals("name: closed-behind, port: 2223, " + jump).get("closed-behind"))
                .contains("is not reached", "port 2223", " over root@" + hosts.address(1) + ":2222");
        assertNothingOpen();
    }

    @Test
    void aHashedListOfHostsIsRead() throws Exception {
        Path hashed = Files.copy(hosts.folder().resolve("known_hosts"), folder.resolve("hashed"));
        run("ssh-keygen", "-H", "-f", hashed.toString());
        assertThat(Files.readString(hashed)).contains("|1|").doesNotContain(hosts.address(1));

        assertThat(knock("name: hashed, knownHosts: " + hashed + ", host: " + hosts.address(1)))
                .isEqualTo(hosts.name() + "-1");
        List<String> lines = Files.readAllLines(hashed);
        Path swapped = Files.write(
                folder.resolve("swapped"),
                List.of(lines.get(0).replaceFirst(" .*", "")
                        + lines.get(lines.size() - 1).replaceFirst("^\\S+", "")));
        assertThat(refusals("name: swapped, knownHosts: " + swapped + ", host: " + hosts.address(1))
                        .get("swapped"))
                .contains("has changed", fingerprint(1));
    }

    private Path key(String name, String type, String passphrase) throws Exception {
        Path key = folder.resolve(name);
        run("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-f", key.toString());
        return key;
    }

    private String fingerprint(int host) throws Exception {
        String line = run(
                "ssh-keygen",
                "-lf",
                hosts.folder().resolve("host-" + host + "/host_key.pub").toString());
        return line.split(" ")[1];
    }

    /** The raised cluster's file with other nodes. */
    private Path file(String name, String... nodes) throws Exception {
        String head = Files.readString(hosts.file()).replaceFirst("(?s)nodes:.*", "");
        StringBuilder text = new StringBuilder(head).append("nodes:\n");
        for (String node : nodes) {
            text.append("  - {")
                    .append(node)
                    .append(", workFolder: ")
                    .append(folder)
                    .append("}\n");
        }
        return Files.writeString(folder.resolve(name + ".yaml"), text + "environments: [nixl-wheel]\n");
    }

    /** What is said of each node, by its name. */
    private Map<String, String> refusals(String... nodes) throws Exception {
        FindingException refused = catchThrowableOfType(
                FindingException.class,
                () -> Cluster.open(
                                Configuration.cluster(file("refusing", nodes).toString(), Hosts.ROOT),
                                BuiltEngine.bundle())
                        .close());
        assertThat(refused).as("a refusal").isNotNull();
        Map<String, String> said = new TreeMap<>();
        for (Finding finding : refused.findings()) {
            String text = FindingRenderer.render(finding);
            String node = finding.headline().replaceFirst(".*node (\\S+).*", "$1");
            assertThat(said.put(node, text)).as("one finding for " + node).isNull();
        }
        return said;
    }

    /** The name of the host behind a node of the cluster's file. */
    private String knock(String node) throws Exception {
        SshLauncher launcher = SshClients.connect(
                "knocking",
                Configuration.cluster(file("knock", node).toString(), Hosts.ROOT)
                        .nodes()
                        .get(0)
                        .ssh()
                        .orElseThrow());
        try {
            Launcher.Started started = launcher.launch(List.of("hostname"));
            return new String(started.stdout().readAllBytes(), StandardCharsets.UTF_8).strip();
        } finally {
            launcher.close();
        }
    }

    /** In a JVM of its own, for the passphrase is in its environment. */
    private static String knocks(String passphrase, List<String> files) throws Exception {
        List<String> words = new ArrayList<>(OwnJvm.words(Knocks.class));
        words.addAll(files);
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.redirectInput(Path.of("/dev/null").toFile());
        if (!passphrase.isEmpty()) {
            builder.environment().put(SshClients.PASSPHRASE, passphrase);
        }
        return output(builder);
    }

    private static String run(String... words) throws Exception {
        return output(new ProcessBuilder(words).redirectErrorStream(true));
    }

    private static String output(ProcessBuilder builder) throws Exception {
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static void assertNothingOpen() throws Exception {
        assertThat(hosts.processesOfOurs(HOSTS)).isEmpty();
        Waiting.until(() -> hosts.in(1, "ss -Htn state established").isBlank()
                && hosts.in(2, "ss -Htn state established").isBlank());
        Waiting.until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread ->
                        thread.getName().startsWith("sshj-") || thread.getName().equals("reach")));
    }
}
