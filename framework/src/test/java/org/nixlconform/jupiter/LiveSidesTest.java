package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Role.DECODE;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.jupiter.ConformanceKit.Run;
import org.nixlconform.plan.Role;
import org.nixlconform.report.TransferReport;
import org.nixlconform.transfer.GivenMetadata;
import org.nixlconform.verdict.Outcome;

/** The two sides of a case differ, with a real wheel on this machine. */
@Tag("network")
@Timeout(400)
class LiveSidesTest {
    @TempDir
    Path root;

    @Backends(LIBFABRIC)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @Iterations(1)
    @ExpectIntegrity
    @ExpectCompletion
    @AllowEngineLog(pattern = "Rail count mismatch", because = "the sides have different rails on purpose")
    static class UnequalRailsTestCase {
        @TransferTest
        void ofTheFile() {}

        @TransferTest
        @Rails(prefill = 4, decode = 2)
        void ofTheCase() {}
    }

    @Test
    void railsOfEachSideAreThoseOfTheFileOrOfTheCase() {
        Run run = LiveProject.in(root)
                .write("config/clusters/local.yaml", """
                nodes:
                  - {name: here, connection: local, gpus: 0}
                environments: [simulated, tcp]
                """)
                .write("config/environments/simulated.yaml", """
                install: {mode: wheel, distribution: nixl-cu12, version: 1.4.0}
                backends: [LIBFABRIC]
                fabric: {provider: simulated-efa, rails: {prefill: 1, decode: 3}}
                """)
                .write("config/environments/tcp.yaml", """
                install: {mode: wheel, distribution: nixl-cu12, version: 1.4.0}
                backends: [LIBFABRIC]
                fabric: {provider: tcp}
                """)
                .run(UnequalRailsTestCase.class);

        assertConforms(run, "ofTheFile", "simulated", Map.of(Role.PREFILL, 1, Role.DECODE, 3));
        assertConforms(run, "ofTheFile", "tcp", Map.of(Role.PREFILL, 1, Role.DECODE, 1));
        assertConforms(run, "ofTheCase", "simulated", Map.of(Role.PREFILL, 4, Role.DECODE, 2));
        assertThat(report(run, "ofTheCase", "tcp").verdict().outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(run.cell("rails 4/2, tcp").message())
                .contains("environment tcp does not simulate EFA, so a case cannot say its rails", "tcp, 1 rail");
    }

    private static void assertConforms(Run run, String method, String environment, Map<Role, Integer> rails) {
        TransferReport report = report(run, method, environment);
        assertThat(report.verdict().findings()).as(run.console()).isEmpty();
        assertThat(report.verdict().outcome()).isEqualTo(Outcome.CONFORMS);
        List<GivenMetadata> given = report.observation().orElseThrow().metadata();
        assertThat(given.stream()
                        .collect(Collectors.toMap(
                                each -> each.rank().role(),
                                each -> each.content().railCount().orElseThrow())))
                .isEqualTo(rails);
        Set<List<String>> plugins = given.stream().map(GivenMetadata::plugins).collect(Collectors.toSet());
        assertThat(plugins)
                .singleElement()
                .satisfies(files -> assertThat(files).singleElement().asString().endsWith("/libplugin_LIBFABRIC.so"));
    }

    private static TransferReport report(Run run, String method, String environment) {
        return run.reporter().published().stream()
                .filter(report -> report.testMethod().equals(method)
                        && report.environment().equals(Optional.of(environment)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(run.console()));
    }
}
