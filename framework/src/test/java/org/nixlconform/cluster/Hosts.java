package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.configuration.Configuration;

/** Hosts in network namespaces of this machine, raised by {@code bin/netns-cluster}. */
public final class Hosts implements AutoCloseable {
    /** Set where the hosts must be had: then nothing is skipped. */
    private static final String REQUIRED = "NIXLCONFORM_REQUIRE_NETNS";

    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private final String name;

    private Hosts(String suffix) {
        this.name = "netnst" + ProcessHandle.current().pid() % 100_000 + suffix;
    }

    /** Skips the tests where hosts cannot be had, unless they are required. */
    public static Hosts up(int number) throws Exception {
        return up(number, "a");
    }

    /** @param suffix apart from other hosts of this test run; a small letter */
    public static Hosts up(int number, String suffix) throws Exception {
        boolean can = System.getProperty("user.name").equals("root")
                && Files.isExecutable(Path.of("/usr/sbin/sshd"))
                && Files.isExecutable(Path.of("/usr/sbin/iptables"));
        assumeTrue(
                can || System.getenv(REQUIRED) != null,
                "hosts in network namespaces need root, openssh-server and iptables (apt-get install openssh-server iptables)");
        Hosts hosts = new Hosts(suffix);
        hosts.script("up", Integer.toString(number), hosts.name);
        return hosts;
    }

    public String name() {
        return name;
    }

    /** Where the script keeps keys and the like. */
    public Path folder() {
        return Path.of("/run/nixlconform-netns").resolve(name);
    }

    /** That this machine reaches; hosts count from 1. */
    public String address(int host) throws IOException {
        return "10.213." + number() + "." + host;
    }

    /** That hosts alone reach. */
    public String dataAddress(int host) throws IOException {
        return "10.214." + number() + "." + host;
    }

    private String number() throws IOException {
        return Files.readString(folder().resolve("number")).strip();
    }

    public Path file() {
        return ROOT.resolve("config/clusters").resolve(name + ".yaml");
    }

    public ClusterSpec spec() {
        return Configuration.cluster(file().toString(), ROOT);
    }

    /** The cluster's file with one text in place of another, beside it. */
    public Path fileWith(Path folder, String text, String replacement) throws IOException {
        String all = Files.readString(file());
        assertThat(all).contains(text);
        return Files.writeString(folder.resolve("changed.yaml"), all.replace(text, replacement));
    }

    /** What a command on a host writes; hosts count from 1. */
    public String in(int host, String command) throws Exception {
        return script("in", name, Integer.toString(host), "sh", "-c", command);
    }

    /** Host by host, ids of processes that run anything of ours. */
    public List<String> processesOfOurs(int hosts) throws Exception {
        List<String> all = new ArrayList<>();
        for (int host = 1; host <= hosts; host++) {
            String here = in(host, "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null; echo; done");
            here.lines().filter(line -> line.contains("/engines/")).forEach(all::add);
        }
        return all;
    }

    /** Lets hosts have what an earlier run installed for this machine, so that no test waits for it once more. */
    public Hosts withNixlOfThisMachine() throws IOException {
        Path here = Files.createDirectories(
                Path.of(System.getProperty("user.home"), ".cache", "nixlconform", "environments"));
        for (ClusterSpec.NodeSpec node : spec().nodes()) {
            Files.createSymbolicLink(Path.of(node.workFolder().orElseThrow()).resolve("environments"), here);
        }
        return this;
    }

    /**
     * Lets hosts have our programs where another host has put them: to put them there, unpack them and archive their
     * classes is what most of a new host's time goes to, and what other tests are about.
     */
    public Hosts withProgramsOfThisCheckout() throws IOException {
        Path engines = Files.createDirectories(ROOT.resolve("framework/target/hosts/engines"));
        for (ClusterSpec.NodeSpec node : spec().nodes()) {
            Files.createSymbolicLink(Path.of(node.workFolder().orElseThrow()).resolve("engines"), engines);
        }
        return this;
    }

    /** What a host has received and sent over its interface for data. */
    public long dataBytes(int host) throws IOException {
        Path counters = Path.of("/sys/class/net/nx" + number() + "d" + host + "/statistics");
        return Long.parseLong(Files.readString(counters.resolve("rx_bytes")).strip())
                + Long.parseLong(Files.readString(counters.resolve("tx_bytes")).strip());
    }

    /** Ends the SSH sessions of a host, not its server. */
    public void killSessions(int host) throws Exception {
        in(
                host,
                "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null | grep -q '^sshd: ' "
                        + "&& kill -KILL ${p#/proc/}; done; true");
    }

    /** Stops all processes of a host, its server among them, until they are thawed. */
    public void freeze(int host) throws Exception {
        signalAll(host, "STOP");
    }

    public void thaw(int host) throws Exception {
        signalAll(host, "CONT");
    }

    /** Some of them may end meanwhile. */
    private void signalAll(int host, String signal) throws Exception {
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "for p in $(ip netns pids nx-" + name + "-" + host + "); do kill -s " + signal
                                + " $p || [ ! -d /proc/$p ] || exit 1; done")
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private String script(String... words) throws Exception {
        List<String> all =
                new ArrayList<>(List.of(ROOT.resolve("bin/netns-cluster").toString()));
        all.addAll(List.of(words));
        Process process = new ProcessBuilder(all)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Override
    public void close() throws Exception {
        script("down", name);
    }
}
