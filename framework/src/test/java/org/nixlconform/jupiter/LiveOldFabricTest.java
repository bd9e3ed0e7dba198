package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Role.DECODE;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.jupiter.ConformanceKit.Run;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.report.TransferReport;
import org.nixlconform.verdict.Outcome;
import org.nixlconform.verdict.Verdict;

/** The LIBFABRIC plug-ins of the first wheels run on simulated EFA, over the wheels as they are. */
@Tag("network")
@Timeout(400)
@Tag("releases")
class LiveOldFabricTest {
    @TempDir
    static Path root;

    private static Run run;

    @Backends(LIBFABRIC)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    @ExpectCompletion
    @Iterations(2)
    static class ReadTestCase {
        @TransferTest
        @Blocks(transferred = 1)
        @UnequalCaches(prefillBlocks = 1, decodeBlocks = 1)
        void oneBlock() {}

        @TransferTest
        void manyBlocks() {}
    }

    @BeforeAll
    static void runAll() {
        ConformanceKit kit = LiveProject.in(root).write("config/clusters/local.yaml", """
                nodes:
                  - {name: here, connection: local, gpus: 0}
                environments: [nixl-0.6.1, nixl-0.8.0]
                """);
        for (String release : List.of("nixl 0.6.1", "nixl-cu12 0.8.0")) {
            String[] parts = release.split(" ", -1);
            kit.write("config/environments/nixl-%s.yaml".formatted(parts[1]), """
                    install: {mode: wheel, distribution: %s, version: %s}
                    backends: [UCX, LIBFABRIC]
                    fabric: {provider: simulated-efa, rails: 4}
                    """.formatted(parts[0], parts[1]));
        }
        run = kit.run(ReadTestCase.class);
    }

    @Test
    void oneBlockArrivesAndEnginesAreSilent() {
        assertThat(verdicts("oneBlock")).hasSize(2).allSatisfy((environment, verdict) -> {
            assertThat(verdict.findings()).as(environment).isEmpty();
            assertThat(verdict.outcome()).isEqualTo(Outcome.CONFORMS);
        });
    }

    /** 0.6.1 takes every block from where its region begins, whatever was asked for. */
    @Test
    void blocksFromElsewhereInARegionArriveFrom080On() {
        Map<String, Verdict> verdicts = verdicts("manyBlocks");

        assertThat(verdicts.get("nixl-0.8.0").outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(verdicts.get("nixl-0.6.1").findings())
                .singleElement()
                .extracting(Finding::kind)
                .isEqualTo(FindingKind.MISPLACED);
    }

    /** The copy beside {@code libnixl.so} would load the libfabric that the wheel bundles. */
    @Test
    void thePluginOf061IsTheCopyWithoutAPathOfItsOwn() {
        assertThat(run.reporter().finished().properties().stream()
                        .map(property -> property.name() + "=" + property.value()))
                .anyMatch(line -> line.matches("plug-ins from=.*/nixl\\.libs/nixl, as those beside .* have an RPATH"))
                .anyMatch(
                        line -> line.matches(
                                "libfabric=.*/libfabric-[0-9a-f]+\\.so\\.1\\.29\\.0, which is .*/libnixlconform_fabric\\.so, by LD_LIBRARY_PATH"))
                .anyMatch(line -> line.matches("libfabric symbols=FABRIC_1\\.8 needed, FABRIC_1\\.10 defined"))
                .anyMatch(line -> line.matches("backend UCX=created in .*"));
    }

    private static Map<String, Verdict> verdicts(String method) {
        return run.reporter().published().stream()
                .filter(report -> report.testMethod().equals(method))
                .collect(Collectors.toMap(report -> report.environment().orElseThrow(), TransferReport::verdict));
    }
}
