package org.nixlconform.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.cluster.BuiltEngine;
import org.nixlconform.cluster.Node;
import org.nixlconform.cluster.NodeConnection;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.configuration.EnvironmentSpec.AgentSpec;
import org.nixlconform.configuration.EnvironmentSpec.NodeChoice;
import org.nixlconform.configuration.EnvironmentSpec.ProgressThread;
import org.nixlconform.configuration.EnvironmentSpec.ThreadSync;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.FindingException;

/**
 * The fix on the real wheel of NIXL 0.6.1, with stand-ins for the node's libraries: nothing but the versions of their
 * symbols. The wheel is kept between runs; skipped where there is no network.
 */
@Tag("network")
class EfaFixTest {
    private static final Path KEPT = Path.of("target", "efa-fix-test").toAbsolutePath();
    private static final Path EFA = KEPT.resolve("efa");
    private static final List<String> VERBS = List.of(
            "IBVERBS_1.0",
            "IBVERBS_1.1",
            "IBVERBS_1.5",
            "IBVERBS_1.6",
            "IBVERBS_1.7",
            "IBVERBS_1.8",
            "IBVERBS_1.9",
            "IBVERBS_1.10",
            "IBVERBS_1.11",
            "IBVERBS_1.12",
            "IBVERBS_1.13",
            "IBVERBS_1.14",
            "IBVERBS_PRIVATE_50");
    /** Loads a library as NIXL does, function by function, and says what is mapped then. */
    private static final String LOADS = """
            #include <dlfcn.h>
            #include <stdio.h>
            int main(int count, char** words) {
                char line[4096];
                FILE* maps;
                if (count < 2 || !dlopen(words[1], RTLD_LAZY)) {
                    fprintf(stderr, "%s\\n", dlerror());
                    return 1;
                }
                maps = fopen("/proc/self/maps", "r");
                while (fgets(line, sizeof line, maps)) {
                    fputs(line, stdout);
                }
                return 0;
            }
            """;

    @TempDir
    Path folder;

    private NodeConnection connection;
    private Node node;
    private final List<String> console = new ArrayList<>();

    @BeforeEach
    void putStandInsThere() throws Exception {
        connection = BuiltEngine.here(System.getenv(), folder);
        node = PlantedNode.node(connection, BuiltEngine.bundle(), KEPT);
        new Restoration(node, console::add).restore();
        console.clear();
        Workshop.library(EFA.resolve("lib/libibverbs.so.1"), "", VERBS);
        Workshop.library(EFA.resolve("lib/libefa.so.1"), "", List.of("EFA_1.0", "EFA_1.1", "EFA_1.2"));
        fabric(8);
        // What the plug-in needs besides; a host without GPUs has neither.
        Workshop.library(EFA.resolve("gpu/libcuda.so.1"), "", List.of());
        Workshop.library(EFA.resolve("gpu/libcudart.so.12"), "", List.of("libcudart.so.12"));
    }

    @AfterEach
    void close() {
        connection.close();
    }

    private static void fabric(int newest) throws Exception {
        List<String> versions = new ArrayList<>();
        for (int version = 0; version <= newest; version++) {
            versions.add("FABRIC_1." + version);
        }
        Workshop.library(EFA.resolve("lib/libfabric.so.1"), "", versions);
    }

    @Test
    void theNodesLibrariesAreLoadedInPlaceOfTheWheels() throws Exception {
        Installation unfixed = provide(new WheelInstall("nixl", "0.6.1"));
        List<String> before = mapped(unfixed);
        assertThat(EfaFix.stillBundled(unfixed, before)).hasSize(3);
        Map<String, String> recorded = digests(unfixed.folder());

        Installation fixed = provide(wheel());

        List<String> after = mapped(fixed);
        assertThat(EfaFix.stillBundled(fixed, after)).isEmpty();
        assertThat(after).contains(EFA.resolve("lib/libfabric.so.1").toString());
        assertThat(fixed.folder()).isNotEqualTo(unfixed.folder());
        assertThat(fixed.facts())
                .filteredOn(fact -> fact.name().equals("efa fix"))
                .hasSize(3);
        // What else of the wheel needs another libibverbs is told, not hidden.
        assertThat(fixed.facts().toString()).contains("IBVERBS_PRIVATE_34 for libmlx5-");

        Map<String, String> once = digests(fixed.folder());
        console.clear();
        provide(wheel());
        assertThat(digests(fixed.folder())).isEqualTo(once);
        assertThat(console).last().isEqualTo("fix efa: 3 libraries are links already");

        assertThat(new Restoration(node, console::add).restore()).isEmpty();
        assertThat(digests(fixed.folder())).isEqualTo(recorded);
        Map<String, String> expected = recordedEfaLibraries(fixed.folder());
        assertThat(expected).hasSize(3);
        for (Map.Entry<String, String> file : expected.entrySet()) {
            byte[] digest = HexFormat.of().parseHex(Digest.ofFile(fixed.folder().resolve(file.getKey())));
            assertThat(Base64.getUrlEncoder().withoutPadding().encodeToString(digest))
                    .isEqualTo(file.getValue());
        }
        assertThat(mapped(fixed)).hasSameSizeAs(before).anyMatch(file -> file.contains("/nixl.libs/libfabric-"));
    }

