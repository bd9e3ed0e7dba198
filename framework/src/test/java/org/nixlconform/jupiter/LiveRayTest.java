package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Placement.SPREAD;
import static org.nixlconform.plan.Role.DECODE;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.cluster.Doctor;
import org.nixlconform.cluster.Hosts;
import org.nixlconform.cluster.RealRay;
import org.nixlconform.configuration.Configuration;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.report.TransferReport;
import org.nixlconform.verdict.Outcome;

/** Whole runs on hosts that a real Ray names: a head without GPUs and two workers, reached by SSH. */
class LiveRayTest {
    private static final int HOSTS = 3;
    private static final int PORT = 6379;
    private static final int GPUS = 2;
    private static final String GROUPS = """
            import ray
            from ray.util.placement_group import placement_group_table
            ray.init(address="auto", logging_level="ERROR", log_to_driver=False)
            for group in placement_group_table().values():
                print(group["state"], len(group["bundles"]))
            """;

    /** Of Ray; short, for the names of its sockets are long. Each host mounts its own memory there. */
    private static Path folder;

    private static Hosts hosts;

    @TempDir
    Path root;

    @BeforeAll
    static void up() throws Exception {
        Path python = RealRay.python();
        hosts = Hosts.up(HOSTS, "r").withProgramsOfThisCheckout();
        folder = Files.createTempDirectory(Path.of("/tmp"), "nxr");
        for (int host = 1; host <= HOSTS; host++) {
            hosts.in(host, "mount -t tmpfs tmpfs " + folder);
            String role = host == 1
                    ? RealRay.HEAD + " --port=" + PORT + " --num-gpus=0 --temp-dir=" + folder
                    : "--address=" + address(1) + ":" + PORT + " --num-gpus=" + GPUS;
            String log = folder + "/start.log";
            String start = python + " -m ray.scripts.scripts start " + role + " --node-ip-address=" + address(host)
                    + " " + RealRay.SMALL + " < /dev/null > " + log + " 2>&1";
            // Ray gives its own start half a minute, which a busy machine may not have.
            hosts.in(
                    host,
                    "cd / && { " + start + " || { " + python + " -m ray.scripts.scripts stop --force > /dev/null 2>&1; "
                            + start + "; } || { cat " + log + "; exit 1; }; }");
        }
    }

    @AfterAll
    static void down() throws Exception {
        if (hosts != null) {
            hosts.close();
        }
        if (folder != null) {
            Files.deleteIfExists(folder);
        }
    }

    private static String address(int host) {
        return hosts.spec().nodes().get(host - 1).ssh().orElseThrow().host();
    }

    @Backends(UCX)
    @Topology(prefillTp = 1, decodeTp = 2, placement = SPREAD)
    @Topology(prefillTp = 1, decodeTp = 4, placement = SPREAD)
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    @ExpectCompletion(withinSeconds = 60, stallSeconds = 10)
    static class MoreAndMoreRanksTestCase {
        @TransferTest
        void cell() {}
    }

    @Test
    @Tag("releases")
    void casesRunOnTheNodesAndTheGpusThatRayGivesUntilRayIsDown() throws Exception {
        List<TransferReport> reports = run().reporter().published();

        TransferReport fits = reports.get(0);
        assertThat(fits.verdict().findings()).isEmpty();
        assertThat(fits.verdict().outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(fits.observation().orElseThrow().host().node()).isIn(hosts.name() + "-2", hosts.name() + "-3");
        TransferReport tooLarge = reports.get(1);
        assertThat(tooLarge.verdict().outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(FindingRenderer.render(tooLarge.verdict().findings()))
                .contains("has too few GPUs for 4 ranks", "4 GPUs at 1 ranks for each", "2 in Ray");
        assertThat(hosts.in(
                        1, "RAY_ADDRESS=" + address(1) + ":" + PORT + " " + RealRay.python() + " -c '" + GROUPS + "'"))
                .as("state and size of the groups that were held, one for the case that fits")
                .isEqualTo("REMOVED 3\n");
        doctorShowsWhatRayKnows();
        assertThat(hosts.processesOfOurs(HOSTS)).isEmpty();
        // Gone a moment after its input has ended.
        assertThat(hosts.in(1, "sleep 3; cat /proc/[0-9]*/cmdline")).doesNotContain("sys.argv.pop(1)");

        hosts.in(1, "kill -KILL $(pidof gcs_server)");
        assertThat(run().reporter().finished().obstacle().orElseThrow())
                .contains("Ray does not run on its head", address(1) + ":" + PORT, "Connection refused");
    }

    private void doctorShowsWhatRayKnows() {
        List<String> lines = new ArrayList<>();
        new Doctor(Configuration.cluster("hosts", root), List.of(), each -> false, lines::add).examine();
        assertThat(String.join("\n", lines))
                .contains(
                        "at " + address(1) + ":" + PORT + " knows these nodes",
                        hosts.name() + "-1 " + address(1) + ", 0 GPUs, head, 0 free, not used",
                        hosts.name() + "-2 " + address(2) + ", 2 GPUs, 2 free",
                        "node " + hosts.name() + "-3, root@" + address(3) + ":2222");
    }

    private ConformanceKit.Run run() throws Exception {
        String declared = Files.readString(hosts.file());
        return LiveProject.in(root)
                .write(
                        "config/clusters/hosts.yaml",
                        declared.substring(declared.indexOf("defaults:"), declared.indexOf("nodes:"))
                                + """
                                  workFolder: %s
                                discovery: ray
                                head: {host: %s, python: %s, address: "%s:%d"}
                                gpusForDram: true
                                environments: [nixl]
                                """.formatted(folder, address(1), RealRay.python(), address(1), PORT))
                .write("config/environments/nixl.yaml", """
                        install: {mode: wheel, distribution: nixl-cu12, version: 1.5.1}
                        backends: [UCX]
                        """)
                .with("cluster", "hosts")
                .with("canaries", "off")
                .run(MoreAndMoreRanksTestCase.class);
    }
}
