package org.nixlconform.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.cluster.BuiltEngine;
import org.nixlconform.cluster.EngineBundle;
import org.nixlconform.cluster.Node;
import org.nixlconform.cluster.NodeConnection;
import org.nixlconform.cluster.RankAssignment;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.configuration.EnvironmentSpec.NodeChoice;
import org.nixlconform.configuration.FabricSpec;
import org.nixlconform.configuration.FabricSpec.FabricTopology;
import org.nixlconform.configuration.FabricSpec.Provider;
import org.nixlconform.configuration.InstallSpec;
import org.nixlconform.configuration.InstallSpec.InstalledAt;
import org.nixlconform.configuration.InstallSpec.Place;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.plan.Backend;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.Rails;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.TransferPlan;

/** What becomes of what the probe does: its program is planted, so that it dies, hangs and refuses as asked. */
class EnvironmentTest {
    private static final String GOOD = """
            echo 'a library printed this'
            echo '{"library":"l","stub":false,"functions":104,"missing":[],"plugins":["UCX","POSIX"],"backends":{"UCX":\
            {"call":"nixl_capi_create_backend","status":0,"statusName":"SUCCESS","millis":431,"memories":["DRAM_SEG"]}},\
            "mapped":["/usr/lib/libz.so.1","/usr/lib/libfabric.so.1","/x/ucx/libuct_cma.so.0"]}'
            """;

    private static final String REFUSING = """
            echo 'createBackend: unsupported backend' >&2
            echo '{"functions":104,"plugins":["UCX"],"backends":{"UCX":{"status":0},"LIBFABRIC":\
            {"call":"nixl_capi_create_backend","status":-2,"statusName":"BACKEND"}},"mapped":[]}'
            """;

    @TempDir
    Path folder;

    private PlantedNode planted;
    private final List<String> console = new ArrayList<>();
    private final Map<String, String> variables = new LinkedHashMap<>();
    private List<String> backends = List.of("UCX");
    private InstallSpec install = new WheelInstall("nixl-cu12", "1.5.1");
    private NodeChoice nodes = NodeChoice.ALL;
    private Optional<FabricSpec> fabric = Optional.empty();

    @BeforeEach
    void plant() throws Exception {
        planted = new PlantedNode(folder);
        planted.python("python3", "3.11.7", "23.2.1", PlantedNode.INSTALLS);
        planted.program("env", "#!/bin/sh\necho LD_LIBRARY_PATH=/opt/site/lib\n");
    }

    @Test
    void aBackendWithoutPluginIsNotTriedAndKeepsNoOtherFromBeingJudged() throws Exception {
        install = new InstalledAt(Place.FOLDER, folder.resolve("there"));
        backends = List.of("UCX", "LIBFABRIC");
        Path plugins = Files.createDirectories(folder.resolve("there/lib/plugins"));
        Files.writeString(plugins.resolve("libplugin_UCX.so"), "planted");
        Path library = Files.writeString(plugins.resolveSibling("libnixl_capi.so"), "planted");
        Files.writeString(plugins.resolveSibling("libnixl.so"), "planted");

        Environment environment = stage("echo \"asked for $*\" >&2\n" + GOOD);

        assertThat(environment.probeFailure()).isEmpty();
        assertThat(evidence("stderr.txt")).content().endsWith("Main probe " + library + " UCX\n");
        assertThat(environment.obstacle("UCX", environment.nodes())).isEmpty();
        assertThat(FindingRenderer.render(
                        environment.obstacle("LIBFABRIC", environment.nodes()).orElseThrow()))
                .contains("has no plug-in for LIBFABRIC", "no libplugin_LIBFABRIC.so in " + plugins);
        assertThat(environment.version()).isEmpty();
        // The node's own search path stays, behind what the installation needs.
        assertThat(environment.variables()).containsEntry("LD_LIBRARY_PATH", plugins.getParent() + ":/opt/site/lib");
    }

