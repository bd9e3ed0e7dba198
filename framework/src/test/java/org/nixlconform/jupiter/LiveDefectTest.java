package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.TestExecutionResult.Status.ABORTED;
import static org.junit.platform.engine.TestExecutionResult.Status.SUCCESSFUL;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.PeerEnd.Moment.IN_FLIGHT;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.jupiter.ConformanceKit.Run;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.report.TransferReport;
import org.nixlconform.verdict.Outcome;

/** Shipped records of defects of NIXL, each on a release that has the defect and on one that has not. */
@Tag("network")
@Timeout(400)
@Tag("releases")
class LiveDefectTest {
    @TempDir
    Path root;

    @Backends(LIBFABRIC)
    @Topology
    @Iterations(1)
    @ExpectIntegrity
    @ExpectCompletion
    static class BlocksTestCase {
        @TransferTest
        @Direction(operation = READ, initiator = DECODE)
        void read() {}

        @TransferTest
        @Direction(operation = WRITE, initiator = PREFILL)
        void write() {}
    }

    @Backends(LIBFABRIC)
    @Topology
    @Iterations(1)
    @Blocks(transferred = 64, cached = 64, layers = 32)
    @ExpectIntegrity
    @ExpectCompletion(withinSeconds = 4, stallSeconds = 3)
    static class DeadTargetTestCase {
        @TransferTest
        @Direction(operation = READ, initiator = DECODE)
        @PeerEnds(role = PREFILL, when = IN_FLIGHT)
        void read() {}
    }

    /** Until the deadline of the case, and no longer. */
    @Test
    void aReadWhoseTargetDiesEndsWithTheCurrentReleaseAndNeverBefore() throws IOException {
        Run run = run("tcp", List.of("1.4.0", "1.5.1"), DeadTargetTestCase.class);

        TransferReport never = run.report("read", "1.4.0");
        assertThat(never.knownIssue())
                .as("%s", never.verdict())
                .contains("libfabric-transfer-of-a-dead-peer-never-ends");
        assertThat(never.evidence()).anyMatch(file -> file.toString().contains("stacks"));
        assertConforms(run.report("read", "1.5.1"));
        assertThat(run.report("read", "1.5.1").verdict().notes())
                .anyMatch(note ->
                        note.startsWith("prefill-0-rank-0 was killed, as the case asks; told to decode-0-rank-0"));
    }

    @Test
    void overSocketsAnOldReleaseTakesEveryBlockForTheFirst() throws IOException {
        Run run = run("sockets", List.of("0.10.1", "1.4.0"), BlocksTestCase.class);

        assertShows(run.report("read", "0.10.1"), "libfabric-sockets-offset-ignored", FindingKind.MISPLACED);
        assertShows(
                run.report("write", "0.10.1"),
                "libfabric-sockets-offset-ignored",
                FindingKind.OVERRUN,
                FindingKind.POISON);
        assertConforms(run.report("read", "1.4.0"));
        assertConforms(run.report("write", "1.4.0"));
        assertThat(run.cells()).extracting(ConformanceKit.Ended::status).containsOnly(ABORTED, SUCCESSFUL);
    }

    /** Environments have the releases' names. */
    private Run run(String provider, List<String> releases, Class<?> fixture) throws IOException {
        ConformanceKit kit = LiveProject.in(root)
                .write("config/known-issues.yaml", Files.readString(LiveProject.knownIssues()))
                .write("config/clusters/local.yaml", """
                        nodes:
                          - {name: here, connection: local, gpus: 0}
                        environments: %s
                        """.formatted(releases));
        for (String release : releases) {
            kit.write("config/environments/" + release + ".yaml", """
                    install: {mode: wheel, distribution: nixl-cu12, version: %s}
                    backends: [LIBFABRIC]
                    fabric: {provider: %s}
                    """.formatted(release, provider));
        }
        return kit.run(fixture);
    }

    private static void assertShows(TransferReport report, String record, FindingKind... kinds) {
        assertThat(report.verdict().findings())
                .as("%s", report.verdict())
                .extracting(Finding::kind)
                .containsExactlyInAnyOrder(kinds);
        assertThat(report.knownIssue()).contains(record);
        assertThat(report.evidence()).isNotEmpty();
    }

    private static void assertConforms(TransferReport report) {
        assertThat(report.verdict().outcome()).as("%s", report.verdict()).isEqualTo(Outcome.CONFORMS);
    }
}
