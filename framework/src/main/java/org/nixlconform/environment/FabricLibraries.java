package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.configuration.FabricSpec;
import org.nixlconform.configuration.FabricSpec.FabricTopology;
import org.nixlconform.configuration.FabricSpec.Provider;
import org.nixlconform.environment.FabricPlugin.Need;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/**
 * Gives the LIBFABRIC plug-in what {@code fabric} of an environment asks for: the libraries that it needs beside NIXL, those
 * of the node first, and the variables that lead it to them and to an interface. A folder of ours holds links to what the
 * loader would not find by itself.
 */
final class FabricLibraries {
    /** Set where rails of EFA are simulated; engines of decode may get another value than those of prefill. */
    static final String RAILS = "NIXLCONFORM_FABRIC_RAILS";

    /** Plants a fault in them. */
    static final String FAULT = "NIXLCONFORM_FABRIC_FAULT";

    /** What a fault begins with that leaves a rail idle. */
    static final String IDLE_RAIL = "idle:";

    /** What our library in front of libfabric asks of the one behind it. */
    private static final Set<String> NEEDED_BEHIND_OURS = Set.of("FABRIC_1.7");

    /** Of EFA's installer, of builds, of CUDA: the loader's cache may not know them. */
    private static final List<Path> USUAL_FOLDERS = Stream.of(
                    "/opt/amazon/efa/lib64",
                    "/opt/amazon/efa/lib",
                    "/usr/local/lib",
                    "/usr/local/lib64",
                    "/usr/local/cuda/lib64")
            .map(Path::of)
            .toList();

    private final FabricSpec fabric;
    private final Node node;
    private final FabricPlugin plugin;
    private final Consumer<String> console;
    /** By the name that the plug-in needs them by. */
    private final Map<String, Path> links = new LinkedHashMap<>();

    private final Map<String, String> variables = new LinkedHashMap<>();
    private final List<Fact> facts = new ArrayList<>();

    private FabricLibraries(FabricSpec fabric, FabricPlugin plugin, Consumer<String> console) {
        this.fabric = fabric;
        this.node = plugin.node();
        this.plugin = plugin;
        this.console = console;
    }

    /**
     * The installation with what it lacks for the plug-in; as it is where the environment's file names no fabric or there is
     * no plug-in.
     *
     * @param searched the variables of a process that would load it as it is
     * @throws FindingException when something cannot be fetched, or the node has no interface to send through
     */
    static Installation completed(
            EnvironmentSpec spec,
            Node node,
            Installation installation,
            Map<String, String> searched,
            Consumer<String> console) {
        Optional<FabricPlugin> plugin = FabricPlugin.of(node, installation, searched);
        if (spec.fabric().isEmpty() || plugin.isEmpty()) {
            return installation;
        }
        FabricSpec fabric = spec.fabric().get();
        FabricPlugin led =
                fabric.provider() == Provider.SIMULATED_EFA ? plugin.get().withoutPathOfItsOwn(searched) : plugin.get();
        try {
            return new FabricLibraries(fabric, led, console).added(installation, led != plugin.get());
        } catch (IOException e) {
            throw new FindingException(
                    Finding.of(
                                    FindingKind.PREREQUISITE,
                                    "environment",
                                    "what LIBFABRIC needs cannot be put on node " + node.name())
                            .with("actual", e)
                            .with("where", node.workFolder())
                            .with("node", node.name())
                            .with("remedy", "make the folder writable, or choose another work folder"),
                    e);
        }
    }

    private Installation added(Installation installation, boolean otherCopy) throws IOException {
        interfaceChosen();
        if (otherCopy) {
            variables.put(Plugins.FOLDER_VARIABLE, String.valueOf(plugin.file().getParent()));
            facts.add(new Fact(
                    "plug-ins from", plugin.file().getParent() + ", as those beside libnixl.so have an RPATH"));
        }
        for (Need need : Need.values()) {
            Optional<String> name = plugin.name(need);
            if (name.isPresent()) {
                if (need == Need.LIBFABRIC) {
                    libfabric(name.get());
                } else if (plugin.file(need).isEmpty()) {
                    other(need, name.get());
                }
            }
        }
        Map<String, String> all = new LinkedHashMap<>(installation.variables());
        all.putAll(variables);
        if (!links.isEmpty()) {
            EngineVariables.searchFirst(all, LinkFolder.of(node, "fabric", links));
        }
        List<Fact> more = new ArrayList<>(installation.facts());
        more.addAll(facts);
        return installation.with(all, more);
    }

