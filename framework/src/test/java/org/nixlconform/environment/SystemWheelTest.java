package org.nixlconform.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
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
import org.nixlconform.configuration.InstallSpec;
import org.nixlconform.configuration.InstallSpec.InstalledAt;
import org.nixlconform.configuration.InstallSpec.Place;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.FindingException;

/** A Python of a node: a virtual environment stands for the system's, small wheels for NIXL's. */
class SystemWheelTest {
    @TempDir
    static Path made;

    private static Path index;

    @TempDir
    Path folder;

    private Path python;
    private Path site;
    private NodeConnection connection;
    private Node node;
    private final List<String> console = new ArrayList<>();

    /** A Python with two NIXLs, copied for each test. */
    @BeforeAll
    static void makePython() throws Exception {
        Path python = Workshop.python(made.resolve("python"));
        index = Files.createDirectories(made.resolve("index"));
        TinyWheel.write(index, "nixl", "0.6.1");
        TinyWheel.write(index, "nixl-cu12", "0.8.0");
        TinyWheel.write(index, "nixl-cu13", "1.5.1");
        Workshop.pip(python, index, "nixl-cu12==0.8.0", "nixl-cu13==1.5.1");
    }

    @BeforeEach
    void copyPython() throws Exception {
        Workshop.run(folder, "cp", "-a", made.resolve("python").toString(), folder.toString());
        python = folder.resolve("python/bin/python");
        try (Stream<Path> all = Files.walk(folder.resolve("python"))) {
            site = all.filter(each -> each.endsWith("site-packages"))
                    .findFirst()
                    .orElseThrow();
        }
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("PIP_NO_INDEX", "1");
        environment.put("PIP_FIND_LINKS", index.toString());
        connection = BuiltEngine.here(environment, folder);
        node = PlantedNode.node(connection, BuiltEngine.bundle(), folder.resolve("work"));
    }

    @AfterEach
    void close() {
        connection.close();
    }

    @Test
    void itTakesThePlaceOfEveryOtherNixlOnceAndIsPutBack() throws Exception {
        Map<String, String> before = contents();

        Installation installed = provide(wheel(Optional.empty()));

        assertThat(installed.folder()).isEqualTo(site);
        assertThat(installed.capi().orElseThrow()).hasContent("library of 0.6.1");
        assertThat(nixl()).containsExactly("nixl==0.6.1");
        assertThat(console)
                .anyMatch(line -> line.contains("removing nixl-cu12==0.8.0 from "))
                .anyMatch(line -> line.contains("removing nixl-cu13==1.5.1 from "));

        console.clear();
        assertThat(provide(wheel(Optional.empty())).facts().get(0).value()).isEqualTo("nixl 0.6.1");
        assertThat(console).containsExactly("nixl 0.6.1 is in " + python + " already");

        assertThat(new Restoration(node, console::add).restore()).isEmpty();
        assertThat(nixl()).containsExactlyInAnyOrder("nixl-cu12==0.8.0", "nixl-cu13==1.5.1");
        assertThat(contents()).isEqualTo(before);

        console.clear();
        assertThat(new Restoration(node, console::add).restore()).isEmpty();
        assertThat(console).containsExactly("nothing to put back");
    }

    @Test
    void anotherVersionOfOursIsReplacedAndThoseOfOthersComeBack() throws Exception {
        provide(wheel(Optional.empty()));
        provide(new WheelInstall("nixl-cu12", "0.8.0", true, Optional.of(python.toString()), Optional.empty()));

        assertThat(nixl()).containsExactly("nixl-cu12==0.8.0");
        assertThat(new Restoration(node, console::add).restore()).isEmpty();
        assertThat(nixl()).containsExactlyInAnyOrder("nixl-cu12==0.8.0", "nixl-cu13==1.5.1");
    }

    @Test
    void aDamagedFileIsRepaired() throws Exception {
        provide(wheel(Optional.empty()));
        Path plugin = site.resolve(".nixl.mesonpy.libs/plugins/libplugin_UCX.so");
        Files.writeString(plugin, "short");

        provide(wheel(Optional.empty()));

        assertThat(plugin).hasContent("plug-in of 0.6.1");
    }

    @Test
    void theFixLinksWhatIsBundledAndIsUndoneToTheRecordedFiles() throws Exception {
        WheelInstall fixed = wheel(Optional.of(efa()));
        provide(wheel(Optional.empty()));
        Map<String, String> unfixed = contents();

        Installation installed = provide(fixed);

        assertThat(site.resolve("nixl.libs/libfabric-0a1b2c3d.so.1.29.0").toRealPath())
                .isEqualTo(efa().resolve("lib/libfabric.so.1"));
        assertThat(site.resolve("nixl.libs/nixl/libibverbs-0a1b2c3d.so.1.14").toRealPath())
                .isEqualTo(efa().resolve("lib/libibverbs.so.1"));
        assertThat(installed.variables())
                .containsEntry("LD_LIBRARY_PATH", efa().resolve("lib").toString());

        console.clear();
        Map<String, String> once = contents();
        provide(fixed);
        assertThat(contents()).isEqualTo(once);
        assertThat(console)
                .containsExactly("nixl 0.6.1 is in " + python + " already", "fix efa: 3 libraries are links already");

        // A reinstallation undoes it: it is made again, and nothing of the earlier one stands in the way of putting it
        // back.
        Workshop.pip(python, index, "nixl==0.6.1");
        provide(fixed);
        assertThat(site.resolve("nixl.libs/libefa-0a1b2c3d.so.1.2")).isSymbolicLink();

        new Restoration(node, console::add).undo(change -> change.kind() == NodeChanges.Kind.LINKED);
        assertThat(contents()).isEqualTo(unfixed);
    }

