package org.nixlconform.environment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.nixlconform.cluster.Command;
import org.nixlconform.cluster.CommandOutcome;
import org.nixlconform.cluster.EngineBundle;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** NIXL as it is installed on a node, what an engine there needs to load it, and what the probe saw of it. */
public final class Environment {
    private static final Duration PROBE_DEADLINE = Duration.ofSeconds(60);
    private static final String FAULT_PLAN = "NIXLCONFORM_FAULT_PLAN";
    private static final Duration SHORT_DEADLINE = Duration.ofSeconds(10);
    /** Of some hundred mapped files, those that decide how data moves; all are in the probe's evidence. */
    private static final Pattern TELLING =
            Pattern.compile("lib(nixl|plugin_|uc[mpst][-_.]|fabric|efa|ibverbs|rdmacm|mlx5|cuda|cudart|hwloc).*");

    private final EnvironmentSpec spec;
    private final EngineBundle bundle;
    private final WheelInstaller.Installation installation;
    private final EngineVariables variables;
    private final Probe.Outcome probe;
    private final List<Fact> properties;
    /** What engines load in place of NIXL's library; empty for NIXL itself. */
    private final Optional<Path> standIn;

    private Environment(
            EnvironmentSpec spec,
            EngineBundle bundle,
            WheelInstaller.Installation installation,
            EngineVariables variables,
            Probe.Outcome probe,
            Optional<Path> standIn) {
        this.spec = spec;
        this.bundle = bundle;
        this.installation = installation;
        this.variables = variables;
        this.probe = probe;
        this.standIn = standIn;
        this.properties = describe();
    }

    /**
     * The same environment, in which engines load the library that misbehaves on request in place of NIXL's own; it
     * forwards to that.
     *
     * @param plan what it is to do, a file on the node
     */
    public Environment withFaults(Path plan) {
        return new Environment(
                spec.withVariable(FAULT_PLAN, plan.toString()),
                bundle,
                installation,
                variables.with(FAULT_PLAN, plan.toString()),
                probe,
                Optional.of(bundle.faultLibrary()));
    }

    /**
     * Installs what is not there yet, and probes it.
     *
     * @param evidence folder for what the probe leaves, made if absent
     * @param console takes lines about what is done
     * @throws FindingException when it cannot be installed or loaded; what NIXL did when it was called is not thrown
     */
    public static Environment stage(
            EnvironmentSpec spec, Node node, EngineBundle bundle, Path evidence, Consumer<String> console) {
        Consumer<String> lines = line -> console.accept("environment " + spec.name() + ": " + line);
        WheelInstaller.Installation installation = new WheelInstaller(node, spec.install(), lines).install();
        Path folder = evidence.toAbsolutePath().resolve("probe-" + spec.name());
        EngineVariables variables = EngineVariables.of(spec, prepare(node, folder), node.connection(), inherited(node));
        announceDropped(spec, node, lines);
        Path library = installation.wheel().libraryIn(installation.folder());
        Probe.Outcome probe = new Probe(spec, node, bundle, library, variables.values(), folder, PROBE_DEADLINE).run();
        return new Environment(spec, bundle, installation, variables, probe, Optional.empty());
    }

    /** Makes the probe's folder and NIXL's empty configuration file; gives the latter. */
    private static Path prepare(Node node, Path evidence) {
        Path configuration = node.workFolder().resolve("environments").resolve("empty-nixl.cfg");
        try {
            Files.createDirectories(evidence);
            Files.writeString(configuration, "# Empty: settings come from the environment file alone.\n");
            return configuration;
        } catch (IOException e) {
            throw new FindingException(
                    Finding.of(FindingKind.PREREQUISITE, "environment", "a file of ours cannot be written")
                            .with("actual", e)
                            .with("where", configuration + ", " + evidence),
                    e);
        }
    }

    private static String inherited(Node node) {
        CommandOutcome outcome = node.connection().run(Command.of("env"), SHORT_DEADLINE);
        return outcome.stdout();
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

    public String name() {
        return spec.name();
    }

    public EnvironmentSpec spec() {
        return spec;
    }

    /** Where it is installed, on the node. */
    public Path folder() {
        return installation.folder();
    }

    /** What engines load, on the node: {@code libnixl_capi.so}, or what stands in for it. */
    public Path library() {
        return standIn.orElse(realLibrary());
    }

    /** {@code libnixl_capi.so}, on the node. */
    public Path realLibrary() {
        return installation.wheel().libraryIn(folder());
    }

    /** What every engine's process has in its environment on top of what the connection passes on. */
    public Map<String, String> variables() {
        return variables.values();
    }

    /** What the probe saw to fail when it called NIXL; of several the first. */
    public Optional<Finding> probeFailure() {
        return probe.processFailure()
                .or(() -> probe.backendFailures().values().stream().findFirst());
    }

    /** The same as far as it concerns one backend. */
    public Optional<Finding> probeFailure(String backend) {
        return probe.processFailure()
                .or(() -> Optional.ofNullable(probe.backendFailures().get(backend)));
    }

    /** For the report, in display order. */
    public List<Fact> properties() {
        return properties;
    }

    private List<Fact> describe() {
        InstalledWheel wheel = installation.wheel();
        List<Fact> lines = new ArrayList<>();
        lines.add(new Fact("environment", name()));
        lines.add(new Fact("nixl", "%s %s".formatted(wheel.distribution(), wheel.version())));
        lines.add(new Fact("wheel", "%s, by %s".formatted(wheel.wheelTag(), wheel.installedBy())));
        lines.add(new Fact("environment digest", installation.digest()));
        lines.add(new Fact("libnixl_capi.so", "sha256 " + wheel.librarySha256()));
        probe.report().ifPresent(report -> describe(report, lines));
        probeFailure().ifPresent(failure -> lines.add(new Fact("probe", failure.headline())));
        strayConfiguration().forEach(file -> lines.add(new Fact("ucx.conf", file + ", read by UCX")));
        lines.addAll(variables.described());
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
        ucxVersion(report).ifPresent(version -> lines.add(new Fact("ucx", version)));
        String mapped = report.mapped().stream()
                .filter(file -> TELLING.matcher(fileName(file)).matches())
                .filter(file -> !file.startsWith(bundle.folder().toString()))
                .map(file -> Path.of(file).startsWith(folder()) ? fileName(file) : file)
                .collect(Collectors.joining(", "));
        lines.add(new Fact("mapped", mapped));
    }

    private static String fileName(String file) {
        return String.valueOf(Path.of(file).getFileName());
    }

    private static Optional<String> ucxVersion(ProbeReport report) {
        Optional<String> library = report.mapped().stream()
                .filter(file -> fileName(file).startsWith("libucp"))
                .findFirst();
        try {
            return library.isEmpty()
                    ? Optional.empty()
                    : SharedLibraries.ucxVersion(Files.readString(Path.of(library.get()), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Optional.empty(); // A line less in the report.
        }
    }

    /** UCX reads these whatever its variables say; where one exists the report must show it. */
    private static List<Path> strayConfiguration() {
        List<Path> places = List.of(Path.of("/etc/ucx/ucx.conf"), Path.of(System.getProperty("user.home"), "ucx.conf"));
        return places.stream().filter(Files::isRegularFile).toList();
    }
}
