package org.nixlconform.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nixlconform.configuration.ClusterSpec.MustJudge;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;
import org.nixlconform.configuration.EnvironmentSpec.AgentSpec;
import org.nixlconform.configuration.EnvironmentSpec.ProgressThread;
import org.nixlconform.configuration.EnvironmentSpec.ThreadSync;
import org.nixlconform.configuration.FabricSpec.Provider;
import org.nixlconform.configuration.InstallSpec.InstalledAt;
import org.nixlconform.configuration.InstallSpec.Origin;
import org.nixlconform.configuration.InstallSpec.Place;
import org.nixlconform.configuration.InstallSpec.SourceInstall;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.plan.Attention;
import org.nixlconform.plan.Backend;
import org.nixlconform.plan.DataType;
import org.nixlconform.plan.DeviceCache;
import org.nixlconform.plan.Layout;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.PeerEnd;
import org.nixlconform.plan.Placement;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.StreamOrder;

/** The files that the project ships. */
class ProjectFilesTest {
    private static final Path ROOT = ProjectFolder.find();

    static List<String> clusters() {
        return FileKind.CLUSTER.known(ROOT);
    }

    @Test
    void everyFileOfReferencesIsRead() {
        assertThat(FileKind.REFERENCES.known(ROOT))
                .contains("p5")
                .allSatisfy(
                        name -> assertThat(Configuration.references(name, ROOT)).isPresent());
    }

    static List<String> environments() {
        return FileKind.ENVIRONMENT.known(ROOT);
    }

    @ParameterizedTest
    @MethodSource("clusters")
    void everyClusterFileIsReadWithItsEnvironments(String name) {
        if (name.equals("p5")) {
            assertThatThrownBy(() -> Configuration.cluster(name, ROOT))
                    .hasMessageContainingAll("a mistake", "placeholder 'head.example'");
            return;
        }
        ClusterSpec cluster = Configuration.cluster(name, ROOT);
        assertThat(cluster.name()).isEqualTo(name);
        assertThat(cluster.environments()).allSatisfy(environment -> Configuration.environment(environment, ROOT));
    }

    @ParameterizedTest
    @MethodSource("environments")
    void everyEnvironmentFileIsRead(String name) {
        if (name.equals("nixl-source")) {
            assertThatThrownBy(() -> Configuration.environment(name, ROOT))
                    .hasMessageContainingAll("a mistake", "placeholder 'https://git.example/nixl.git'");
            return;
        }
        assertThat(Configuration.environment(name, ROOT).name()).isEqualTo(name);
    }

    @Test
    void localIsThisMachineWithWhatItHas() {
        UserFolders folders = new UserFolders(Path.of("/home/reader"), Optional.empty());
        assertThat(Configuration.cluster("local", ROOT, folders))
                .isEqualTo(new ClusterSpec(
                        "local",
                        ROOT.resolve("config/clusters/local.yaml"),
                        List.of(NodeSpec.local("localhost")),
                        List.of("nixl-wheel", "libfabric-tcp", "libfabric-simulated-efa"),
                        List.of("seed-v56a", "seed-v56b", "seed-v56c", "ucx-tcp"),
                        1,
                        List.of(new MustJudge("UCX", "PACK", "DRAM"), new MustJudge("LIBFABRIC", "PACK", "DRAM")),
                        Path.of("/home/reader/.cache/nixlconform"),
                        Optional.empty()));
    }

    @Test
    void wheelIsTheCurrentRelease() {
        EnvironmentSpec wheel = Configuration.environment("nixl-wheel", ROOT);
        assertThat(wheel.install()).isEqualTo(new WheelInstall("nixl-cu12", "1.5.1"));
        assertThat(wheel.backends()).containsExactly("UCX");
        assertThat(wheel.agent()).isEqualTo(new AgentSpec(ProgressThread.AUTO, ThreadSync.NONE, 0));
        assertThat(Configuration.environment("nixl-0.10.1", ROOT).install())
                .isEqualTo(new WheelInstall("nixl-cu12", "0.10.1"));
    }

    @Test
    void libfabricRunsOverWhatAMachineWithoutEfaHas() {
        EnvironmentSpec tcp = Configuration.environment("libfabric-tcp", ROOT);
        assertThat(tcp.install()).isEqualTo(new WheelInstall("nixl-cu12", "1.4.0"));
        assertThat(tcp.backends()).containsExactly("LIBFABRIC");
        assertThat(tcp.fabric())
                .contains(new FabricSpec(Provider.TCP, Optional.empty(), 1, 1, FabricSpec.FabricTopology.NONE));
        assertThat(Configuration.environment("libfabric-sockets", ROOT).fabric())
                .contains(new FabricSpec(Provider.SOCKETS, Optional.empty(), 1, 1, FabricSpec.FabricTopology.NONE));
        assertThat(Configuration.environment("libfabric-simulated-efa", ROOT).fabric())
                .contains(
                        new FabricSpec(Provider.SIMULATED_EFA, Optional.empty(), 4, 4, FabricSpec.FabricTopology.NONE));
    }