    @Test
    void aBundledLibraryThatIsLoadedInSpiteOfTheFixIsRefused() throws Exception {
        Path efa = folder.resolve("efa");
        Files.writeString(Files.createDirectories(efa.resolve("lib")).resolve("libfabric.so.1"), "planted");
        WheelInstall fixed = new WheelInstall("nixl-cu12", "1.5.1", false, Optional.empty(), Optional.of(efa));
        install = fixed;

        assertThat(stage(GOOD).variables()).containsEntry("LD_LIBRARY_PATH", efa.resolve("lib") + ":/opt/site/lib");
        assertThat(console)
                .anyMatch(line -> line.contains("fix efa: nothing to fix, nixl-cu12 1.5.1 bundles no libfabric"));

        Path bundled = planted.workFolder()
                .resolve("environments")
                .resolve(Digest.ofWheel(fixed, "x86_64"))
                .resolve("nixl.libs/libfabric-0a1b2c3d.so.1.29.0.bundled");
        assertThatThrownBy(() -> stage(GOOD.replace("/usr/lib/libz.so.1", bundled.toString())))
                .isInstanceOf(FindingException.class)
                .hasMessageContainingAll("are loaded on node this-machine in spite of the fix", bundled.toString());
    }

    @Test
    void nodesWithoutGpusButTheFirstAreLeftOutWhereTheFileSaysSo() throws Exception {
        EngineBundle bundle = bundle(GOOD);
        Node head = planted.node(bundle);
        Node other = planted.named("other").node(bundle);
        nodes = NodeChoice.GPU;

        Environment environment =
                Environment.stage(spec(), List.of(head, other), folder.resolve("evidence"), console::add);

        assertThat(environment.nodes()).containsExactly(head);
        assertThat(FindingRenderer.render(
                        environment.obstacle("UCX", List.of(head, other)).orElseThrow()))
                .contains("environment planted is not on node other", "nodes: all");
        nodes = NodeChoice.ALL;
        assertThat(Environment.stage(spec(), List.of(head, other), folder.resolve("evidence"), console::add)
                        .nodes())
                .containsExactly(head, other);
    }

    @Test
    void eachRoleHasTheRailsOfTheFileOrOfTheCaseAsFarAsTheMachineHasThem() throws Exception {
        fabric = Optional.of(new FabricSpec(Provider.SIMULATED_EFA, Optional.empty(), 4, 1, FabricTopology.P4D));
        Environment environment = stage(GOOD);
        EnvironmentPair pair = EnvironmentPair.of(environment);

        assertThat(rails(pair)).containsExactly("4", "1");
        assertThat(rails(pair.on(new Rails(2, 3)))).containsExactly("2", "3");
        assertThat(obstacle(pair, 4, 4)).isEmpty();
        assertThat(FindingRenderer.render(obstacle(pair, 1, 5).orElseThrow()))
                .contains(
                        "environment planted simulates a machine with fewer rails than the case has",
                        "expected : 1 for prefill, 5 for decode",
                        "actual   : at most 4",
                        "/config/environments/planted.yaml");

        fabric = Optional.empty();
        assertThat(FindingRenderer.render(
                        obstacle(EnvironmentPair.of(stage(GOOD)), 1, 1).orElseThrow()))
                .contains("environment planted does not simulate EFA", "actual   : no 'fabric'");
    }

    private static List<String> rails(EnvironmentPair pair) {
        Node node = pair.prefill().nodes().get(0);
        return Stream.of(Role.values())
                .map(role -> pair.of(role).variables(node).getOrDefault("NIXLCONFORM_FABRIC_RAILS", "none"))
                .toList();
    }

    private static Optional<Finding> obstacle(EnvironmentPair pair, int prefill, int decode) {
        Planned planned = PlanDraft.at("here")
                .backend(Backend.LIBFABRIC)
                .rails(prefill, decode)
                .expectIntegrity()
                .plan();
        TransferPlan plan = ((Planned.Possible) planned).plan();
        Node node = pair.prefill().nodes().get(0);
        return pair.obstacle(
                plan,
                new RankAssignment(plan.topology().ranks().stream()
                        .collect(Collectors.toMap(rank -> rank, rank -> new RankAssignment.Place(node, List.of())))));
    }