    private void interfaceChosen() {
        NodeInterfaces interfaces = NodeInterfaces.of(node);
        NodeInterfaces.Choice choice = fabric.interfaceName()
                .map(name -> new NodeInterfaces.Choice(name, "as the file says"))
                .or(interfaces::chosen)
                .orElseThrow(() -> new FindingException(Finding.of(
                                FindingKind.PREREQUISITE,
                                "environment",
                                "node %s has no network interface that LIBFABRIC can use".formatted(node.name()))
                        .with("expected", "one that is up and has an address, other than lo")
                        .with("actual", interfaces.addresses())
                        .with("node", node.name())
                        .with("remedy", "give an interface of the node an address (ip address add ... dev ...)")));
        boolean simulated = fabric.provider() == Provider.SIMULATED_EFA;
        if (simulated) {
            variables.put(RAILS, Integer.toString(fabric.prefillRails()));
            variables.put("NIXLCONFORM_FABRIC_TOPOLOGY", fabric.topology().label());
            if (fabric.topology() != FabricTopology.NONE) {
                variables.put(
                        "HWLOC_XMLFILE",
                        node.bundle().fabricTopology(fabric.topology().label()).toString());
            }
        } else {
            variables.put("FI_PROVIDER", fabric.provider().ofLibfabric());
        }
        variables.put(fabric.provider().interfaceVariable(), choice.name());
        facts.add(new Fact("fabric", fabric.described()));
        facts.add(new Fact("interface", "%s, %s".formatted(choice.name(), choice.why())));
        if (simulated) {
            facts.add(new Fact("throughput", "not judged: simulated EFA says nothing of a speed"));
        }
    }

    private void libfabric(String name) throws IOException {
        boolean simulated = fabric.provider() == Provider.SIMULATED_EFA;
        Set<String> wanted = simulated ? NEEDED_BEHIND_OURS : plugin.neededVersions();
        Optional<Path> own = Stream.concat(
                        plugin.file(Need.LIBFABRIC).stream(),
                        USUAL_FOLDERS.stream().map(folder -> folder.resolve("libfabric.so.1")))
                .filter(candidate -> plugin.definesAll(candidate, wanted))
                .findFirst();
        Optional<Path> real = own.isPresent() ? own : published("libfabric.so.1");
        if (real.isEmpty()) {
            return;
        }
        if (simulated || !plugin.isServedBy(real.get())) {
            links.put(name, node.bundle().fabricLibrary());
            variables.put("NIXLCONFORM_FABRIC_REAL", real.get().toString());
            facts.add(new Fact(
                    "libfabric behind ours",
                    simulated
                            ? real.get().toString()
                            : "%s, which lacks symbol versions that the plug-in needs".formatted(real.get())));
        } else if (!real.equals(plugin.file(Need.LIBFABRIC))) {
            links.put(name, real.get());
        }
    }

    private void other(Need need, String name) throws IOException {
        Optional<Path> own = usual(node, name);
        Optional<Path> chosen = own.isPresent() ? own : published(name);
        if (chosen.isEmpty() && need == Need.CUDA_DRIVER) {
            chosen = Optional.of(node.bundle().cudaStandIn());
            facts.add(new Fact(
                    name + " stands in", "the node has no NVIDIA driver; every call says that there is no GPU"));
        }
        chosen.ifPresent(file -> links.put(name, file));
    }

    /** The node's own library of that name, where libraries are put that the loader's cache may not know. */
    static Optional<Path> usual(Node node, String name) {
        NodeFiles files = new NodeFiles(node.connection());
        return USUAL_FOLDERS.stream()
                .map(folder -> folder.resolve(name))
                .filter(file -> files.sizeBytes(file) >= 0)
                .findFirst();
    }

    private Optional<Path> published(String name) throws IOException {
        Optional<PublishedLibrary> library = PublishedLibrary.of(name, node);
        if (library.isEmpty()) {
            return Optional.empty();
        }
        Path file = library.get().bring(node, console);
        facts.add(new Fact(name + " fetched", library.get().described() + ", as the node has none that fits"));
        return Optional.of(file);
    }
}
