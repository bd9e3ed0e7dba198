package org.nixlconform.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.cluster.BuiltEngine;
import org.nixlconform.cluster.Node;
import org.nixlconform.cluster.NodeConnection;
import org.nixlconform.configuration.InstallSpec.InstalledAt;
import org.nixlconform.configuration.InstallSpec.Origin;
import org.nixlconform.configuration.InstallSpec.Place;
import org.nixlconform.configuration.InstallSpec.SourceInstall;
import org.nixlconform.message.FindingException;

/** Builds of a small project in the shape of NIXL's, by the real meson and ninja. */
class SourceBuildTest {
    private static final String MESON = """
            project('tiny', 'c', version: '9.1.0')
            core = shared_library('nixl', 'core.c', install: true)
            shared_library('nixl_capi', 'capi.c', link_with: core, install: true)
            shared_library('plugin_LIBFABRIC', 'core.c', install: true,
                install_dir: get_option('libdir') / 'plugins')
            if get_option('needs') != ''
                dependency(get_option('needs'))
            endif
            """;

    @TempDir
    Path folder;

    private Path sources;
    private Path etc;
    private NodeConnection connection;
    private Node node;
    private final List<String> console = new ArrayList<>();

    @BeforeEach
    void writeProject() throws Exception {
        sources = Files.createDirectories(folder.resolve("sources"));
        Files.writeString(sources.resolve("meson.build"), MESON);
        Files.writeString(sources.resolve("meson_options.txt"), "option('needs', type: 'string', value: '')\n");
        Files.writeString(sources.resolve("core.c"), "int nixl_core(void) { return 1; }\n");
        Files.writeString(
                sources.resolve("capi.c"),
                "int nixl_core(void);\nint nixl_capi_planted(void) { return nixl_core(); }\n");
        etc = Files.createDirectories(folder.resolve("etc"));
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Path ldconfig =
                Files.writeString(bin.resolve("ldconfig"), "#!/bin/sh\necho called >> " + folder + "/ldconfig.log\n");
        assertThat(ldconfig.toFile().setExecutable(true)).isTrue();
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("PATH", bin + ":" + Workshop.mesonTools() + ":" + System.getenv("PATH"));
        connection = BuiltEngine.here(environment, folder);
        node = PlantedNode.node(connection, BuiltEngine.bundle(), folder.resolve("work"));
    }

    @AfterEach
    void close() {
        if (connection != null) {
            connection.close();
        }
    }

    @Test
    void aFolderIsBuiltOnceForTheSameSourcesAndOptions() throws Exception {
        SourceInstall isolated = isolated(new Origin.Folder(sources));

        Installation built = install(isolated);

        assertThat(built.version()).contains("9.1.0");
        assertThat(built.capi().orElseThrow()).exists().startsWith(folder.resolve("work/environments"));
        assertThat(built.variables())
                .containsEntry("LD_LIBRARY_PATH", built.core().getParent().toString());
        assertThat(built.facts().toString()).contains("plug-ins built, value=LIBFABRIC");
        assertThat(folder.resolve("evidence/build.log")).content().contains("$ meson setup", "$ ninja -C");
        assertThat(new Plugins(node)
                        .missing(built, List.of("UCX", "LIBFABRIC"), "because")
                        .withoutPlugin())
                .containsOnlyKeys("UCX")
                .hasEntrySatisfying("UCX", reason -> assertThat(reason).startsWith("no libplugin_UCX.so in "));
        assertThat(leftOvers()).isEmpty();
        assertThat(new NodeChanges(node).all()).isEmpty();

        console.clear();
        assertThat(install(isolated)).isEqualTo(built);
        assertThat(console).containsExactly("%s is built already, in %s".formatted(sources, built.folder()));

        assertThat(install(new SourceInstall(
                                new Origin.Folder(sources),
                                List.of("-Dbuildtype=debug"),
                                Optional.empty(),
                                false,
                                Optional.empty()))
                        .folder())
                .isNotEqualTo(built.folder());
        Files.writeString(sources.resolve("core.c"), "int nixl_core(void) { return 2; }\n");
        assertThat(install(isolated).folder()).isNotEqualTo(built.folder());
        Files.delete(built.folder().resolve(built.folder().relativize(built.core())));
    }

