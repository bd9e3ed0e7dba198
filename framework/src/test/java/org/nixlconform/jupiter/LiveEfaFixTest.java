package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Backend.LIBFABRIC;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Role.DECODE;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.cluster.BuiltEngine;
import org.nixlconform.cluster.Cluster;
import org.nixlconform.configuration.Configuration;
import org.nixlconform.environment.Restoration;
import org.nixlconform.jupiter.ConformanceKit.Run;
import org.nixlconform.report.RunReport.Property;
import org.nixlconform.report.TransferReport;
import org.nixlconform.verdict.Outcome;

/** Whole runs with the real wheel of NIXL 0.6.1: data move through the libraries that the fix puts in place. */
@Tag("network")
@Timeout(400)
@Tag("releases")
class LiveEfaFixTest {
    /** Of its own, so that nothing is put back but what this test changed; kept, because the wheel is large. */
    private static final Path WORK = Path.of("target", "live-efa-fix-test").toAbsolutePath();

    @TempDir
    Path root;

    @Backends(LIBFABRIC)
    @Topology
    @Direction(operation = READ, initiator = DECODE)
    @Blocks(transferred = 1)
    @UnequalCaches(prefillBlocks = 1, decodeBlocks = 1)
    @ExpectIntegrity
    @ExpectCompletion
    @AllowEngineLog(pattern = "Failed to load plugin", because = OldReleases.PLUGINS_OF_CUDA)
    @AllowEngineLog(pattern = "FI_OPT_SHARED_MEMORY_PERMITTED", because = OldReleases.NO_SUCH_OPTION)
    static class OneBlockTestCase {
        @TransferTest
        void cell() {}
    }

    /** One that was killed may have left the links. */
    @BeforeEach
    void putBack() {
        LiveProject.in(root);
        try (Cluster cluster =
                Cluster.open(Configuration.cluster("local", root).withWorkFolder(WORK), BuiltEngine.bundle())) {
            assertThat(new Restoration(cluster.nodes().get(0), line -> {}).restore())
                    .isEmpty();
        }
    }

    @Test
    void dataMoveThroughTheNodesLibrariesUntilTheWheelsArePutBack() throws Exception {
        // Also installs the wheel, from which the stand-ins are taken; in the work folder of the user, as other tests
        // do.
        Run unfixed = project("").run(OneBlockTestCase.class);

        assertConforms(unfixed);
        assertThat(mapped(unfixed))
                .anyMatch(file -> file.startsWith("libfabric-"))
                .anyMatch(file -> file.startsWith("libefa-"))
                .anyMatch(file -> file.startsWith("libibverbs-"));

        Path efa = OldReleases.efaPrefix();
        Run fixed = project(", fix: efa, efaPrefix: " + efa)
                .with("work", WORK.toString())
                .run(OneBlockTestCase.class);

        assertConforms(fixed);
        assertThat(mapped(fixed))
                .contains(
                        efa.resolve("lib/libfabric.so.1").toString(),
                        efa.resolve("lib/libefa.so.1").toString(),
                        efa.resolve("lib/libibverbs.so.1").toString())
                .noneMatch(file -> file.matches("lib(fabric|efa|ibverbs)-.*"));
        Path folder = fixedEnvironment();
        Path fabric = folder.resolve("nixl.libs/libfabric-fc70961d.so.1.29.0");
        assertThat(fabric.toRealPath()).isEqualTo(efa.resolve("lib/libfabric.so.1"));

        putBack();

        assertThat(fabric.toRealPath()).isEqualTo(fabric);
        OldReleases.assertAsRecorded(folder);
    }

    private ConformanceKit project(String fix) throws Exception {
        return LiveProject.in(root).write("config/environments/nixl.yaml", """
                        install: {mode: wheel, distribution: nixl, version: 0.6.1%s}
                        variables: {LD_LIBRARY_PATH: "%s", FI_PROVIDER: sockets}
                        backends: [LIBFABRIC]
                        """.formatted(
                        fix, OldReleases.standInsForCuda(root.resolve("standins"))));
    }

    private static void assertConforms(Run run) {
        assertThat(run.reporter().published())
                .as(run.console())
                .singleElement()
                .extracting(TransferReport::verdict)
                .satisfies(verdict -> {
                    assertThat(verdict.findings()).isEmpty();
                    assertThat(verdict.outcome()).isEqualTo(Outcome.CONFORMS);
                });
    }

    /** By the probe: of what lies in the wheel's folder the name, of all else the path. */
    private static List<String> mapped(Run run) {
        return run.reporter().finished().properties().stream()
                .filter(property -> property.name().equals("mapped"))
                .map(Property::value)
                .flatMap(files -> List.of(files.split(", ", -1)).stream())
                .toList();
    }

    private static Path fixedEnvironment() throws Exception {
        try (var folders = Files.newDirectoryStream(WORK.resolve("environments"), Files::isDirectory)) {
            return folders.iterator().next();
        }
    }
}