    @Test
    void aGoodProbeIsDescribed() throws Exception {
        Environment environment = stage(GOOD);

        assertThat(environment.probeFailure()).isEmpty();
        Node node = environment.nodes().get(0);
        assertThat(environment.library(node)).exists().startsWith(environment.folder(node));
        assertThat(lines(environment))
                .contains(
                        "environment=planted",
                        "nixl=nixl-cu12 1.5.1",
                        "functions used=104",
                        "plug-ins=UCX, POSIX",
                        "backend UCX=created in 431 ms, DRAM_SEG",
                        "mapped=/usr/lib/libfabric.so.1, /x/ucx/libuct_cma.so.0");
        assertThat(console).allMatch(line -> line.startsWith("environment planted: "));
    }

    @Test
    void theProbeIsStartedWithLibraryAndBackends() throws Exception {
        backends = List.of("UCX", "LIBFABRIC");
        Environment environment = stage("echo \"$@\" >&2; exit 1");

        assertThat(FindingRenderer.render(environment.probeFailure().orElseThrow()))
                .contains(
                        "Main probe " + environment.library(environment.nodes().get(0)) + " UCX LIBFABRIC");
    }

    @Test
    void variablesOfOursAreSetAndThoseOfTheUserWin() throws Exception {
        variables.put("UCX_TLS", "tcp");
        variables.put("LC_ALL", "C.UTF-8");
        variables.put("SITE_TOKEN", "planted-secret");

        Environment environment =
                stage("echo \"<$UCX_ERROR_SIGNALS> <$UCX_DEBUG_SIGNO> $UCX_TLS $LC_ALL\" >&2\n" + GOOD);

        assertThat(evidence("stderr.txt")).hasContent("<> <> tcp C.UTF-8");
        assertThat(Path.of(environment.variables().get("NIXL_CONFIG_FILE")))
                .content()
                .startsWith("# Empty");
        assertThat(environment.variables())
                .containsEntry("UCX_ERROR_SIGNALS", "")
                .containsEntry("UCX_DEBUG_SIGNO", "");
        assertThat(lines(environment))
                .contains(
                        "variable UCX_ERROR_SIGNALS=(empty), always set",
                        "variable UCX_TLS=tcp, environment file",
                        "variable LC_ALL=C.UTF-8, environment file, in place of ours",
                        "variable SITE_TOKEN=(hidden), environment file",
                        "variable LD_LIBRARY_PATH=/opt/site/lib, inherited from the node");
    }

    @Test
    void eachVariableOfTheFileHasItsReaderAndWhatNobodyReadsIsTold() throws Exception {
        backends = List.of("UCX", "LIBFABRIC");
        variables.put("FI_PROVIDER", "tcp");
        variables.put("FI_EFA_DEV_LIST", "0");
        variables.put("UCX_TSL", "tcp");
        variables.put("NIXL_SKIP_TOPOLOGY_CHECK", "1");
        String fabrics = "\"fabrics\":[{\"file\":\"/usr/lib/libfabric.so.1\",\"version\":\"2.5\","
                + "\"variables\":[\"FI_PROVIDER\"]}],\"mapped\"";

        // The report comes once before libfabric is asked, and once with what it said.
        Environment environment = stage(GOOD
                + "echo 'UCX  WARN  unused environment variable: UCX_TSL (maybe: UCX_TLS?)' >&2\n"
                + GOOD.replace("\"mapped\"", fabrics));

        assertThat(lines(environment))
                .contains("reader of FI_PROVIDER=libfabric 2.5 (/usr/lib/libfabric.so.1)")
                .anyMatch(line -> line.startsWith("reader of FI_EFA_DEV_LIST=set, but nothing in this environment"));
        assertThat(console)
                .filteredOn(line -> line.contains("is set, but nothing in this environment reads it"))
                .hasSize(3)
                .allMatch(line -> line.matches(
                        "environment planted: (FI_EFA_DEV_LIST|UCX_TSL|NIXL_SKIP_TOPOLOGY_CHECK) is set.*"));
        assertThat(environment.probeFailure("UCX")).isEmpty();
    }