    @Test
    void aRefIsBuiltAtItsCommitAndAnewWhenItMoves() throws Exception {
        git("init", "--quiet", "--initial-branch=main");
        commit();
        SourceInstall source = isolated(new Origin.Git(sources.toString(), "main"));
        Installation first = install(source);
        assertThat(install(source)).isEqualTo(first);

        Files.writeString(sources.resolve("core.c"), "int nixl_core(void) { return 3; }\n");
        commit();

        Installation second = install(source);
        assertThat(second.folder()).isNotEqualTo(first.folder());
        // Neither a branch whose name ends the same, nor the tag's own object, is what the ref is.
        git("branch", "a/main", "HEAD~1");
        git("-c", "user.name=Test", "-c", "user.email=test@localhost", "tag", "-a", "-m", "planted", "v9", "HEAD");
        assertThat(install(source)).isEqualTo(second);
        assertThat(install(isolated(new Origin.Git(sources.toString(), "v9"))).folder())
                .isEqualTo(second.folder());
        assertThatThrownBy(() -> install(isolated(new Origin.Git(sources.toString(), "nothing-of-that-name"))))
                .hasMessageContainingAll("cannot fetch " + sources + " at nothing-of-that-name", "no such ref there");
        assertThat(leftOvers()).isEmpty();
    }

    @Test
    void aDependencyThatIsNotThereIsNamed() throws Exception {
        SourceInstall needing = new SourceInstall(
                new Origin.Folder(sources), List.of("-Dneeds=planted-ucx"), Optional.empty(), false, Optional.empty());

        assertThatThrownBy(() -> install(needing))
                .isInstanceOf(FindingException.class)
                .hasMessageContainingAll(
                        "cannot be built on node this-machine without planted-ucx", "meson setup", "build.log");
        assertThat(folder.resolve("evidence/build.log")).content().contains("planted-ucx", "meson-log.txt:");
        assertThat(leftOvers()).isEmpty();
    }

    @Test
    void aSubprojectThatIsNotThereIsNamedAndTakenFromTheFolder() throws Exception {
        Files.writeString(sources.resolve("meson.build"), MESON + "subproject('planted-part')\n");
        Path part = Files.createDirectories(sources.resolve("subprojects/planted-part"));
        Path elsewhere = Files.writeString(folder.resolve("elsewhere"), "project('planted-part', 'c')\n");
        Path linked = part.resolve("meson.build");

        assertThatThrownBy(() -> install(isolated(new Origin.Folder(sources))))
                .hasMessageContainingAll("cannot be built on node this-machine without planted-part", "in subprojects");

        Files.createSymbolicLink(linked, elsewhere);
        Installation built = install(isolated(new Origin.Folder(sources)));
        assertThat(built.version()).contains("9.1.0");
        Files.writeString(elsewhere, "project('planted-part', 'c', version: '2')\n");
        assertThat(install(isolated(new Origin.Folder(sources))).folder()).isNotEqualTo(built.folder());
    }

    @Test
    void codeThatDoesNotCompileIsShown() throws Exception {
        Files.writeString(sources.resolve("core.c"), "this is planted\n");

        assertThatThrownBy(() -> install(isolated(new Origin.Folder(sources))))
                .hasMessageContainingAll("ninja failed", "actual   : exit code 1: ", "core.c:1:1: error:");
        assertThat(leftOvers()).isEmpty();
    }

