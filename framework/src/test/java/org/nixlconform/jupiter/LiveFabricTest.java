package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Operation.WRITE;
import static org.nixlconform.plan.Role.DECODE;
import static org.nixlconform.plan.Role.PREFILL;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.jupiter.ConformanceKit.Run;
import org.nixlconform.report.TransferReport;
import org.nixlconform.verdict.Outcome;

/** Data move through the LIBFABRIC plug-in of a real wheel on a machine that has nothing for it, from an empty folder. */
@Tag("network")
@Timeout(400)
class LiveFabricTest {
    @TempDir
    Path root;

    @Backends(LIBFABRIC)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @Direction(operation = WRITE, initiator = PREFILL)
    @ExpectIntegrity
    @ExpectCompletion
    static class ManyBlocksTestCase {
        @TransferTest
        void cell() {}
    }

    @Test
    @Tag("releases")
    void blocksArriveOverTcpAndOnSimulatedEfaAndASecondRunFetchesNothing() {
        Run first = run();

        assertThat(first.console())
                .contains(
                        "environment tcp: installing nixl-cu12==1.4.0",
                        "environment tcp: fetching libhwloc.so.15 from tcmlib==1.6.0");
        assertConforms(first, 2 * 2);
        List<String> properties = first.reporter().finished().properties().stream()
                .map(property -> property.name() + "=" + property.value())
                .toList();
        assertThat(properties)
                .contains("fabric=tcp, 1 rail", "fabric=simulated EFA, 4 rails")
                .anyMatch(line -> line.matches("libfabric=.*/libfabric\\.so\\.1.*, by LD_LIBRARY_PATH"))
                .anyMatch(line -> line.startsWith("libfabric symbols=FABRIC_1.7 needed, FABRIC_1."));

        Run second = run();

        assertConforms(second, 2 * 2);
        assertThat(second.console()).doesNotContain("fetching", "installing");
    }

    @Test
    @Tag("releases")
    void aReleaseThatNeedsANewerLibfabricThanThereIsRunsBehindOurs() {
        Run run =
                LiveProject.in(root).write("config/environments/nixl.yaml", """
                        install: {mode: wheel, distribution: nixl-cu12, version: 1.5.1}
                        backends: [LIBFABRIC]
                        fabric: {provider: tcp}
                        """).run(ManyBlocksTestCase.class);

        assertConforms(run, 2);
        assertThat(run.reporter().finished().properties())
                .anyMatch(property -> property.name().equals("libfabric behind ours")
                        && property.value().endsWith("which lacks symbol versions that the plug-in needs"));
    }

    private Run run() {
        ConformanceKit kit = LiveProject.in(root).write("config/clusters/local.yaml", """
                nodes:
                  - {name: here, connection: local, gpus: 0}
                environments: [tcp, simulated]
                """);
        for (String line : List.of("tcp: {provider: tcp}", "simulated: {provider: simulated-efa}")) {
            String[] parts = line.split(": ", 2);
            kit.write("config/environments/" + parts[0] + ".yaml", """
                    install: {mode: wheel, distribution: nixl-cu12, version: 1.4.0}
                    backends: [LIBFABRIC]
                    fabric: %s
                    """.formatted(parts[1]));
        }
        return kit.with("work", root.resolve("work").toString()).run(ManyBlocksTestCase.class);
    }

    private static void assertConforms(Run run, int cells) {
        assertThat(run.reporter().published())
                .as(run.console())
                .hasSize(cells)
                .extracting(TransferReport::verdict)
                .allSatisfy(verdict -> {
                    assertThat(verdict.findings()).isEmpty();
                    assertThat(verdict.outcome()).isEqualTo(Outcome.CONFORMS);
                });
    }
}