    @Test
    void aContradictionIsRefusedBeforeTheProbe() {
        variables.put("UCX_NET_DEVICES", "absent0");

        assertThatThrownBy(() -> stage("echo started > %s\n".formatted(folder.resolve("started")) + GOOD))
                .isInstanceOf(FindingException.class)
                .hasMessageContaining("UCX_NET_DEVICES leaves no device on node this-machine");
        assertThat(folder.resolve("started")).doesNotExist();
    }

    @Test
    void variablesOfTheShellAreNamedWhereTheyAreNotPassedOn() throws Exception {
        NodeConnection connection = BuiltEngine.here(
                Map.of("PATH", planted.bin().toString(), "UCX_TLS", "stray", "NIXL_LOG_LEVEL", "TRACE"), folder);
        variables.put("UCX_TLS", "tcp");

        Environment environment = Environment.stage(
                spec(),
                List.of(PlantedNode.node(connection, bundle(GOOD), planted.workFolder())),
                folder.resolve("evidence"),
                console::add);

        assertThat(lines(environment))
                .contains("variable UCX_TLS=tcp, environment file")
                .contains("variable NIXL_LOG_LEVEL=not passed on: set in the shell, not in the environment file");
        assertThat(console).anyMatch(line -> line.contains("not passed on from the shell: NIXL_LOG_LEVEL (set"));
    }

    @Test
    void aCrashIsAFindingWithItsSignalAndLastCall() throws Exception {
        Finding failure = stage("echo 'calling nixl_capi_create_backend UCX' >&2; kill -SEGV $$")
                .probeFailure("UCX")
                .orElseThrow();

        assertThat(failure.kind()).isEqualTo(FindingKind.ENGINE_DIED);
        assertThat(FindingRenderer.render(failure))
                .contains("signal SIGSEGV, last call nixl_capi_create_backend", "probe-planted");
    }

    /** One that crashes says nothing of the others: they are tried once more, without it. */
    @Test
    void aBackendThatCrashesIsNamedAndKeepsNoOtherFromBeingJudged() throws Exception {
        backends = List.of("UCX", "LIBFABRIC");

        Environment environment = stage("""
                case "$*" in *' LIBFABRIC'*)
                  echo '7f00-7f01 r--p 00000000 fe:00 17    /opt/there/libfabric-0a1b.so.1' > hs_err_7.log
                  echo 'calling nixl_capi_create_backend UCX' >&2
                  echo 'calling nixl_capi_create_backend LIBFABRIC' >&2
                  kill -SEGV $$;;
                esac
                """ + GOOD);

        assertThat(environment.probeFailure("UCX")).isEmpty();
        Finding failure = environment.probeFailure("LIBFABRIC").orElseThrow();
        assertThat(failure.kind()).isEqualTo(FindingKind.ENGINE_DIED);
        assertThat(failure.phase()).contains("backend");
        assertThat(FindingRenderer.render(failure))
                .contains(
                        "the process that created backend LIBFABRIC of environment planted died",
                        "signal SIGSEGV, last call nixl_capi_create_backend",
                        "where    : the probe, phase backend",
                        "mapped   : /opt/there/libfabric-0a1b.so.1")
                // It is not of a wheel of ours.
                .doesNotContain("fix: efa");
        assertThat(evidence("without-LIBFABRIC/stdout.txt")).content().contains("UCX");
    }

    @Test
    void aCrashThatTheJvmReportsIsNamedByItsOwnSignalAndPlace() throws Exception {
        Finding failure = stage("""
                cat >&2 <<'END'
                #
                #  SIGSEGV (0xb) at pc=0x00007f159dee313d, pid=9726, tid=9730
                #
                # Problematic frame:
                # C  [libucp.so+0x113d]  ucp_init_version+0x24
                #
                END
                kill -ABRT $$
                """).probeFailure().orElseThrow();

        assertThat(FindingRenderer.render(failure))
                .contains("actual   : signal SIGSEGV in C [libucp.so+0x113d] ucp_init_version+0x24");
    }

    @Test
    void anExitWithoutAReportIsAFinding() throws Exception {
        Finding failure =
                stage("echo 'terminate called' >&2; exit 134").probeFailure().orElseThrow();

        assertThat(failure.kind()).isEqualTo(FindingKind.ENGINE_DIED);
        assertThat(FindingRenderer.render(failure)).contains("signal SIGABRT", "terminate called");
    }