    @Test
    void aPrefixIsPutBackAsItWas() throws Exception {
        Path prefix = folder.resolve("opt/nixl");
        Path replaced = prefix.resolve("lib/libnixl.so");
        Files.createDirectories(replaced.getParent());
        Files.writeString(replaced, "of somebody else");
        Files.writeString(prefix.resolve("kept.txt"), "kept");
        SourceInstall source = new SourceInstall(
                new Origin.Folder(sources), List.of("--libdir=lib"), Optional.of(prefix), false, Optional.empty());

        Installation built = install(source);

        assertThat(built.core()).isEqualTo(replaced);
        assertThat(Files.size(replaced)).isGreaterThan(1000);
        assertThat(Files.readString(Files.list(etc).findFirst().orElseThrow())).isEqualTo(prefix.resolve("lib") + "\n");
        assertThat(folder.resolve("ldconfig.log")).hasContent("called");
        console.clear();
        install(source);
        assertThat(console).singleElement().asString().contains("is built already");
        Installation found = new ExistingInstallation(node).find(new InstalledAt(Place.PREFIX, prefix));
        assertThat(found.capi()).isEqualTo(built.capi());
        assertThat(new ExistingInstallation(node)
                        .find(new InstalledAt(Place.FOLDER, prefix.resolve("lib")))
                        .core())
                .isEqualTo(built.core());

        Files.writeString(sources.resolve("core.c"), "int nixl_core(void) { return 4; }\n");
        install(source);
        assertThat(Files.list(etc)).hasSize(1);
        assertThat(new Restoration(node, console::add).restore()).isEmpty();

        assertThat(replaced).hasContent("of somebody else");
        assertThat(prefix.resolve("kept.txt")).exists();
        assertThat(prefix.resolve("lib/plugins")).doesNotExist();
        assertThat(Files.list(etc)).isEmpty();
        assertThat(new Restoration(node, console::add).restore()).isEmpty();
    }

    @Test
    void nothingIsInstalledOverWhatAProcessMaps() throws Exception {
        Path prefix = Files.createDirectories(folder.resolve("opt/nixl/lib"));
        Path mapped = Files.writeString(prefix.resolve("libother.so"), "mapped");
        SourceInstall source = new SourceInstall(
                new Origin.Folder(sources),
                List.of(),
                Optional.of(folder.resolve("opt/nixl")),
                false,
                Optional.empty());
        Process user = new ProcessBuilder(
                        "python3",
                        "-c",
                        "import mmap, sys\nf = open(sys.argv[1])\nm = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)\n"
                                + "print('mapped', flush=True)\nsys.stdin.read()",
                        mapped.toString())
                .start();
        try {
            assertThat(user.inputReader().readLine()).isEqualTo("mapped");

            assertThatThrownBy(() -> install(source))
                    .hasMessageContainingAll("NIXL is in use", "process " + user.pid() + " ", "python3 -c import mmap");
            assertThat(Files.list(prefix)).containsExactly(mapped);
        } finally {
            user.destroyForcibly().waitFor();
        }
    }

    @Test
    void credentialsOfAUrlAreNowhereShown() throws Exception {
        Origin.Git git = new Origin.Git("http://somebody:planted-secret@127.0.0.1:9/nixl.git", "main");

        FindingException refused = org.assertj.core.api.Assertions.catchThrowableOfType(
                FindingException.class, () -> install(isolated(git)));

        assertThat(refused).hasMessageContaining("cannot fetch http://127.0.0.1:9/nixl.git at main");
        assertThat(refused.getMessage() + console + git + isolated(git)).doesNotContain("planted-secret", "somebody");
    }

    @Test
    void thePythonPackageIsBuiltWhenItIsAskedFor() throws Exception {
        Files.writeString(sources.resolve("pyproject.toml"), """
                [build-system]
                requires = []
                build-backend = "tiny_backend"
                backend-path = ["."]
                """);
        Files.writeString(sources.resolve("tiny_backend.py"), """
                import zipfile
                def build_wheel(folder, settings=None, metadata=None):
                    name = 'tiny-9.1.0-py3-none-any.whl'
                    with zipfile.ZipFile(folder + '/' + name, 'w') as wheel:
                        wheel.writestr('tiny_bindings.py', 'built = True\\n')
                        wheel.writestr('tiny-9.1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: tiny\\nVersion: 9.1.0\\n')
                        wheel.writestr('tiny-9.1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
                        wheel.writestr('tiny-9.1.0.dist-info/RECORD', '')
                    return name
                """);

        Installation built = install(
                new SourceInstall(new Origin.Folder(sources), List.of(), Optional.empty(), true, Optional.empty()));

        assertThat(built.folder().resolve("python/tiny_bindings.py")).exists();
    }

    @Test
    void toolsThatAreNotThereAreNamed() throws Exception {
        try (NodeConnection bare = BuiltEngine.here(Map.of("PATH", "/nowhere:/bin"), folder)) {
            Node without = PlantedNode.node(bare, BuiltEngine.bundle(), folder.resolve("work"));

            assertThatThrownBy(() -> new SourceBuild(
                                    without,
                                    isolated(new Origin.Folder(sources)),
                                    "planted",
                                    new LinkerCache(without, etc),
                                    folder.resolve("evidence"),
                                    console::add)
                            .install())
                    .hasMessageContainingAll(
                            "lacks what builds NIXL", "no meson", "python3 -m pip install meson ninja");
        }
    }

