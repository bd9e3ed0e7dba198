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
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.cluster.BuiltEngine;
import org.nixlconform.cluster.Node;
import org.nixlconform.cluster.NodeConnection;
import org.nixlconform.cluster.NodeConnection.InterfaceAddress;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.configuration.EnvironmentSpec.AgentSpec;
import org.nixlconform.configuration.EnvironmentSpec.NodeChoice;
import org.nixlconform.configuration.EnvironmentSpec.ProgressThread;
import org.nixlconform.configuration.EnvironmentSpec.ThreadSync;
import org.nixlconform.configuration.FabricSpec;
import org.nixlconform.configuration.FabricSpec.FabricTopology;
import org.nixlconform.configuration.FabricSpec.Provider;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingRenderer;

/** A plug-in of the test's own, with stand-ins for what it needs; this machine's loader searches. */
class FabricPreflightTest {
    private static final FabricSpec TCP = new FabricSpec(Provider.TCP, Optional.empty(), 1, 1, FabricTopology.NONE);
    private static final FabricSpec SOCKETS =
            new FabricSpec(Provider.SOCKETS, Optional.empty(), 1, 1, FabricTopology.NONE);
    private static final FabricSpec SIMULATED =
            new FabricSpec(Provider.SIMULATED_EFA, Optional.empty(), 4, 4, FabricTopology.NONE);
    private static final FabricSpec ON_P5 =
            new FabricSpec(Provider.SIMULATED_EFA, Optional.empty(), 4, 4, FabricTopology.P5);

    @TempDir
    Path folder;

    private NodeConnection connection;
    private Node node;
    private Path libraries;
    private Path plugin;
    private final List<String> console = new ArrayList<>();
    private final Map<String, String> variables = new HashMap<>();

    @BeforeEach
    void make() throws Exception {
        folder = folder.toRealPath();
        connection = BuiltEngine.here(System.getenv(), folder);
        node = PlantedNode.node(connection, BuiltEngine.bundle(), folder.resolve("work"));
        libraries = folder.resolve("libraries");
        fabric(libraries, 7);
        for (String name : List.of("libhwloc.so.15", "libcudart.so.12", "libcuda.so.1")) {
            Workshop.library(libraries.resolve(name), "", List.of());
        }
        plugin = plugin("-Wl,--as-needed");
        variables.put("LD_LIBRARY_PATH", libraries.toString());
    }

    @AfterEach
    void close() {
        connection.close();
    }

    private static Path fabric(Path folder, int newest) throws Exception {
        List<String> versions = new ArrayList<>();
        for (int version = 0; version <= newest; version++) {
            versions.add("FABRIC_1." + version);
        }
        return Workshop.library(folder.resolve("libfabric.so.1"), "", versions);
    }

    private Path plugin(String option) throws Exception {
        return Workshop.library(
                folder.resolve("nixl/plugins/libplugin_LIBFABRIC.so"),
                "extern void fabric_1_7(void);\nvoid call(void) { fabric_1_7(); }\n",
                List.of(),
                option,
                "-Wl,--no-as-needed",
                libraries.resolve("libfabric.so.1").toString(),
                libraries.resolve("libhwloc.so.15").toString(),
                libraries.resolve("libcudart.so.12").toString(),
                libraries.resolve("libcuda.so.1").toString());
    }

    @Test
    void whatIsInPlaceIsToldAndNotRefused() {
        FabricPreflight.Outcome outcome = check(TCP);

        assertThat(outcome.failures()).isEmpty();
        assertThat(lines(outcome))
                .contains(
                        "libfabric=" + libraries.resolve("libfabric.so.1") + ", by LD_LIBRARY_PATH",
                        "libfabric symbols=FABRIC_1.7 needed, FABRIC_1.7 defined",
                        "libhwloc=" + libraries.resolve("libhwloc.so.15") + ", by LD_LIBRARY_PATH",
                        "libcudart=" + libraries.resolve("libcudart.so.12") + ", by LD_LIBRARY_PATH");
    }

    @Test
    void anOlderLibfabricIsRefusedWithTheFileThatWouldBeLoaded() throws Exception {
        Path old = fabric(folder.resolve("old"), 6);
        variables.put("LD_LIBRARY_PATH", old.getParent() + ":" + libraries);

        assertThat(refusal(TCP))
                .containsExactly("environment: libfabric of node this-machine is too old for the LIBFABRIC plug-in");
        assertThat(rendered(TCP))
                .contains(
                        "FABRIC_1.7, which " + plugin + " needs",
                        "FABRIC_1.6 is the newest that it defines",
                        "where    : " + old,
                        "chosen   : by LD_LIBRARY_PATH",
                        "planted.yaml");
    }