    @Test
    void aLibraryThatIsTooOldIsRefusedAndNothingIsChanged() throws Exception {
        Installation fixed = provide(wheel());
        new Restoration(node, console::add).restore();
        Map<String, String> before = digests(fixed.folder());
        fabric(6);

        assertThatThrownBy(() -> provide(wheel()))
                .isInstanceOf(FindingException.class)
                .hasMessageContainingAll(
                        "are not those that the wheel's can be replaced by",
                        "not defined: FABRIC_1.8 for libplugin_LIBFABRIC.so",
                        "nothing was changed");
        assertThat(digests(fixed.folder())).isEqualTo(before);
        assertThat(new NodeChanges(node).all()).isEmpty();
    }

    @Test
    void aNodeWithoutEfaIsRefused() throws Exception {
        WheelInstall elsewhere =
                new WheelInstall("nixl", "0.6.1", false, Optional.empty(), Optional.of(Path.of("/nowhere/amazon/efa")));

        assertThatThrownBy(() -> provide(elsewhere))
                .hasMessageContainingAll(
                        "node this-machine has no libfabric.so.1", "/nowhere/amazon/efa/lib64", "efaPrefix");
    }

    private static WheelInstall wheel() {
        return new WheelInstall("nixl", "0.6.1", false, Optional.empty(), Optional.of(EFA));
    }

    private Installation provide(WheelInstall wheel) {
        EnvironmentSpec spec = new EnvironmentSpec(
                "planted",
                Path.of("/config/environments/planted.yaml"),
                wheel,
                NodeChoice.ALL,
                Map.of(),
                List.of("LIBFABRIC"),
                Map.of(),
                new AgentSpec(ProgressThread.AUTO, ThreadSync.NONE, 0));
        try {
            return new Provisioning(spec, node, folder.resolve("evidence"), console::add).provide();
        } catch (FindingException e) {
            Assumptions.assumeFalse(
                    String.valueOf(e.getMessage()).contains("the package index cannot be reached"), e.getMessage());
            throw e;
        }
    }

    /** What a process has mapped that loads the plug-in. */
    private static List<String> mapped(Installation installation) throws Exception {
        Path plugin = installation.core().resolveSibling("plugins").resolve("libplugin_LIBFABRIC.so");
        Path program = EFA.resolve("loads");
        Workshop.run(
                EFA,
                "cc",
                "-o",
                program.toString(),
                Files.writeString(EFA.resolve("loads.c"), LOADS).toString(),
                "-ldl");
        ProcessBuilder loads = new ProcessBuilder(program.toString(), plugin.toString());
        loads.environment().put("LD_LIBRARY_PATH", EFA.resolve("gpu").toString());
        Process process = loads.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        List<String> mapped = process.inputReader()
                .lines()
                .filter(line -> line.indexOf('/') > 0)
                .map(line -> line.substring(line.indexOf('/')))
                .distinct()
                .toList();
        assertThat(process.waitFor()).isZero();
        return mapped;
    }

    /** What the wheel's own list of files says of those that are replaced: path and SHA-256. */
    private static Map<String, String> recordedEfaLibraries(Path folder) throws Exception {
        Map<String, String> recorded = new TreeMap<>();
        for (String line : Files.readAllLines(folder.resolve("nixl-0.6.1.dist-info/RECORD"))) {
            String[] columns = line.split(",", -1);
            if (EfaFix.replaces(columns[0])) {
                recorded.put(columns[0], columns[1].replace("sha256=", ""));
            }
        }
        return recorded;
    }

    /** Of all libraries. */
    private static Map<String, String> digests(Path folder) throws Exception {
        Map<String, String> digests = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(each -> each.toString().contains(".so") && Files.isRegularFile(each))
                    .toList()) {
                digests.put(folder.relativize(file).toString(), Digest.ofFile(file));
            }
        }
        return digests;
    }
}
