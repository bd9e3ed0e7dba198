package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.TestExecutionResult.Status.ABORTED;
import static org.junit.platform.engine.TestExecutionResult.Status.FAILED;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Role.DECODE;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.jupiter.ConformanceKit.Run;
import org.nixlconform.message.FindingException;

/** What keeps a whole run from beginning is said once, by the first method; the others point to it. */
class RefusedRunTest {
    @TempDir
    Path root;

    private ConformanceKit kit;

    @BeforeEach
    void makeProject() {
        kit = new ConformanceKit(root).withEngine();
    }

    @TestMethodOrder(MethodOrderer.MethodName.class)
    @Backends(UCX)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @ExpectIntegrity
    static class ThreeMethodsTestCase {
        @TransferTest
        void first() {}

        @TransferTest
        void second() {}

        @TransferTest
        void third() {}
    }

    private Run refusedWith(String... parts) {
        Run run = kit.run(ThreeMethodsTestCase.class);

        assertThat(run.cells()).isEmpty();
        assertThat(run.method("first").status()).isEqualTo(FAILED);
        assertThat(run.method("first").thrown()).get().isInstanceOf(FindingException.class);
        assertThat(run.method("first").message()).contains(parts);
        for (String other : new String[] {"second", "third"}) {
            assertThat(run.method(other).status()).isEqualTo(ABORTED);
            assertThat(run.method(other).message()).isEqualTo("the run could not begin, see the first failure");
        }
        assertThat(run.reporter().published()).isEmpty();
        assertThat(run.reporter().finished().obstacle().orElseThrow()).contains(parts);
        assertThat(run.reporter().closed()).isTrue();
        return run;
    }

    @Test
    void anUnknownCluster() {
        kit.with("cluster", "locl");

        Run run = refusedWith("configuration: no cluster is named 'locl'", "local");

        assertThat(run.reporter().finished().cluster()).isEqualTo("none");
    }

    @Test
    void aClusterFileThatIsNoYaml() {
        kit.write("config/clusters/broken.yaml", "nodes:\n  - {name: here, connection: local\nenvironments: [nixl]\n")
                .with("cluster", "broken");

        refusedWith("config/clusters/broken.yaml:3:13: malformed YAML");
    }

    @Test
    void aMisspeltKeyInAClusterFile() {
        kit.write("config/clusters/misspelt.yaml", """
                        nodes:
                          - {name: here, connection: local}
                        enviroments: [nixl]
                        """).with("cluster", "misspelt");

        refusedWith("misspelt.yaml", "enviroments", "environments");
    }

    @Test
    void anEnvironmentThatNoFileDescribes() {
        kit.write("config/clusters/lost.yaml", """
                        nodes:
                          - {name: here, connection: local}
                        environments: [nixll]
                        """).with("cluster", "lost");

        refusedWith("lost.yaml", "nixll", "nixl");
    }

    @Test
    void twoEnvironmentsThatReplaceEachOther() {
        for (String version : new String[] {"0.6.1", "0.8.0"}) {
            kit.write("config/environments/nixl-" + version + ".yaml", """
                            install: {mode: wheel, distribution: nixl-cu12, version: %s, system: true}
                            backends: [UCX]
                            """.formatted(version));
        }
        kit.write("config/clusters/both.yaml", """
                        nodes:
                          - {name: here, connection: local}
                        environments: [nixl-0.6.1, nixl-0.8.0]
                        """).with("cluster", "both");

        refusedWith(
                "environments nixl-0.6.1 and nixl-0.8.0 go to the same place",
                "one environment of a run in Python python3");
    }

    @Test
    void everyMistakeOfKnownIssuesBeforeAnyNodeIsTouched() {
        kit.write("config/known-issues.yaml", """
                        issues:
                          - id: one
                            statement: something is wrong
                            nixl: {versions: [">=1.0"]}
                            signature: {kind: TORM}
                            expectation: never
                            link: https://example.org/1
                            since: 2026-08-01
                        """);

        Run run = refusedWith(
                "config/known-issues.yaml has 3 mistakes",
                "config/known-issues.yaml:4:23: wrong value \">=1.0\"",
                "no range",
                "config/known-issues.yaml:5:23: wrong value 'TORM' for 'kind' in signature",
                "did you mean 'TORN'",
                "wrong value 'never' for 'expectation'");

        assertThat(run.console()).doesNotContain("cores");
    }

    @Test
    void anUnknownBackendOnTheCommandLine() {
        kit.with("backends", "UCX,LIBFABRICS");

        refusedWith(
                "selection: -Dbackends names an unknown backend",
                "expected : of [UCX, LIBFABRIC]",
                "actual   : LIBFABRICS");
    }

    @Test
    void anUnknownLevelOnTheCommandLine() {
        kit.with("level", "deep");

        refusedWith(
                "selection: -Dlevel names an unknown level",
                "expected : of [QUICK, FULL, SOAK]",
                "actual   : deep",
                "remedy   : for example -Dlevel=QUICK");
    }

    @Test
    void whatIsNoReleaseOnTheCommandLine() {
        kit.with("nixl.versions", "1.4.0,1.4.0:1.3.2:1.0.0");

        refusedWith("selection: -Dnixl.versions names what is no release of NIXL", "actual   : 1.4.0:1.3.2:1.0.0");
    }

    @Test
    void releasesWithoutAnEnvironmentThatHasThem() {
        kit.write("config/environments/nixl.yaml", """
                        install: {mode: installed, prefix: /opt/nixl}
                        backends: [UCX]
                        """).with("nixl.versions", "1.4.0");

        refusedWith("-Dnixl.versions has no effect: no environment of the cluster is a wheel", "actual   : [nixl]");
    }

    @Test
    void anEngineThatIsNotBuilt() {
        kit = new ConformanceKit(root);

        refusedWith(
                "cluster: the engine that is shipped to nodes is not built",
                "missing: start, runtime/bin/java, ",
                "remedy   : mvn -q -pl native process-classes");
    }

    @Test
    void aFileWhereTheResultsShouldBe() throws Exception {
        Path file = kit.root().resolve("target/conformance");
        kit.write("target/conformance", "of somebody");

        Run run = refusedWith(
                "report: the results of this run cannot be written",
                "actual   : java.nio.file.FileAlreadyExistsException: " + file,
                "where    : " + file,
                "remedy   : move away what stands there");

        assertThat(file).hasContent("of somebody");
        // Nothing was started on the node.
        assertThat(run.console()).doesNotContain("environment nixl");
    }

    @Test
    void aFolderAboveTheResultsThatIsAFile() {
        kit.write("target", "of somebody");

        refusedWith("report: the results of this run cannot be written", "remedy   : move away what stands there");
    }
}