    @Test
    void anAbsentLibraryIsRefusedByItsName() throws Exception {
        Files.delete(libraries.resolve("libhwloc.so.15"));

        assertThat(refusal(TCP))
                .containsExactly(
                        "environment: hwloc is not found on node this-machine, and the LIBFABRIC plug-in needs it");
        assertThat(rendered(TCP)).contains("libhwloc.so.15, which " + plugin + " needs", "apt-get install libhwloc15");
    }

    @Test
    void everyAbsentLibraryIsToldAtOnce() throws Exception {
        for (String name : List.of("libfabric.so.1", "libhwloc.so.15", "libcudart.so.12", "libcuda.so.1")) {
            Files.delete(libraries.resolve(name));
        }

        assertThat(check(TCP).failures()).hasSize(4);
        assertThat(refusal(TCP)).anyMatch(line -> line.contains("the CUDA runtime is not found"));
    }

    /** Also where the environment asks for nothing, as on a cluster with EFA. */
    @Test
    void anEnvironmentWithoutAFabricIsCheckedToo() throws Exception {
        Files.delete(libraries.resolve("libcudart.so.12"));

        assertThat(refusal(null)).singleElement().asString().contains("the CUDA runtime is not found");
    }

    @Test
    void thePluginsOwnPathComesBeforeOrAfterThatOfTheVariable() throws Exception {
        Path own = fabric(folder.resolve("nixl/own"), 7);
        plugin("-Wl,--disable-new-dtags,-rpath,$ORIGIN/../own");
        assertThat(lines(check(TCP)))
                .contains("libfabric=" + own + ", by the plug-in's own RPATH, which comes before LD_LIBRARY_PATH");

        plugin("-Wl,--enable-new-dtags,-rpath,$ORIGIN/../own");
        assertThat(lines(check(TCP)))
                .contains("libfabric=" + libraries.resolve("libfabric.so.1") + ", by LD_LIBRARY_PATH");
        Files.delete(libraries.resolve("libfabric.so.1"));
        assertThat(lines(check(TCP)))
                .contains(
                        "libfabric=" + own + ", by the plug-in's own RUNPATH, as no folder of LD_LIBRARY_PATH has it");
    }

    @Test
    void anInterfaceThatCannotSendIsRefused() {
        variables.put("FI_PROVIDER", "tcp");
        variables.put("FI_TCP_IFACE", "lo");
        assertThat(rendered(TCP))
                .contains(
                        "LIBFABRIC cannot send through lo of node this-machine",
                        "lo has no address that others reach",
                        "FI_TCP_IFACE=lo, for environment planted");

        variables.put("FI_TCP_IFACE", "planted0");
        assertThat(rendered(TCP)).contains("the node has no planted0");

        variables.put("FI_PROVIDER", "sockets");
        assertThat(check(SOCKETS).failures()).isEmpty();
        variables.put("FI_SOCKETS_IFACE", "planted0");
        assertThat(rendered(SOCKETS)).contains("FI_SOCKETS_IFACE=planted0, for environment planted");

        // Of a provider that does not read it.
        variables.put("FI_PROVIDER", "efa");
        assertThat(check(TCP).failures()).isEmpty();
    }

    @Test
    void anotherLibfabricThanThatOfTheSimulationIsRefused() {
        variables.put("NIXLCONFORM_FABRIC_RAILS", "4");

        assertThat(rendered(SIMULATED))
                .contains(
                        "another libfabric than that of the simulated EFA",
                        "expected : " + node.bundle().fabricLibrary(),
                        "actual   : " + libraries.resolve("libfabric.so.1"));
    }

    @Test
    void anotherLibfabricThanForeseenIsRefusedWhenItIsMapped() {
        FabricPreflight.Outcome outcome = check(TCP);
        String foreseen = libraries.resolve("libfabric.so.1").toString();

        outcome.refuseOther(node, List.of("/usr/lib/libc.so.6", foreseen));
        assertThatThrownBy(() -> outcome.refuseOther(node, List.of("/usr/lib/libc.so.6", "/other/libfabric.so.1")))
                .isInstanceOf(FindingException.class)
                .hasMessageContainingAll(
                        "another libfabric is loaded on node this-machine than its loader leads to",
                        "expected : " + foreseen,
                        "actual   : [/other/libfabric.so.1]");
    }

