package org.nixlconform.environment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.nixlconform.cluster.AtOnce;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.configuration.EnvironmentSpec.NodeChoice;
import org.nixlconform.configuration.FabricSpec;
import org.nixlconform.configuration.FabricSpec.FabricTopology;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Expectations.AllowedLog;

/** NIXL as it is installed on the nodes, what an engine there needs to load it, and what the probes saw of it. */
public final class Environment {
    private static final String FAULT_PLAN = "NIXLCONFORM_FAULT_PLAN";
    /** The oldest release whose UCX was seen to know {@code UCX_MEM_BISTRO_GRACE_DURATION}; older ones complain of it. */
    private static final String FIRST_WITH_GRACE = "1.3.2";
    /**
     * How long UCX spins after each function that it hooks, 8 of them and with CUDA 15 more. Its own 50 ms are meant for
     * processes that are at work when NIXL is loaded; an engine of ours is not, and would spin for over a second.
     */
    private static final String GRACE = "5ms";

    private final EnvironmentSpec spec;
    private final List<StagedNode> nodes;
    /** Whether engines load what stands in for NIXL's library. */
    private final boolean faulty;

    private final List<Fact> properties;

    private Environment(EnvironmentSpec spec, List<StagedNode> nodes, boolean faulty, List<Fact> properties) {
        this.spec = spec;
        this.nodes = List.copyOf(nodes);
        this.faulty = faulty;
        this.properties = List.copyOf(properties);
    }

    /**
     * The same environment, in which engines load the library that misbehaves on request in place of NIXL's own; it
     * forwards to that.
     *
     * @param plan what it is to do, a file on each node
     */
    public Environment withFaults(Function<Node, Path> plan) {
        return new Environment(
                spec,
                nodes.stream()
                        .map(each ->
                                each.with(FAULT_PLAN, plan.apply(each.node()).toString()))
                        .toList(),
                true,
                properties);
    }

    /** The same environment on so many simulated rails. */
    Environment withRails(int rails) {
        return with(FabricLibraries.RAILS, Integer.toString(rails));
    }

    /**
     * Installs what is not there yet, and probes it, on all nodes that are to have it at the same time.
     *
     * @param cluster its nodes, in the order of its file
     * @param evidence folder for what the probes leave, made if absent
     * @param console takes lines about what is done
     * @throws FindingException when it cannot be installed or loaded on a node, with all that failed; what NIXL did when it
     *     was called is not thrown
     */
    public static Environment stage(EnvironmentSpec spec, List<Node> cluster, Path evidence, Consumer<String> console) {
        List<Node> nodes = chosen(spec, cluster);
        List<StagedNode> staged = AtOnce.each(
                nodes,
                node -> reached(
                        spec,
                        node,
                        () -> StagedNode.stage(
                                spec,
                                node,
                                evidence.toAbsolutePath().resolve(folder(spec, node, nodes)),
                                line -> console.accept(prefix(spec, node, nodes) + line))),
                installed -> {});
        List<Fact> properties = new ArrayList<>(List.of(new Fact("environment", spec.name())));
        properties.addAll(StagedNode.merged(staged));
        return new Environment(spec, staged, false, properties);
    }

    /** The first is where a cluster is begun from: its head. */
    private static List<Node> chosen(EnvironmentSpec spec, List<Node> cluster) {
        return cluster.stream()
                .filter(node -> spec.nodes() == NodeChoice.ALL || node.gpus() > 0 || node.equals(cluster.get(0)))
                .toList();
    }

    /** A node that is gone answers as one that has nothing: that is told, not what came of it. */
    private static StagedNode reached(EnvironmentSpec spec, Node node, Supplier<StagedNode> staging) {
        try {
            StagedNode staged = staging.get();
            if (node.connection().isOpen()) {
                return staged;
            }
        } catch (FindingException refused) {
            if (node.connection().isOpen()) {
                throw refused;
            }
        }
        throw new FindingException(node.lostWhile("environment %s was set up there".formatted(spec.name())));
    }

    private static String folder(EnvironmentSpec spec, Node node, List<Node> nodes) {
        return "probe-" + spec.name() + (nodes.size() == 1 ? "" : "-" + node.name());
    }

    private static String prefix(EnvironmentSpec spec, Node node, List<Node> nodes) {
        return "environment " + spec.name() + (nodes.size() == 1 ? "" : " on " + node.name()) + ": ";
    }

    public String name() {
        return spec.name();
    }

    public EnvironmentSpec spec() {
        return spec;
    }