    @Test
    void nothingIsChangedUnderAProcessThatMapsIt() throws Exception {
        Map<String, String> before = contents();
        Path mapped = site.resolve(".nixl_cu12.mesonpy.libs/libnixl.so");
        Process user = new ProcessBuilder(
                        "python3",
                        "-c",
                        "import mmap, sys\nf = open(sys.argv[1])\nm = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)\n"
                                + "print('mapped', flush=True)\nsys.stdin.read()",
                        mapped.toString())
                .start();
        try (BufferedReader says = user.inputReader()) {
            assertThat(says.readLine()).isEqualTo("mapped");

            assertThatThrownBy(() -> provide(wheel(Optional.empty())))
                    .isInstanceOf(FindingException.class)
                    .hasMessageContainingAll(
                            "NIXL is in use on node this-machine",
                            "process " + user.pid() + " ",
                            "python3 -c import mmap");
            assertThat(contents()).isEqualTo(before);
        } finally {
            user.destroyForcibly().waitFor();
        }
        provide(wheel(Optional.empty()));
        assertThat(nixl()).containsExactly("nixl==0.6.1");
    }

    @Test
    void aPythonOfTheOperatingSystemIsRefused() throws Exception {
        Path managed = Files.writeString(folder.resolve("managed"), """
                #!/bin/sh
                echo '{"executable": "/usr/bin/python3", "folder": "/none", "managed": true, "nixl": []}'
                """);
        assertThat(managed.toFile().setExecutable(true)).isTrue();

        assertThatThrownBy(() -> provide(
                        new WheelInstall("nixl", "0.6.1", true, Optional.of(managed.toString()), Optional.empty())))
                .hasMessageContainingAll("belongs to the operating system", "EXTERNALLY-MANAGED", "install.python");
    }

    @Test
    void whatIsInstalledAlreadyIsFoundByInterpreterAndByEnvironment() throws Exception {
        for (Path at : List.of(python, folder.resolve("python"))) {
            Installation found = provide(new InstalledAt(Place.PYTHON, at));

            assertThat(found.described()).isIn("nixl-cu12 0.8.0", "nixl-cu13 1.5.1");
            assertThat(found.capi().orElseThrow()).exists();
        }
        assertThat(nixl()).containsExactlyInAnyOrder("nixl-cu12==0.8.0", "nixl-cu13==1.5.1");
        assertThat(new NodeChanges(node).all()).isEmpty();
    }

    /** What users see there, often on the head node alone, is "No module named 'nixl'". */
    @Test
    void aPythonWithoutNixlIsToldBeforeAnythingIsCalled() throws Exception {
        Path bare = Files.writeString(folder.resolve("bare"), """
                #!/bin/sh
                echo '{"executable": "/opt/bare/bin/python3", "folder": "/opt/bare/site", "managed": false, "nixl": []}'
                """);
        assertThat(bare.toFile().setExecutable(true)).isTrue();

        assertThatThrownBy(() -> provide(new InstalledAt(Place.PYTHON, bare)))
                .isInstanceOf(FindingException.class)
                .hasMessageContainingAll(
                        "node this-machine has no NIXL in " + bare, "no NIXL in /opt/bare/site", "'mode: wheel'");
    }

    /** Libraries for EFA of the node; what they hold does not matter where nothing that needs them is bundled. */
    private Path efa() throws Exception {
        Path lib = Files.createDirectories(folder.resolve("efa/lib"));
        for (String name : List.of("libfabric.so.1", "libefa.so.1", "libibverbs.so.1")) {
            Files.writeString(lib.resolve(name), "the node's");
        }
        return folder.resolve("efa");
    }

    private WheelInstall wheel(Optional<Path> efa) {
        return new WheelInstall("nixl", "0.6.1", true, Optional.of(python.toString()), efa);
    }

    private Installation provide(InstallSpec install) {
        EnvironmentSpec spec = new EnvironmentSpec(
                "planted",
                Path.of("/config/environments/planted.yaml"),
                install,
                NodeChoice.ALL,
                Map.of(),
                List.of("UCX"),
                Map.of(),
                new AgentSpec(ProgressThread.AUTO, ThreadSync.NONE, 0));
        return new Provisioning(spec, node, folder.resolve("evidence"), console::add).provide();
    }

    private List<String> nixl() {
        return NodePython.ask(node, python.toString()).nixl().stream()
                .map(NodePython.Distribution::requirement)
                .toList();
    }

    /** Every file of the Python's packages with what it holds; links with where they point. */
    private Map<String, String> contents() throws Exception {
        Map<String, String> contents = new HashMap<>();
        try (Stream<Path> all = Files.walk(site)) {
            for (Path each : all.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .toList()) {
                contents.put(
                        site.relativize(each).toString(),
                        Files.isSymbolicLink(each) ? "-> " + Files.readSymbolicLink(each) : Digest.ofFile(each));
            }
        }
        return withoutByteCode(contents);
    }

    /** pip writes down who asked for what, and compiles where it is not told otherwise. */
    private static Map<String, String> withoutByteCode(Map<String, String> contents) {
        Map<String, String> kept = new HashMap<>(contents);
        kept.keySet()
                .removeIf(name ->
                        name.contains("__pycache__") || name.matches(".*dist-info/(REQUESTED|INSTALLER|RECORD)"));
        return kept;
    }
}