    /** An interface of the data address comes first, then that of the default route. */
    @Test
    void interfacesWithoutAnAddressForOthersAreNotChosen() {
        NodeInterfaces interfaces = new NodeInterfaces(
                node,
                List.of(
                        new InterfaceAddress("lo", "127.0.0.1"),
                        new InterfaceAddress("planted0", "fe80:0:0:0:1:2:3:4"),
                        new InterfaceAddress("planted1", "169.254.1.1"),
                        new InterfaceAddress("planted2", "192.0.2.1"),
                        new InterfaceAddress("planted2", "2001:db8:0:0:0:0:0:1"),
                        new InterfaceAddress("planted3", "198.51.100.1")));

        assertThat(interfaces.usable()).containsExactly("planted2", "planted3");
        assertThat(interfaces.chosen().orElseThrow().name()).isEqualTo("planted2");
        assertThat(interfaces.obstacle("planted3")).isEmpty();
        assertThat(new NodeInterfaces(node, List.of()).chosen()).isEmpty();
    }

    /** What is there is used: only the provider and an interface are added. */
    @Test
    void nothingIsBroughtWhereTheNodeHasAll() {
        Installation completed = FabricLibraries.completed(spec(TCP), node, installation(), variables, console::add);

        assertThat(completed.variables())
                .containsEntry("FI_PROVIDER", "tcp")
                .containsOnlyKeys("FI_PROVIDER", "FI_TCP_IFACE");
        assertThat(FabricLibraries.completed(spec(SOCKETS), node, installation(), variables, console::add)
                        .variables())
                .containsEntry("FI_PROVIDER", "sockets")
                .containsOnlyKeys("FI_PROVIDER", "FI_SOCKETS_IFACE");
        assertThat(console).isEmpty();
        assertThat(folder.resolve("work")).doesNotExist();
    }

    @Test
    void simulatedDevicesComeInFrontOfTheNodesLibfabric() {
        Installation completed =
                FabricLibraries.completed(spec(SIMULATED), node, installation(), variables, console::add);

        assertThat(completed.variables())
                .containsEntry(
                        "NIXLCONFORM_FABRIC_REAL",
                        libraries.resolve("libfabric.so.1").toString())
                .containsEntry("NIXLCONFORM_FABRIC_RAILS", "4")
                .containsEntry("NIXLCONFORM_FABRIC_TOPOLOGY", "none")
                .containsKey("NIXLCONFORM_FABRIC_INTERFACE")
                .doesNotContainKeys("FI_PROVIDER", "HWLOC_XMLFILE");
        Path first = Path.of(completed.variables().get("LD_LIBRARY_PATH"));
        assertThat(new NodeFiles(connection).linkTarget(first.resolve("libfabric.so.1")))
                .contains(node.bundle().fabricLibrary().toString());
        assertThat(completed.facts().toString()).contains("simulated EFA, 4 rails");
    }

    /** A plug-in with an RPATH finds what lies there whatever LD_LIBRARY_PATH says; wheels may have a second copy without. */
    @Test
    void simulatedDevicesComeInFrontOfWhatAWheelBundles() throws Exception {
        Path own = fabric(folder.resolve("nixl/own"), 7);
        plugin("-Wl,--disable-new-dtags,-rpath,$ORIGIN/../own");
        assertThat(refusalOfCompleted())
                .contains(
                        "by the plug-in's own RPATH",
                        "let NIXL_PLUGIN_DIR lead to a copy of the plug-in without RPATH");

        Path first = Files.move(plugin, folder.resolve("with-rpath.so"));
        plugin("-Wl,--as-needed");
        Path copies = Files.createDirectories(own.resolveSibling("nixl"));
        Files.move(plugin, copies.resolve("libplugin_LIBFABRIC.so"));
        Files.move(first, plugin);

        assertThat(refusalOfCompleted()).isEmpty();
        assertThat(FabricLibraries.completed(spec(SIMULATED), node, installation(), variables, console::add)
                        .variables())
                .containsEntry("NIXL_PLUGIN_DIR", copies.toString())
                .containsEntry(
                        "NIXLCONFORM_FABRIC_REAL",
                        libraries.resolve("libfabric.so.1").toString());
        assertThat(FabricLibraries.completed(spec(TCP), node, installation(), variables, console::add)
                        .variables())
                .as("the bundled one serves tcp as it is")
                .doesNotContainKey("NIXL_PLUGIN_DIR");
    }

    /** What the preflight says of an environment on simulated EFA with all that it is given. */
    private String refusalOfCompleted() {
        Installation completed =
                FabricLibraries.completed(spec(SIMULATED), node, installation(), variables, console::add);
        Map<String, String> given = new HashMap<>(variables);
        completed
                .variables()
                .forEach((name, value) -> given.merge(
                        name, value, (others, ours) -> name.equals("LD_LIBRARY_PATH") ? ours + ":" + others : ours));
        return FindingRenderer.render(
                FabricPreflight.of(spec(SIMULATED), node, completed, given).failures());
    }

