package org.nixlconform.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.configuration.Configuration;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.FindingException;

/** What is taken along of a planted wheel, and that a node without Python and index has it from there. */
class NixlPartsTest {
    private static final WheelInstall WHEEL = new WheelInstall("nixl-cu12", "1.5.1");
    private static final String DIGEST = Digest.ofWheel(WHEEL, "x86_64");

    /** Beside what every planted wheel has: what UCX needs, what it loads by name, and three files that nobody needs. */
    private static final String INSTALLS = PlantedNode.INSTALLS + """
            mkdir -p "$target/nixl_cu12.libs/ucx" "$target/nixl_cu12.libs/nixl"
            for file in nixl_cu12.libs/libucp-1.so nixl_cu12.libs/ucx/libuct_cuda.so nixl_cu12.libs/ucx/libucx_perftest.so \\
                    nixl_cu12.libs/nixl/libplugin_UCX.so nixl_cu12.libs/libaws-1.so; do
                printf planted > "$target/$file"
                echo "$file,sha256=c,7" >> "$target/nixl_cu12-1.5.1.dist-info/RECORD"
            done
            """;

    private static final String LDD = """
            #!/bin/sh
            case $1 in
            *libplugin_UCX.so) echo "	libucp-1.so => ${1%/*}/../../nixl_cu12.libs/libucp-1.so (0x00007f)" ;;
            esac
            echo "	libcuda.so.1 => not found"
            """;

    @TempDir
    Path folder;

    private final List<String> console = new ArrayList<>();
    private Path carried;

    @BeforeEach
    void place() throws Exception {
        carried = Files.createDirectories(folder.resolve("carried"));
    }

    private static EnvironmentSpec environment(String name) {
        return Configuration.environment(name, Path.of("..").toAbsolutePath().normalize());
    }

    private void take() throws Exception {
        PlantedNode here = new PlantedNode(Files.createDirectories(folder.resolve("here")));
        here.python("python3", "3.11.7", "23.2.1", INSTALLS).program("ldd", LDD);
        NixlParts.take(environment("nixl-wheel"), here.node(), carried, console::add);
    }

    /** A node with {@code tar}, and neither Python nor uv. */
    private PlantedNode there() throws Exception {
        return new PlantedNode(Files.createDirectories(folder.resolve("there")))
                .program("tar", "#!/bin/sh\nPATH=/usr/bin:/bin exec tar \"$@\"\n");
    }

    private Installation install(PlantedNode there) {
        return new WheelInstaller(there.node(), WHEEL, console::add, new CarriedFolders(carried)).install();
    }

    @Test
    void whatIsLoadedAndWhatThatNeedsIsTakenAndNothingElse() throws Exception {
        take();

        Path wheel = carried.resolve(DIGEST);
        try (Stream<Path> files = Files.walk(wheel)) {
            assertThat(files.filter(Files::isRegularFile).map(wheel::relativize).map(Path::toString))
                    .containsExactlyInAnyOrder(
                            InstalledWheel.FILE_NAME,
                            ".nixl_cu12.mesonpy.libs/libnixl_capi.so",
                            ".nixl_cu12.mesonpy.libs/plugins/libplugin_UCX.so",
                            "nixl_cu12.libs/libucp-1.so",
                            "nixl_cu12.libs/ucx/libuct_cuda.so",
                            "nixl_cu12-1.5.1.dist-info/RECORD",
                            "nixl_cu12-1.5.1.dist-info/WHEEL");
        }
        assertThat(carried).isDirectoryContaining(path -> path.endsWith(DIGEST));
        assertThat(console).last().asString().isEqualTo("nixl-cu12 1.5.1: 4 libraries taken along");
    }

    @Test
    void aNodeWithoutPythonHasItFromThereAndReusesIt() throws Exception {
        take();
        PlantedNode there = there();

        Installation first = install(there);
        Installation second = install(there);

        assertThat(second).isEqualTo(first);
        assertThat(first.capi().orElseThrow())
                .isEqualTo(there.workFolder()
                        .resolve("environments")
                        .resolve(DIGEST)
                        .resolve(".nixl_cu12.mesonpy.libs/libnixl_capi.so"))
                .hasContent("planted-library");
        assertThat(first.facts().get(1).value()).contains("by a bundle: 4 libraries of it, for UCX and LIBFABRIC");
        assertThat(console).last().asString().startsWith("nixl-cu12 1.5.1 reused from " + first.folder());
    }

    @Test
    void aFolderOnTheNodeThatWasChangedIsPutThereAnew() throws Exception {
        take();
        PlantedNode there = there();
        Path library = install(there).folder().resolve("nixl_cu12.libs/libucp-1.so");
        Files.delete(library);

        install(there);

        assertThat(library).hasContent("planted");
        assertThat(console).anyMatch(line -> line.contains("libucp-1.so is missing"));
    }

    @Test
    void anEnvironmentThatIsChangedInItsPlaceIsRefused() {
        assertThatThrownBy(() -> NixlParts.take(
                        environment("nixl-0.6.1-efa"), new PlantedNode(folder).node(), carried, console::add))
                .isInstanceOf(FindingException.class)
                .hasMessageContainingAll("NIXL of environment nixl-0.6.1-efa cannot be taken along", "bundle.nixl");
    }

    @Test
    void aPublishedLibraryIsPutThereIfItIsTheOneThatIsKnown() throws Exception {
        PlantedNode there = there();
        Path planted = Files.writeString(folder.resolve("planted"), "a library");
        PublishedLibrary library =
                new PublishedLibrary("libplanted.so.1", new WheelInstall("p", "1"), "p 1", Digest.ofFile(planted));
        Path ours = carried.resolve(
                Digest.of(List.of("library", "libplanted.so.1", "p==1", library.sha256()))); // as it is named on a node
        Files.createDirectories(ours);
        Files.writeString(ours.resolve("libplanted.so.1"), "another library");
        CarriedFolders folders = new CarriedFolders(carried);

        assertThatThrownBy(() -> library.bring(there.node(), console::add, folders))
                .hasMessageContaining("it is another file than the one that is known");
        Files.writeString(ours.resolve("libplanted.so.1"), "a library");

        assertThat(library.bring(there.node(), console::add, folders)).hasContent("a library");
        assertThat(console).isEmpty();
    }
}