    private StagedNode on(Node node) {
        return nodes.stream()
                .filter(each -> each.node().equals(node))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("environment " + name() + " is not on " + node));
    }

    /** What NIXL is called, such as {@code nixl-cu12}; of the first node, as the version is. */
    public String distribution() {
        return nodes.get(0).installation().distribution();
    }

    /** Of NIXL; empty where nothing says it. */
    public Optional<String> version() {
        return nodes.get(0).installation().version();
    }

    /** Where it is installed, on the node. */
    public Path folder(Node node) {
        return on(node).installation().folder();
    }

    /** What engines load, on the node: {@code libnixl_capi.so}, or what stands in for it. */
    public Path library(Node node) {
        return faulty ? node.bundle().faultLibrary() : realLibrary(node);
    }

    /** NIXL's own library, on the node, also where another stands in for it. */
    public Path realLibrary(Node node) {
        return on(node).library();
    }

    /** What every engine's process on the node has in its environment on top of what the connection passes on. */
    public Map<String, String> variables(Node node) {
        return on(node).variables().values();
    }

    /**
     * The same for a run of engines that may leave files in a folder there: on simulated EFA each process counts in one of
     * its own what it posts to which rail, and UCX says which transports it takes.
     */
    public Map<String, String> variables(Node node, Path folder) {
        Map<String, String> all = new LinkedHashMap<>(variables(node));
        if (all.containsKey(FabricLibraries.RAILS)) {
            all.put("NIXLCONFORM_FABRIC_COUNTERS", folder.resolve("rails-%p").toString());
        }
        if (spec.backends().contains("UCX")) {
            // A line for each kind of peer, with the transports that it is reached by.
            all.putIfAbsent("UCX_LOG_LEVEL", "info");
            if (version()
                    .filter(version -> InstallFailure.compareVersions(version, FIRST_WITH_GRACE) >= 0)
                    .isPresent()) {
                all.putIfAbsent("UCX_MEM_BISTRO_GRACE_DURATION", GRACE);
            }
        }
        return all;
    }

    /** The same environment with one variable more, or another value of it. */
    public Environment with(String variable, String value) {
        return new Environment(
                spec, nodes.stream().map(each -> each.with(variable, value)).toList(), faulty, properties);
    }

    /** Where it is. */
    public List<Node> nodes() {
        return nodes.stream().map(StagedNode::node).toList();
    }

    /** The same of the first node; others differ only in what the cluster's file says of them. */
    public Map<String, String> variables() {
        return nodes.get(0).variables().values();
    }

    /**
     * What engines say of what the environment is made of, and no case can do about: of the simulation, and of plug-ins of the
     * wheel that it does not use.
     */
    public List<AllowedLog> allowedLog() {
        return allowedLog(spec);
    }

    static List<AllowedLog> allowedLog(EnvironmentSpec spec) {
        List<AllowedLog> allowed = new ArrayList<>();
        // 0.6.1 loads every plug-in of its wheel.
        allowed.add(new AllowedLog(
                "Failed to load plugin (from \\S*/libplugin_|')(?!(%s)['.])\\w"
                        .formatted(String.join("|", spec.backends())),
                "the environment does not use that plug-in"));
        if (spec.fabric().stream().anyMatch(FabricSpec::isWithoutPlaces)) {
            allowed.add(new AllowedLog(
                    "No NICs or GPUs found for grouping|Topology-aware grouping failed, using fallback"
                            + "|Mismatch between hwloc \\(0\\) and libfabric \\(\\d+\\) EFA device counts",
                    "simulated devices of topology none have no place"));
        }
        if (spec.fabric().stream().anyMatch(fabric -> fabric.topology() == FabricTopology.NONE)) {
            // From 1.0.0 to 1.3.2; later releases choose rails by place over EFA alone.
            allowed.add(new AllowedLog(
                    "Could not find EFA devices\\b.* rail selection for DRAM memory type aborted"
                            + "|Using default \\(all\\) rail selection policy for DRAM memory type due to previous errors",
                    "without EFA no device has a place by which rails could be chosen"));
        }
        return allowed;
    }

    /** Variables that were set and that nothing here reads, each once. */
    public List<String> unread() {
        return nodes.stream().flatMap(each -> each.unread().stream()).distinct().toList();
    }

    /** Why a case with a backend cannot be run on some nodes; empty when it can. */
    public Optional<Finding> obstacle(String backend, Collection<Node> ranks) {
        for (Node node : ranks) {
            if (!nodes().contains(node)) {
                return Optional.of(Finding.of(
                                FindingKind.NODE,
                                "environment",
                                "environment %s is not on node %s".formatted(name(), node))
                        .with("expected", "it on every node with ranks of the case")
                        .with("actual", "on " + nodes())
                        .with("where", spec.file())
                        .with("remedy", "write 'nodes: all' there"));
            }
        }
        return nodes.stream()
                .filter(each -> ranks.contains(each.node()))
                .flatMap(each -> each.withoutPlugin(backend).stream())
                .findFirst();
    }

    /**
     * Refuses a backend that lacks something on one of these nodes, which was seen before NIXL was called.
     *
     * @throws FindingException with all that it lacks
     */
    public void refuseLacking(String backend, Collection<Node> ranks) {
        List<Finding> lacking = nodes.stream()
                .filter(each -> ranks.contains(each.node()))
                .flatMap(each -> each.lacking(backend).stream())
                .toList();
        if (!lacking.isEmpty()) {
            throw new FindingException(lacking);
        }
    }

    /** Whether it was proven on all nodes that a backend can be tried. */
    public boolean lacksNothing(String backend) {
        return nodes.stream().allMatch(each -> each.lacking(backend).isEmpty())
                && obstacle(backend, nodes()).isEmpty();
    }

    /** What the probes saw to fail when they called NIXL; of several the first. */
    public Optional<Finding> probeFailure() {
        return nodes.stream().flatMap(each -> each.probeFailure().stream()).findFirst();
    }

    /** The same as far as it concerns one backend. */
    public Optional<Finding> probeFailure(String backend) {
        return nodes.stream()
                .flatMap(each -> each.probeFailure(backend).stream())
                .findFirst();
    }

    /** For the report, in display order. */
    public List<Fact> properties() {
        return properties;
    }
}
