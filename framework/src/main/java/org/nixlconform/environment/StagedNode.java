package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.nixlconform.cluster.Command;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.message.FindingRenderer;

/**
 * An environment on one node.
 *
 * @param installation with a C interface, its own or ours
 * @param fabric what was found for the LIBFABRIC plug-in; that was not probed where something fails
 * @param readings of the variables that the environment's file and the node's part of the cluster's file set
 */
record StagedNode(
        Node node,
        Installation installation,
        EngineVariables variables,
        FabricPreflight.Outcome fabric,
        Probe.Outcome probe,
        List<VariableReaders.Reading> readings) {
    private static final Duration PROBE_DEADLINE = Duration.ofSeconds(60);
    private static final Duration SHORT_DEADLINE = Duration.ofSeconds(10);
    private static final int LIBRARY_LIMIT_BYTES = 8 << 20;
    private static final String EMPTY = "# Empty: settings come from the environment file alone.\n";
    /** Of some hundred mapped files, those that decide how data moves; all are in the probe's evidence. */
    private static final Pattern TELLING =
            Pattern.compile("lib(nixl|plugin_|uc[mpst][-_.]|fabric|efa|ibverbs|rdmacm|mlx5|cuda|cudart|hwloc).*");

    /**
     * Installs what is not there yet, and probes it.
     *
     * @param evidence folder for what the probe leaves, made if absent
     * @param console takes lines about what is done
     * @throws FindingException when it cannot be installed or loaded; what NIXL did when it was called is not thrown
     */
    static StagedNode stage(EnvironmentSpec spec, Node node, Path evidence, Consumer<String> console) {
        Installation provided = new Provisioning(spec, node, evidence, console).provide();
        CapiShim shim = new CapiShim(spec, node, console);
        Installation completed = shim.completed(provided);
        String inherited =
                node.connection().run(Command.of("env"), SHORT_DEADLINE).stdout();
        EnvironmentSpec here = spec.withVariables(node.spec().variables());
        VariableContradictions.refuse(here, node);
        Path empty = prepare(node, evidence);
        Function<Installation, EngineVariables> variablesOf =
                each -> EngineVariables.of(here, empty, each.variables(), node.connection(), inherited);
        Installation withCuda = CudaRuntime.completed(
                spec, node, completed, variablesOf.apply(completed).forLoader(inherited), console);
        Installation installation = FabricLibraries.completed(
                spec, node, withCuda, variablesOf.apply(withCuda).forLoader(inherited), console);
        EngineVariables variables = variablesOf.apply(installation);
        announceDropped(here, node, console);
        FabricPreflight.Outcome fabric = FabricPreflight.of(spec, node, installation, variables.forLoader(inherited));
        Set<String> unprobed = new HashSet<>(installation.withoutPlugin().keySet());
        if (!fabric.failures().isEmpty()) {
            unprobed.add(FabricPlugin.BACKEND);
            if (unprobed.containsAll(spec.backends())) {
                throw new FindingException(fabric.failures());
            }
            console.accept(FindingRenderer.render(fabric.failures()));
        }
        EnvironmentSpec probed = spec.withoutBackends(unprobed);
        Probe.Outcome probe = new Probe(probed, node, installation, variables.values(), evidence, PROBE_DEADLINE).run();
        refuseBundled(spec, node, installation, probe);
        probe.created(FabricPlugin.BACKEND).ifPresent(report -> fabric.refuseOther(node, report.mapped()));
        if (provided.capi().isEmpty()) {
            probe.report().ifPresent(report -> shim.refuseOtherCore(installation, report.mapped()));
        }
        List<String> withPlugin =
                spec.withoutBackends(installation.withoutPlugin().keySet()).backends();
        VariableReaders readers = new VariableReaders(
                VariableTable.read(), withPlugin, installation.version(), variables.values(), probe);
        List<VariableReaders.Reading> readings = readers.of(here.variables().keySet());
        VariableReaders.announce(readings, console);
        return new StagedNode(node, installation, variables, fabric, probe, readings);
    }

    /** What a link points to is not yet what a process loads. */
    private static void refuseBundled(EnvironmentSpec spec, Node node, Installation installation, Probe.Outcome probe) {
        boolean fixed = spec.install() instanceof WheelInstall wheel
                && wheel.efaPrefix().isPresent();
        List<String> bundled = !fixed || probe.report().isEmpty()
                ? List.of()
                : EfaFix.stillBundled(installation, probe.report().get().mapped()).stream()
                        // Where a libfabric stood in for EFA's, the others of the wheel stay.
                        .filter(file ->
                                spec.fabric().isEmpty() || fileName(file).startsWith("libfabric"))
                        .toList();
        if (!bundled.isEmpty()) {
            throw new FindingException(Finding.of(
                            FindingKind.PREREQUISITE,
                            "environment",
                            "the wheel's own libraries for EFA are loaded on node %s in spite of the fix"
                                    .formatted(node.name()))
                    .with("expected", "those of the node alone")
                    .with("actual", "mapped by the probe: " + String.join(", ", bundled))
                    .with("node", node.name())
                    .with("remedy", "look for LD_LIBRARY_PATH and LD_PRELOAD in " + spec.file()));
        }
    }

    /** Makes the probe's folder and, where it is not there yet, NIXL's empty configuration file; gives the latter. */
    private static Path prepare(Node node, Path evidence) {
        Path configuration = node.workFolder().resolve("environments").resolve("empty-nixl.cfg");
        try {
            Files.createDirectories(evidence);
            if (!node.connection().readText(configuration).equals(Optional.of(EMPTY))) {
                new NodeFiles(node.connection()).write(configuration, EMPTY);
            }
            return configuration;
        } catch (IOException e) {
            throw new FindingException(
                    Finding.of(FindingKind.PREREQUISITE, "environment", "a file of ours cannot be written")
                            .with("actual", e)
                            .with("where", configuration + " on " + node + ", " + evidence),
                    e);
        }
    }

    private static void announceDropped(EnvironmentSpec spec, Node node, Consumer<String> lines) {
        List<String> dropped = node.connection().droppedVariables().stream()
                .filter(name -> !spec.variables().containsKey(name))
                .toList();
        if (!dropped.isEmpty()) {
            lines.accept("not passed on from the shell: %s (set what a run needs in %s)"
                    .formatted(String.join(", ", dropped), spec.file().getFileName()));
        }
    }

    /** What engines load: the installation's own {@code libnixl_capi.so}, or what stands in for it. */
    Path library() {
        return installation.capi().orElseThrow();
    }

    StagedNode with(String variable, String value) {
        return new StagedNode(node, installation, variables.with(variable, value), fabric, probe, readings);
    }

    Optional<Finding> probeFailure() {
        return probe.processFailure()
                .or(() -> probe.backendFailures().values().stream().findFirst());
    }

    Optional<Finding> probeFailure(String backend) {
        return probe.processFailure()
                .or(() -> Optional.ofNullable(probe.backendFailures().get(backend)));
    }

    /** What the backend lacks on this node, so that it was not even probed. */
    List<Finding> lacking(String backend) {
        return backend.equals(FabricPlugin.BACKEND) ? fabric.failures() : List.of();
    }

    /** Why a backend cannot be tried here; empty when it can. */
    Optional<Finding> withoutPlugin(String backend) {
        return Optional.ofNullable(installation.withoutPlugin().get(backend))
                .map(reason -> Finding.of(
                                FindingKind.NODE,
                                "environment",
                                "%s has no plug-in for %s".formatted(installation.described(), backend))
                        .with("expected", "a plug-in for " + backend)
                        .with("actual", reason)
                        .with("node", node.name()));
    }

    /** Variables that were set and that nothing here reads. */
    List<String> unread() {
        return readings.stream()
                .filter(reading -> reading.known() == VariableReaders.Known.UNREAD)
                .map(VariableReaders.Reading::variable)
                .toList();
    }

    /** For the report, in display order. */
    List<Fact> describe() {
        List<Fact> lines = new ArrayList<>(installation.facts());
        lines.addAll(fabric.facts());
        installation.withoutPlugin().forEach((backend, reason) -> lines.add(new Fact("without " + backend, reason)));
        probe.report().ifPresent(report -> describe(report, lines));
        probeFailure().ifPresent(failure -> lines.add(new Fact("probe", failure.headline())));
        strayConfiguration().forEach(file -> lines.add(new Fact("ucx.conf", file + ", read by UCX")));
        lines.addAll(variables.described());
        readings.forEach(reading -> lines.add(reading.fact()));
        return List.copyOf(lines);
    }

    private void describe(ProbeReport report, List<Fact> lines) {
        lines.add(new Fact(
                "functions used",
                report.functions()
                        + (report.missing().isEmpty() ? "" : ", without " + String.join(", ", report.missing()))
                        + (report.stub() ? ", a stub" : "")));
        lines.add(new Fact("plug-ins", String.join(", ", report.plugins())));
        report.backends()
                .forEach((name, backend) -> lines.add(new Fact(
                        "backend " + name,
                        backend.refusal()
                                .map(ProbeReport.Refusal::described)
                                .orElseGet(() -> "created in %d ms, %s"
                                        .formatted(backend.millis(), String.join(", ", backend.memories()))))));
        report.fabrics().stream()
                .filter(fabric -> !fabric.devices().isEmpty())
                .forEach(fabric -> lines.add(new Fact("libfabric devices", fabric.describedDevices())));
        ucxVersion(report).ifPresent(version -> lines.add(new Fact("ucx", version)));
        String mapped = report.mapped().stream()
                .filter(file -> TELLING.matcher(fileName(file)).matches())
                .filter(file -> !file.startsWith(node.bundle().folder().toString()))
                .map(file -> Path.of(file).startsWith(installation.folder()) ? fileName(file) : file)
                .collect(Collectors.joining(", "));
        lines.add(new Fact("mapped", mapped));
    }

    private static String fileName(String file) {
        return String.valueOf(Path.of(file).getFileName());
    }

    private Optional<String> ucxVersion(ProbeReport report) {
        return report.mapped().stream()
                .filter(file -> fileName(file).startsWith("libucp"))
                .findFirst()
                .flatMap(file -> node.connection().readBytes(Path.of(file), LIBRARY_LIMIT_BYTES))
                .flatMap(SharedLibraries::ucxVersion);
    }

    /** UCX reads these whatever its variables say; where one exists the report must show it. */
    private List<Path> strayConfiguration() {
        String home = node.connection()
                .run(Command.of("sh", "-c", "echo \"$HOME\""), SHORT_DEADLINE)
                .stdout()
                .strip();
        return List.of(Path.of("/etc/ucx/ucx.conf"), Path.of(home.isEmpty() ? "/" : home, "ucx.conf")).stream()
                .filter(file -> new NodeFiles(node.connection()).sizeBytes(file) >= 0)
                .toList();
    }

    /** Facts of several nodes: those that all share once, the others with the node's name before them. */
    static List<Fact> merged(List<StagedNode> nodes) {
        Map<Fact, List<String>> holders = new LinkedHashMap<>();
        nodes.forEach(each -> each.describe()
                .forEach(fact -> holders.computeIfAbsent(fact, none -> new ArrayList<>())
                        .add(each.node().name())));
        return holders.entrySet().stream()
                .map(entry -> entry.getValue().size() == nodes.size()
                        ? entry.getKey()
                        : new Fact(
                                String.join(", ", entry.getValue()) + ": "
                                        + entry.getKey().name(),
                                entry.getKey().value()))
                .toList();
    }
}