    /** Keys that are explained in a comment must be keys that there are. */
    @Test
    void environmentFileIsReadWithItsCommentedKeysToo(@TempDir Path folder) throws IOException {
        EnvironmentSpec spec = opened("nixl-wheel", folder, "");
        assertThat(spec.variables()).containsEntry("UCX_TLS", "tcp,cma");
        assertThat(spec.backendParameters().get("UCX")).containsEntry("num_workers", "1");
        assertThat(spec.fabric())
                .contains(new FabricSpec(
                        Provider.SIMULATED_EFA, Optional.of("eth0"), 32, 32, FabricSpec.FabricTopology.P5));
        assertThat(spec.agent())
                .isEqualTo(Configuration.environment("nixl-wheel", ROOT).agent());
        assertThat(spec.install())
                .isEqualTo(new WheelInstall(
                        "nixl-cu12", "1.5.1", true, Optional.of("python3"), Optional.of(Path.of("/opt/amazon/efa"))));

        SourceInstall source =
                (SourceInstall) opened("nixl-source", folder, " *folder: .*").install();
        assertThat(source.bindings()).isTrue();
        assertThat(source.pluginsFrom()).contains(new WheelInstall("nixl-cu12", "1.4.0"));
        assertThat(opened("nixl-source", folder, " *(git|ref): .*").install())
                .extracting(install -> ((SourceInstall) install).origin())
                .isEqualTo(new Origin.Folder(folder.resolveSibling("nixl")));
        assertThat(opened("installed", folder, " *(prefix|python): .*").install())
                .isEqualTo(new InstalledAt(Place.FOLDER, Path.of("/opt/nixl-wheel")));
        assertThat(opened("installed", folder, " *(prefix|folder): .*").install())
                .isEqualTo(new InstalledAt(Place.PYTHON, Path.of("/opt/venv")));
    }

    /** A file of ours with the keys in its comments, but for lines that match, and without its placeholder. */
    private static EnvironmentSpec opened(String name, Path folder, String without) throws IOException {
        String text = Files.readString(ROOT.resolve("config/environments/" + name + ".yaml"));
        String open = text.replaceAll("(?m)^( *)# ( *[a-zA-Z_]+:( |$))", "$1$2")
                .replaceAll("(?m)^" + without + "$", "")
                .replace("git.example", "git.local")
                // For 'fabric', which has no meaning without it.
                .replace("backends: [UCX]", "backends: [UCX, LIBFABRIC]");
        Path file = Files.writeString(folder.resolve("open.yaml"), open);
        return Configuration.environment(file.toString(), folder);
    }

    @Test
    void namesAreThoseOfThePlan() {
        assertThat(Names.BACKENDS).isEqualTo(constants(Backend.values()));
        assertThat(Names.PLACEMENTS).isEqualTo(constants(Placement.values()));
        assertThat(Names.MEMORIES).isEqualTo(constants(MemoryKind.values()));
        assertThat(Names.OPERATIONS).isEqualTo(constants(Operation.values()));
        assertThat(Names.ROLES).isEqualTo(constants(Role.values()));
        assertThat(Names.LAYOUTS).isEqualTo(constants(Layout.values()));
        assertThat(Names.DATA_TYPES).isEqualTo(constants(DataType.values()));
        assertThat(Names.ATTENTIONS).isEqualTo(constants(Attention.values()));
        assertThat(Names.MOMENTS).isEqualTo(constants(PeerEnd.Moment.values()));
        assertThat(Names.STREAM_WORK).isEqualTo(constants(StreamOrder.Work.values()));
        assertThat(Names.DEVICE_CACHES).isEqualTo(constants(DeviceCache.values()));
    }

    @Test
    void knownIssuesAreRead() {
        assertThat(Configuration.knownIssues(ROOT))
                .extracting(KnownIssueSpec::id)
                .contains("ucx-shared-memory-alone");
    }

    /** What the document shows is a file that can be read. */
    @Test
    void theExampleInTheDocumentIsRead(@TempDir Path folder) throws IOException {
        String document = Files.readString(ROOT.resolve("docs/known-issues.md"));
        int begin = document.indexOf("```yaml\n") + "```yaml\n".length();
        Path config = Files.createDirectory(folder.resolve("config"));
        Files.writeString(
                config.resolve("known-issues.yaml"), document.substring(begin, document.indexOf("```", begin)));

        assertThat(Configuration.knownIssues(folder)).singleElement().satisfies(record -> {
            assertThat(record.condition()).isNotEqualTo(KnownIssueSpec.Condition.NONE);
            assertThat(record.signature().log()).isPresent();
            assertThat(record.provider()).isNotEmpty();
        });
    }

    private static List<String> constants(Enum<?>[] values) {
        return Stream.of(values).map(Enum::name).toList();
    }
}
