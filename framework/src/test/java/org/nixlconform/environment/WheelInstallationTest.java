package org.nixlconform.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nixlconform.cluster.BuiltEngine;
import org.nixlconform.cluster.Node;
import org.nixlconform.cluster.NodeConnection;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.FindingException;

/** The real wheel from the package index; kept between runs, because it is large. Skipped where there is no network. */
@Tag("network")
class WheelInstallationTest {
    private static final Path KEPT =
            Path.of("target", "wheel-installation-test").toAbsolutePath();

    private final List<String> console = new ArrayList<>();

    @Test
    void theWheelHasTheLibraryAndASecondRunTakesLessThanASecond() throws Exception {
        try (NodeConnection connection = BuiltEngine.here(System.getenv(), KEPT)) {
            Node node = PlantedNode.node(connection, BuiltEngine.bundle(), KEPT);
            WheelInstall wheel = new WheelInstall("nixl-cu12", "1.5.1");
            Installation first = installOrSkip(node, wheel);

            long startedAt = System.nanoTime();
            Installation second = new WheelInstaller(node, wheel, console::add).install();
            Duration took = Duration.ofNanos(System.nanoTime() - startedAt);

            assertThat(took).isLessThan(Duration.ofSeconds(5));
            assertThat(second).isEqualTo(first);
            assertThat(console.get(console.size() - 1)).startsWith("nixl-cu12 1.5.1 reused from ");
            Path library = second.capi().orElseThrow();
            assertThat(second.folder().relativize(library)).hasToString(".nixl_cu12.mesonpy.libs/libnixl_capi.so");
            assertThat(SharedLibraries.lacking(connection, library, Map.of())).contains(List.of());
        }
    }

    /** Both ways, as far as strings tell: a name that no code reads, and a name that the table lacks, are told. */
    @Test
    void theTableOfVariablesHasWhatTheWheelReadsAndNothingElse() throws Exception {
        try (NodeConnection connection = BuiltEngine.here(System.getenv(), KEPT)) {
            Node node = PlantedNode.node(connection, BuiltEngine.bundle(), KEPT);
            Installation installation = installOrSkip(node, new WheelInstall("nixl-cu12", "1.5.1"));
            VariableStrings strings = VariableStrings.in(installation.coreFolder());
            VariableTable table = VariableTable.read();

            assertThat(table.releases().last()).isEqualTo("1.5.1");
            assertThat(strings.departures(table, "1.5.1")).isEmpty();
            assertThat(strings.whole())
                    .contains("NIXL_LOG_LEVEL")
                    .allSatisfy(name -> assertThat(table.about(name)).as(name).isNotEmpty());

            VariableTable wrong = VariableTable.of("""
                    NIXL_LGO_LEVEL                 | NIXL              | 0.6.1 - |
                    NIXL_LIBFABRIC_NUM_TRHEADS     | plug-in LIBFABRIC | 1.4.0 - |
                    NIXL_LOG_LEVEL                 | nobody            |         |
                    NIXL_UCX_SGL_ENABLE            | plug-in LIBFABRIC | 1.5.1 - |
                    NIXL_UCX_DEEPBIND              | NIXL              | 0.6.1 - 1.4.0 |
                    """);
            assertThat(strings.departures(wrong, "1.5.1")).hasSize(wrong.lines().size());
        }
    }

    private Installation installOrSkip(Node node, WheelInstall wheel) {
        try {
            return new WheelInstaller(node, wheel, console::add).install();
        } catch (FindingException e) {
            Assumptions.assumeFalse(e.getMessage().contains("the package index cannot be reached"), e.getMessage());
            throw e;
        }
    }
}