    @Test
    void aPluginThatWasNotBuiltIsTakenFromAWheelThatIsNamed() throws Exception {
        Installation built = install(isolated(new Origin.Folder(sources)));
        Path wheel = Files.createDirectories(folder.resolve("wheel/.nixl.mesonpy.libs/plugins"));
        Files.writeString(wheel.resolve("libplugin_UCX.so"), "of the wheel");
        Files.writeString(wheel.resolveSibling("libnixl.so"), "core");
        Installation of = new ExistingInstallation(node).find(new InstalledAt(Place.FOLDER, folder.resolve("wheel")));

        Plugins plugins = new Plugins(node);
        Installation both = plugins.completed(built, List.of("UCX", "LIBFABRIC"), of, "plugins-of-planted");

        Path together = Path.of(both.variables().get("NIXL_PLUGIN_DIR"));
        assertThat(together.resolve("libplugin_UCX.so")).hasContent("of the wheel");
        assertThat(together.resolve("libplugin_LIBFABRIC.so").toRealPath()).startsWith(built.folder());
        assertThat(plugins.missing(both, List.of("UCX", "LIBFABRIC"), "").withoutPlugin())
                .isEmpty();
    }

    /** Whose compiler was newer than the build's, say. */
    @Test
    void aPluginOfAWheelThatDoesNotLoadBesideTheBuildIsNone() throws Exception {
        Installation built = install(isolated(new Origin.Folder(sources)));
        Path wheel = Files.createDirectories(folder.resolve("wheel/.nixl.mesonpy.libs/plugins"));
        Path code = Files.writeString(folder.resolve("plugin.cpp"), "void nowhere();\nvoid plugin() { nowhere(); }\n");
        Path plugin = wheel.resolve("libplugin_UCX.so");
        Process compiler = new ProcessBuilder("c++", "-shared", "-fPIC", "-o", plugin.toString(), code.toString())
                .inheritIO()
                .start();
        assertThat(compiler.waitFor()).isZero();
        Files.writeString(wheel.resolveSibling("libnixl.so"), "core");
        Installation of = new ExistingInstallation(node).find(new InstalledAt(Place.FOLDER, folder.resolve("wheel")));

        Plugins plugins = new Plugins(node);
        Installation both = plugins.completed(built, List.of("UCX", "LIBFABRIC"), of, "plugins-of-planted");

        assertThat(plugins.missing(both, List.of("UCX", "LIBFABRIC"), "").withoutPlugin())
                .containsOnlyKeys("UCX")
                .extractingByKey("UCX")
                .asString()
                .contains("does not load beside this build: undefined symbol _Z7nowherev");
    }

    @Test
    void whatIsNotThereIsNotFound() {
        assertThatThrownBy(() ->
                        new ExistingInstallation(node).find(new InstalledAt(Place.PREFIX, folder.resolve("none"))))
                .hasMessageContainingAll("has no NIXL in", "no such folder");
        assertThatThrownBy(() -> new ExistingInstallation(node).find(new InstalledAt(Place.FOLDER, sources)))
                .hasMessageContainingAll("has no NIXL in", "no libnixl.so within");
    }

    private static SourceInstall isolated(Origin origin) {
        return new SourceInstall(origin, List.of(), Optional.empty(), false, Optional.empty());
    }

    private Installation install(SourceInstall source) throws Exception {
        return new SourceBuild(
                        node, source, "planted", new LinkerCache(node, etc), folder.resolve("evidence"), console::add)
                .install();
    }

    private void commit() throws Exception {
        git("add", ".");
        git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "--quiet", "-m", "planted");
    }

    private void git(String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of("git"));
        all.addAll(List.of(words));
        Workshop.run(sources, all.toArray(String[]::new));
    }

    private List<String> leftOvers() throws Exception {
        try (Stream<Path> entries = Files.list(folder.resolve("work/environments"))) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.contains("partial"))
                    .toList();
        }
    }
}