    @Test
    void aCrashAfterTheReportIsNone() throws Exception {
        assertThat(stage(GOOD + "kill -SEGV $$").probeFailure()).isEmpty();
    }

    @Test
    void aCallThatNeverReturnsIsAFinding() throws Exception {
        EngineBundle bundle = bundle("echo 'calling nixl_capi_create_backend' >&2; while :; do :; done");
        Path evidence = Files.createDirectories(folder.resolve("evidence"));
        Path library = Files.writeString(folder.resolve("libnixl_capi.so"), "");

        Installation installation = new Installation(
                "planted",
                Optional.empty(),
                folder,
                folder.resolve("libnixl.so"),
                Optional.of(library),
                Map.of(),
                Map.of(),
                List.of());

        Finding failure = new Probe(
                        spec(), planted.node(bundle), installation, Map.of(), evidence, Duration.ofMillis(500))
                .run()
                .processFailure()
                .orElseThrow();

        assertThat(failure.kind()).isEqualTo(FindingKind.CALL_NEVER_RETURNED);
        assertThat(FindingRenderer.render(failure))
                .contains("nixl_capi_create_backend did not return", "no answer, killed after 0.");
    }

    @Test
    void aRefusedBackendIsAFindingOfItsOwn() throws Exception {
        backends = List.of("UCX", "LIBFABRIC");
        Environment environment = stage(REFUSING);

        assertThat(environment.probeFailure("UCX")).isEmpty();
        Finding failure = environment.probeFailure("LIBFABRIC").orElseThrow();
        assertThat(environment.probeFailure()).contains(failure);
        assertThat(failure.kind()).isEqualTo(FindingKind.REFUSED);
        assertThat(FindingRenderer.render(failure))
                .contains("backend LIBFABRIC of environment planted cannot be created")
                .contains("status -2 BACKEND", "no libplugin_LIBFABRIC.so in ", "unsupported backend");
    }

    @Test
    void anAgentThatIsRefusedIsAFindingForEveryBackend() throws Exception {
        String refused = "{\"functions\":104,\"refused\":{\"call\":\"nixl_capi_create_agent\",\"status\":-2}}";
        Finding failure = stage("echo '" + refused + "'").probeFailure("UCX").orElseThrow();

        assertThat(failure.kind()).isEqualTo(FindingKind.REFUSED);
        assertThat(FindingRenderer.render(failure)).contains("nixl_capi_create_agent to return 0", "status -2");
    }

    @Test
    void aPluginsMissingLibrariesAreNamed() throws Exception {
        backends = List.of("UCX", "LIBFABRIC");
        planted.python(
                "python3",
                "3.11.7",
                "23.2.1",
                PlantedNode.INSTALLS + "echo > \"$target/.nixl_cu12.mesonpy.libs/plugins/libplugin_LIBFABRIC.so\"\n");
        planted.program("ldd", """
                #!/bin/sh
                case "$1" in
                *LIBFABRIC*) printf '\\tlibfabric.so.1 => not found\\n\\tlibhwloc.so.15 => not found\\n' ;;
                esac
                """);

        assertThat(FindingRenderer.render(
                        stage(REFUSING).probeFailure("LIBFABRIC").orElseThrow()))
                .contains("libplugin_LIBFABRIC.so lacks libfabric.so.1, libhwloc.so.15");
    }

