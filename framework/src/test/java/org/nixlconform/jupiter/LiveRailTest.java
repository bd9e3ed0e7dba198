package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.jupiter.ConformanceKit.Run;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.report.TransferReport;

/** What rails of simulated EFA carried is seen and judged, through everything that a run has. */
@Timeout(120)
class LiveRailTest {
    @TempDir
    Path root;

    @Backends(LIBFABRIC)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @Blocks(transferred = 64, cached = 80, layers = 1)
    @ExpectIntegrity
    @ExpectCompletion
    static class ReadTestCase {
        @TransferTest
        void cell() {}
    }

    @Backends(LIBFABRIC)
    @Topology
    @Direction(operation = WRITE, initiator = PREFILL)
    @Blocks(transferred = 64, cached = 80, layers = 4)
    @ExpectIntegrity
    @ExpectCompletion
    static class WriteTestCase {
        @TransferTest
        void cell() {}
    }

    /** Counters are files of a process; no such file outlives it. */
    @AfterEach
    void noCountersAreLeft() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            assertThat(all.map(file -> file.getFileName().toString())).noneMatch(name -> name.matches("rails-\\d+"));
        }
    }

    @Test
    @Tag("releases")
    void everyRailCarriesItsShareWhereTheyHaveNoPlace() {
        TransferReport report = run("rails: 4", "", WriteTestCase.class);

        assertThat(report.verdict().findings()).isEmpty();
        assertThat(report.verdict().notes())
                .anyMatch(note -> note.startsWith("rails: 4 of 4 carried blocks, 25 % to 25 %"));
        assertThat(root.resolve("target/conformance/evidence")).isDirectoryRecursivelyContaining("glob:**/rails.csv");
    }

    @Test
    void aRailThatCarriesNothingIsNamed() {
        TransferReport report = run("rails: 4", "variables: {NIXLCONFORM_FABRIC_FAULT: 'idle:2'}", ReadTestCase.class);

        assertThat(report.verdict().findings()).extracting(Finding::kind).containsExactly(FindingKind.RAIL_SHARE);
        assertThat(report.verdict().findings().get(0).headline())
                .isEqualTo("1 of 4 rails of decode-0-rank-0 carried nothing: simulated-efa-2");
    }

    @Test
    @Tag("releases")
    void railsThatTheBackendLeavesOutOnATopologyAreNoFault() {
        TransferReport report = run("rails: 32, topology: p5", "", ReadTestCase.class);

        assertThat(report.verdict().findings()).isEmpty();
        assertThat(report.verdict().notes())
                .anyMatch(note -> note.startsWith("rails: 8 of 32 carried blocks, 12.5 % to 12.5 %"));
    }

    private TransferReport run(String fabric, String variables, Class<?> testCase) {
        Run run = LiveProject.in(root)
                .write("config/environments/nixl.yaml", """
                        install: {mode: wheel, distribution: nixl-cu12, version: 1.4.0}
                        backends: [LIBFABRIC]
                        fabric: {provider: simulated-efa, %s}
                        %s
                        """.formatted(fabric, variables))
                .run(testCase);
        List<TransferReport> published = run.reporter().published();
        assertThat(published).as(run.console()).hasSize(1);
        return published.get(0);
    }
}
