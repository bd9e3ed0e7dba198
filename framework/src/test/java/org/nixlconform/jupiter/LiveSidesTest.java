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
import org.nixlconform.report.RunReport;
import org.nixlconform.report.TransferReport;
import org.nixlconform.transfer.GivenMetadata;
import org.nixlconform.verdict.Outcome;

/** The two sides of a case differ, with a real wheel on this machine. */
@Tag("network")
@Tag("releases")
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
    @Environments({"simulated", "tcp"})
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
                environments: [tcp]
                environmentsOnRequest: [simulated, other]
                """)
                .write("config/environments/other.yaml", """
                install: {mode: wheel, distribution: nixl-cu12, version: 1.4.0}
                backends: [LIBFABRIC]
                """)
                .write("config/environments/simulated.yaml", """
                install: {mode: wheel, distribution: nixl-cu12, version: 1.4.0}
                backends: [LIBFABRIC]
                fabric: {provider: simulated-efa, rails: {prefill: 1, decode: 3}}
                variables: {NIXL_LIBFABRIC_NUM_RAILS: "1"}
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

        assertThat(notes(run, "ofTheFile", "simulated"))
                .containsPattern("rails: prefill 1, decode 3; metadata: prefill \\d+, decode \\d+ bytes")
                .containsPattern("plug-in mapped by both sides: /.*/libplugin_LIBFABRIC.so")
                .contains("variables that nothing reads, of both sides: NIXL_LIBFABRIC_NUM_RAILS");
        assertThat(notes(run, "ofTheFile", "tcp")).doesNotContain("rails:", "plug-in", "variables");
        // What no case asked for was not put in place.
        assertThat(run.console()).contains("environment simulated:").doesNotContain("environment other");
    }

    @Backends(LIBFABRIC)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @Iterations(1)
    @ExpectIntegrity
    @ExpectCompletion
    static class TwoReleasesTestCase {
        @TransferTest
        void cell() {}
    }

    /** No release of libfabric has what 1.5.1 needs, so that each side also has another library in front of it. */
    @Test
    void theSidesMayHaveDifferentReleases() {
        Run run = LiveProject.in(root)
                .write("config/environments/nixl.yaml", """
                install: {mode: wheel, distribution: nixl-cu12, version: 1.0.0}
                backends: [LIBFABRIC]
                fabric: {provider: tcp}
                """)
                .with("nixl.versions", "1.4.0:1.5.1,0.0.9")
                .run(TwoReleasesTestCase.class);

        TransferReport report = report(run, "cell", "nixl@1.4.0:1.5.1");
        assertThat(report.verdict().findings()).as(run.console()).isEmpty();
        assertThat(report.verdict().outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(report.observation().orElseThrow().metadata())
                .extracting(
                        given -> given.rank().role() + " " + given.nixlVersion().orElse("none"))
                .containsExactly("PREFILL 1.4.0", "DECODE 1.5.1");
        assertThat(report.observation().orElseThrow().metadata())
                .flatExtracting(GivenMetadata::plugins)
                .hasSize(2)
                .doesNotHaveDuplicates();
        assertThat(notes(run, "cell", "nixl@1.4.0:1.5.1"))
                .containsPattern("plug-in mapped by prefill: /.*LIBFABRIC.so")
                .containsPattern("plug-in mapped by decode: /.*LIBFABRIC.so");
        assertThat(run.reporter().finished().properties())
                .extracting(RunReport.Property::value)
                .contains("nixl@1.4.0", "nixl@1.5.1");
        // A release that there is not costs its own cells alone, and they say why.
        assertThat(report(run, "cell", "nixl@0.0.9").verdict().outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(run.cell("nixl@0.0.9").message())
                .contains("environment nixl@0.0.9 could not be set up", "nixl==0.0.9");
    }

    private static String notes(Run run, String method, String environment) {
        return String.join("\n", report(run, method, environment).verdict().notes());
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