    /** A real library this time: of what is none nothing can be foreseen. */
    @Test
    void aPluginWithoutItsLibrariesIsNotProbedAndOtherBackendsAre() throws Exception {
        backends = List.of("UCX", "LIBFABRIC");
        Path needed = Workshop.library(folder.resolve("gone/libhwloc.so.15"), "", List.of());
        Path plugin = Workshop.library(
                folder.resolve("libplugin_LIBFABRIC.so"), "", List.of(), "-Wl,--no-as-needed", needed.toString());
        Files.delete(needed);
        planted.python(
                "python3",
                "3.11.7",
                "23.2.1",
                PlantedNode.INSTALLS
                        + "cat '%s' > \"$target/.nixl_cu12.mesonpy.libs/plugins/libplugin_LIBFABRIC.so\"\n"
                                .formatted(plugin));

        Environment environment = stage(GOOD);

        assertThat(environment.probeFailure()).isEmpty();
        assertThat(environment.lacksNothing("UCX")).isTrue();
        assertThat(environment.lacksNothing("LIBFABRIC")).isFalse();
        environment.refuseLacking("UCX", environment.nodes());
        assertThatThrownBy(() -> environment.refuseLacking("LIBFABRIC", environment.nodes()))
                .isInstanceOf(FindingException.class)
                .hasMessageContainingAll("hwloc is not found on node this-machine", "libhwloc.so.15, which ");

        backends = List.of("LIBFABRIC");
        assertThatThrownBy(() -> stage(GOOD))
                .isInstanceOf(FindingException.class)
                .hasMessageContaining("hwloc is not found on node this-machine");
    }

    @Test
    void aBackendThatTheProbeForgotIsAFinding() throws Exception {
        backends = List.of("UCX", "LIBFABRIC");

        assertThat(stage(GOOD).probeFailure("LIBFABRIC")).isPresent();
    }

    @Test
    void aLibraryThatCannotBeLoadedIsRefusedBeforeAnyCall() throws Exception {
        planted.program("ldd", "#!/bin/sh\nprintf '\\tlibstdc++.so.6 => not found\\n'\n");

        assertThatThrownBy(() -> stage(GOOD))
                .isInstanceOf(FindingException.class)
                .hasMessageContainingAll("NIXL cannot be loaded", "lacks libstdc++.so.6", "LD_LIBRARY_PATH");
    }

    @Test
    void anErrorThatTheProbeReportsIsRefused() {
        assertThatThrownBy(() -> stage("echo '{\"unloadable\":\"libnixl.so: undefined symbol: planted\"}'; exit 2"))
                .isInstanceOf(FindingException.class)
                .hasMessageContainingAll("NIXL cannot be loaded", "undefined symbol: planted");
    }

    @Test
    void anEngineThatDoesNotStartIsNotBlamedOnNixl() {
        assertThatThrownBy(() -> stage("echo 'Error: Could not find or load main class x' >&2; exit 1"))
                .isInstanceOf(FindingException.class)
                .hasMessageContainingAll("our probe does not start", "mvn -q -pl native process-classes");
    }

    private Environment stage(String program) throws Exception {
        return Environment.stage(
                spec(), List.of(planted.node(bundle(program))), folder.resolve("evidence"), console::add);
    }

    private EngineBundle bundle(String program) throws Exception {
        Path engine = folder.resolve("engine");
        for (String piece : List.of(
                "start",
                "runtime/bin/java",
                "jars/nixlconform-native.jar",
                "lib/libnixlconform.so",
                "lib/libnixlconform_cuda.so",
                "lib/libnixlconform_fabric.so",
                "lib/libnixlconform_fault.so",
                "lib/libnixlconform_shim.so",
                "lib/libnixlconform_simulated_gpu.so",
                "lib/libjnidispatch.so",
                "shim/build.sh",
                "fabric/p4d.xml",
                "fabric/p5.xml")) {
            Files.createDirectories(engine.resolve(piece).getParent());
            Files.writeString(engine.resolve(piece), "#!/bin/sh\n" + program);
            assertThat(engine.resolve(piece).toFile().setExecutable(true)).isTrue();
        }
        return EngineBundle.in(engine);
    }

    private EnvironmentSpec spec() {
        return new EnvironmentSpec(
                "planted",
                Path.of("/config/environments/planted.yaml"),
                install,
                nodes,
                variables,
                backends,
                Map.of(),
                new EnvironmentSpec.AgentSpec(EnvironmentSpec.ProgressThread.AUTO, EnvironmentSpec.ThreadSync.NONE, 0),
                Optional.empty(),
                fabric);
    }

    private Path evidence(String name) {
        return folder.resolve("evidence/probe-planted").resolve(name);
    }

    private static List<String> lines(Environment environment) {
        return environment.properties().stream()
                .map((Fact fact) -> fact.name() + "=" + fact.value())
                .toList();
    }
}
