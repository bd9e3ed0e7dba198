package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code bin/netns-cluster}: what it leaves, and what it says to who may not use it. */
class ClusterScriptTest {
    private static final Path SCRIPT = Hosts.ROOT.resolve("bin/netns-cluster");

    @Test
    void nothingOfAClusterIsLeft() throws Exception {
        List<String> pids;
        String number;
        String name;
        Path work;
        try (Hosts hosts = Hosts.up(2, "z")) {
            name = hosts.name();
            number = hosts.address(1).split("\\.")[2];
            work = Path.of(hosts.spec().nodes().get(0).workFolder().orElseThrow());
            hosts.in(2, "nohup setsid sleep 600 > /dev/null 2>&1 & echo started");
            pids = processes(name, 2);
            assertThat(pids).hasSizeGreaterThan(4);
            assertThat(output("ip", "-o", "link")).contains("nx" + number + "c1", "nx" + number + "d2");
            assertThat(work).exists();
            assertThat(hosts.file()).exists();
        }
        Waiting.until(() -> pids.stream().noneMatch(pid -> Files.exists(Path.of("/proc", pid))));
        assertThat(output("ip", "netns", "list")).doesNotContain("nx-" + name + "-");
        assertThat(output("ip", "-o", "link")).doesNotContain(" nx" + number + "c", " nx" + number + "d");
        assertThat(work.getParent()).doesNotExist();
        assertThat(Path.of("/run/nixlconform-netns", name)).doesNotExist();
        assertThat(Hosts.ROOT.resolve("config/clusters/" + name + ".yaml")).doesNotExist();
    }

    /** A kernel takes its time with the interfaces of a namespace that has gone. */
    @Test
    void aNumberWithAnInterfaceLeftIsNotTaken() throws Exception {
        String left;
        try (Hosts hosts = Hosts.up(1, "y")) {
            left = "nx" + hosts.address(1).split("\\.")[2] + "d1";
        }
        output("ip", "link", "add", left, "type", "bridge");
        try (Hosts hosts = Hosts.up(1, "y")) {
            assertThat("nx" + hosts.address(1).split("\\.")[2] + "d1").isNotEqualTo(left);
        } finally {
            output("ip", "link", "delete", left);
        }
    }

    private static List<String> processes(String name, int hosts) throws Exception {
        List<String> pids = new ArrayList<>();
        for (int host = 1; host <= hosts; host++) {
            output("ip", "netns", "pids", "nx-" + name + "-" + host).lines().forEach(pids::add);
        }
        return pids;
    }

    @Test
    void withoutRootItSaysSo() throws Exception {
        List<String> words = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "setpriv is not installed (util-linux)");
            // A copy: another user may not reach this checkout.
            Path copy = Files.createTempDirectory("script");
            Files.setPosixFilePermissions(copy, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
            Path script = Files.createDirectory(copy.resolve("bin")).resolve("netns-cluster");
            Files.copy(SCRIPT, script, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
            words.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", script.toString()));
            try {
                assertRefused(words);
            } finally {
                Files.delete(script);
                Files.delete(script.getParent());
                Files.delete(copy);
            }
        } else {
            words.add(SCRIPT.toString());
            assertRefused(words);
        }
        assertThat(Path.of("/run/nixlconform-netns/nobody")).doesNotExist();
    }

    private static void assertRefused(List<String> words) throws Exception {
        for (List<String> arguments : List.of(List.of("up", "2", "nobody"), List.of("down", "nobody"))) {
            List<String> all = new ArrayList<>(words);
            all.addAll(arguments);
            Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isNotZero();
            assertThat(said).contains("needs root", "sudo", "netns-cluster " + String.join(" ", arguments));
        }
    }

    private static String output(String... words) throws Exception {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