    /** The simulation says of itself that it is one; a plug-in of the environment's own that does not load is no such thing. */
    @Test
    void whatTheSimulationMakesEnginesSayIsAllowed() {
        assertThat(allowed(SIMULATED, "libfabric_topology.cpp:499] No NICs or GPUs found for grouping"))
                .isTrue();
        assertThat(allowed(SIMULATED, "Mismatch between hwloc (0) and libfabric (4) EFA device counts"))
                .isTrue();
        assertThat(allowed(SIMULATED, "Mismatch between hwloc (4) and libfabric (2) EFA device counts"))
                .isFalse();
        assertThat(allowed(TCP, "No NICs or GPUs found for grouping")).isFalse();

        for (String line : List.of(
                "Could not find EFA devices, rail selection for DRAM memory type aborted",
                "Could not find EFA devices connected to any PCIe switch, NUMA-aware rail selection for DRAM memory type aborted",
                "Using default (all) rail selection policy for DRAM memory type due to previous errors")) {
            assertThat(allowed(TCP, line)).isTrue();
            assertThat(allowed(SIMULATED, line)).isTrue();
            assertThat(allowed(ON_P5, line)).isFalse();
        }
        assertThat(allowed(
                        SIMULATED,
                        "Could not deduce average EFA device line bandwidth, NUMA-aware rail selection for DRAM memory type"
                                + " aborted"))
                .isFalse();

        for (String line : List.of("from /wheel/nixl/libplugin_%s.so: undefined symbol", "'%s' from any directory")) {
            String text = "E1122 nixl_plugin_manager.cpp:122] Failed to load plugin " + line;
            assertThat(allowed(TCP, text.formatted("GPUNETIO"))).isTrue();
            assertThat(allowed(TCP, text.formatted("LIBFABRIC"))).isFalse();
        }
    }

    private static boolean allowed(FabricSpec fabric, String line) {
        return Environment.allowedLog(spec(fabric)).stream()
                .anyMatch(allowed ->
                        Pattern.compile(allowed.pattern()).matcher(line).find());
    }

    /** One that is too old for the plug-in is not taken; what others are is asked of the package index. */
    @Test
    void aWheelWithAnotherLibraryIsRefused() throws Exception {
        Path nodes = Files.createDirectories(folder.resolve("node"));
        PlantedNode planted = new PlantedNode(nodes)
                .program("python3", """
                        #!/bin/sh
                        if [ "$1" = -c ]; then printf '3.11.7\\n23.2.1\\n'; exit; fi
                        while [ "$1" != --prefix ]; do shift; done
                        mkdir -p "$2/lib/mpich"
                        printf planted > "$2/lib/mpich/libfabric.so.1"
                        """)
                .program("ldd", "#!/bin/sh\nprintf '\\tlibfabric.so.1 => not found\\n'\n");

        assertThatThrownBy(() ->
                        FabricLibraries.completed(spec(TCP), planted.node(), installation(), Map.of(), console::add))
                .isInstanceOf(FindingException.class)
                .hasMessageContainingAll(
                        "mpich 5.0.2 of the package index is not the one that is known",
                        "libfabric.so.1 with sha256 774cf3f9");
        assertThat(console).containsExactly("fetching libfabric.so.1 from mpich==5.0.2 with pip 23.2.1, Python 3.11.7");
    }

    private FabricPreflight.Outcome check(@Nullable FabricSpec fabric) {
        return FabricPreflight.of(spec(fabric), node, installation(), variables);
    }

    private List<String> refusal(@Nullable FabricSpec fabric) {
        return check(fabric).failures().stream()
                .map(finding -> finding.subject() + ": " + finding.headline())
                .toList();
    }

    private String rendered(FabricSpec fabric) {
        return FindingRenderer.render(check(fabric).failures());
    }

    private static List<String> lines(FabricPreflight.Outcome outcome) {
        return outcome.facts().stream()
                .map(fact -> fact.name() + "=" + fact.value())
                .toList();
    }

    private Installation installation() {
        Path core = folder.resolve("nixl/libnixl.so");
        return new Installation(
                "nixl-cu12",
                Optional.of("1.4.0"),
                folder.resolve("nixl"),
                core,
                Optional.of(core),
                Map.of(),
                Map.of(),
                List.of());
    }

    private static EnvironmentSpec spec(@Nullable FabricSpec fabric) {
        return new EnvironmentSpec(
                "planted",
                Path.of("/config/environments/planted.yaml"),
                new WheelInstall("nixl-cu12", "1.4.0"),
                NodeChoice.ALL,
                Map.of(),
                List.of("LIBFABRIC"),
                Map.of(),
                new AgentSpec(ProgressThread.AUTO, ThreadSync.NONE, 0),
                Optional.empty(),
                Optional.ofNullable(fabric));
    }
}
