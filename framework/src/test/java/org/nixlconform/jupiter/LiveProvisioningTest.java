package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Placement.SPREAD;
import static org.nixlconform.plan.Role.DECODE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.cluster.BuiltEngine;
import org.nixlconform.cluster.Cluster;
import org.nixlconform.cluster.Hosts;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.Configuration;
import org.nixlconform.environment.Environment;
import org.nixlconform.environment.Restoration;
import org.nixlconform.jupiter.ConformanceKit.Run;
import org.nixlconform.verdict.Outcome;

/**
 * Environments on hosts that are reached by SSH and reach no package index: a wheel with the fix for EFA, and what is there
 * already. Hosts share this machine's files, so nothing here touches a Python.
 */
@Tag("network")
@Timeout(400)
class LiveProvisioningTest {
    private static final int HOSTS = 2;

    private static Hosts hosts;

    @TempDir
    static Path root;

    @Backends({LIBFABRIC, UCX})
    @Topology(placement = SPREAD)
    @Direction(operation = READ, initiator = DECODE)
    @Blocks(transferred = 1)
    @UnequalCaches(prefillBlocks = 1, decodeBlocks = 1)
    @ExpectIntegrity
    @ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
    @AllowEngineLog(pattern = "Failed to load plugin", because = OldReleases.PLUGINS_OF_CUDA)
    @AllowEngineLog(pattern = "FI_OPT_SHARED_MEMORY_PERMITTED", because = OldReleases.NO_SUCH_OPTION)
    static class OneBlockTestCase {
        @TransferTest
        void cell() {}
    }

    /** Two wheels of this machine: one gives the stand-ins for EFA, one is what is there already. */
    @BeforeAll
    static void up() throws Exception {
        Path here = root.resolve("here");
        LiveProject.in(here).write("config/environments/old.yaml", """
                install: {mode: wheel, distribution: nixl, version: 0.6.1}
                backends: [UCX]
                """);
        try (Cluster cluster = Cluster.open(Configuration.cluster("local", here), BuiltEngine.bundle())) {
            stage(cluster, here, List.of("nixl", "old"));
        }
        hosts = Hosts.up(HOSTS, "p").withProgramsOfThisCheckout();
    }

    @AfterAll
    static void down() throws Exception {
        if (hosts != null) {
            hosts.close();
        }
    }

    @Test
    void wheelsAreCarriedAndFixedOnceAndPutBack() throws Exception {
        Run first = run();

        assertConforms(first);
        for (String host : names()) {
            assertThat(first.console())
                    .contains(
                            "environment fixed on " + host + ": no package index from there: carrying nixl==0.6.1",
                            "environment fixed on " + host + ": fix efa: libfabric-");
        }
        Set<String> files = files();
        assertThat(files).anyMatch(file -> file.contains("/nixl.libs/libfabric-") && file.contains("efa-that-works"));

        try (Cluster cluster = Cluster.open(Configuration.cluster("hosts", root), BuiltEngine.bundle())) {
            List<String> console = stage(cluster, root, List.of("fixed", "there"));
            for (String host : names()) {
                assertThat(console)
                        .anyMatch(line -> line.startsWith("environment fixed on " + host + ": nixl 0.6.1 reused from "))
                        .contains("environment fixed on " + host + ": fix efa: 3 libraries are links already");
            }
            Set<String> changed = files();
            assertThat(changed).hasSameSizeAs(files);
            changed.removeAll(files);
            assertThat(changed).isEmpty();

            assertThat(restore(cluster))
                    .filteredOn(line -> line.contains(" linked to "))
                    .hasSize(3 * HOSTS);
            for (Path folder : fixedFolders()) {
                OldReleases.assertAsRecorded(folder);
            }
            assertThat(restore(cluster)).hasSize(HOSTS).allMatch(line -> line.equals("nothing to put back"));
        }
    }

    private static Run run() throws Exception {
        String declared = Files.readString(hosts.file());
        ConformanceKit kit = LiveProject.in(root)
                .write(
                        "config/clusters/hosts.yaml",
                        declared.substring(0, declared.indexOf("environments:")) + "environments: [fixed, there]\n")
                .write("config/environments/fixed.yaml", """
                        install: {mode: wheel, distribution: nixl, version: 0.6.1, fix: efa, efaPrefix: %s}
                        variables: {LD_LIBRARY_PATH: "%s", FI_PROVIDER: sockets, FI_SOCKETS_IFACE: data0}
                        backends: [LIBFABRIC]
                        """.formatted(
                                OldReleases.efaPrefix(), OldReleases.standInsForCuda(root.resolve("standins"))))
                .write("config/environments/there.yaml", """
                        install: {mode: installed, folder: %s}
                        backends: [UCX]
                        """.formatted(OldReleases.unpacked("nixl_cu12-1.5.1")));
        return kit.with("cluster", "hosts").run(OneBlockTestCase.class);
    }

    private static void assertConforms(Run run) {
        assertThat(run.reporter().published())
                .as(run.console())
                .allMatch(report -> report.verdict().outcome() == Outcome.CONFORMS)
                .extracting(report -> report.environment().orElseThrow())
                .containsExactlyInAnyOrder("fixed", "there");
    }

    /** @return what was said about it */
    private static List<String> stage(Cluster cluster, Path project, List<String> environments) {
        List<String> console = Collections.synchronizedList(new ArrayList<>());
        for (String name : environments) {
            Environment.stage(
                    Configuration.environment(name, project),
                    cluster.nodes(),
                    project.resolve("target/probes"),
                    console::add);
        }
        return console;
    }

    private static List<String> restore(Cluster cluster) {
        List<String> lines = new ArrayList<>();
        for (Node node : cluster.nodes()) {
            assertThat(new Restoration(node, lines::add).restore()).isEmpty();
        }
        return lines;
    }

    private static List<String> names() {
        return hosts.spec().nodes().stream().map(node -> node.name()).toList();
    }

    /** What environments hold on each host: name, size, target of a link, time of the last change. */
    private static Set<String> files() throws Exception {
        Set<String> files = new TreeSet<>();
        for (int host = 1; host <= HOSTS; host++) {
            hosts.in(
                            host,
                            "find " + workFolder(host).resolve("environments") + " ! -name '*.lock' -type f,l "
                                    + "-printf '%p %s %l %T@\\n'")
                    .lines()
                    .forEach(files::add);
        }
        return files;
    }

    private static List<Path> fixedFolders() throws IOException {
        List<Path> folders = new ArrayList<>();
        for (int host = 1; host <= HOSTS; host++) {
            try (Stream<Path> all = Files.list(workFolder(host).resolve("environments"))) {
                all.filter(Files::isDirectory).forEach(folders::add);
            }
        }
        assertThat(folders).hasSize(HOSTS);
        return folders;
    }

    private static Path workFolder(int host) {
        return Path.of(hosts.spec().nodes().get(host - 1).workFolder().orElseThrow());
    }
}
