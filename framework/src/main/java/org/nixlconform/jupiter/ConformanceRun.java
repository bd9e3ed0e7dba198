package org.nixlconform.jupiter;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nixlconform.cluster.Assigned;
import org.nixlconform.cluster.Cluster;
import org.nixlconform.cluster.EngineBundle;
import org.nixlconform.cluster.NodeFacts;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.configuration.Configuration;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.environment.Environment;
import org.nixlconform.environment.EnvironmentPair;
import org.nixlconform.fault.FaultCatalogue;
import org.nixlconform.jupiter.AnnouncedMethods.Announced;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.plan.Backend;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.report.Reporter;
import org.nixlconform.report.RunReport;
import org.nixlconform.report.TransferReport;
import org.nixlconform.verdict.Outcome;
import org.nixlconform.verdict.Verdict;
import org.opentest4j.TestAbortedException;

/**
 * One run over one cluster: the files that were read, the nodes that were reached, the environments that were proven, the
 * reporters. Opened by the first test that needs it, closed by JUnit after the last.
 */
final class ConformanceRun implements AutoCloseable {
    private static final Set<String> DEBUG_LEVELS = Set.of("DEBUG", "TRACE", "INFO", "DATA", "REQ");

    private final Selection selection;
    private final Path folder;
    private final Instant startedAt = Instant.now();
    private final List<Reporter> reporters = new ArrayList<>();
    private final Set<Reporter> failing = new HashSet<>();
    private final List<String> leftovers = new ArrayList<>();
    private final RunEnvironments environments;
    private final KnownIssues knownIssues;
    private final RecordedFigures recorded;
    private final Canaries canaries;
    private final boolean canariesOn;
    private final @Nullable Cluster cluster;
    private final @Nullable CellMatrix matrix;
    private final Heartbeat heartbeat = new Heartbeat();
    /** Why nothing can be run; said once, the other tests are aborted with a pointer to it. */
    private @Nullable FindingException obstacle;

    private boolean obstacleSaid;
    private Optional<String> replayed = Optional.empty();

    private ConformanceRun(Selection selection, Path folder, Opened opened, Canaries canaries, boolean canariesOn) {
        this.selection = selection;
        this.canaries = canaries;
        this.canariesOn = canariesOn;
        this.folder = folder;
        this.cluster = opened.cluster();
        this.environments = new RunEnvironments(opened.environments());
        this.matrix = cluster == null ? null : new CellMatrix(selection, environments, cluster);
        this.knownIssues = opened.knownIssues();
        this.recorded = opened.recorded();
        this.obstacle = opened.obstacle();
    }

    record Opened(
            @Nullable Cluster cluster,
            List<EnvironmentChoice> environments,
            KnownIssues knownIssues,
            RecordedFigures recorded,
            @Nullable FindingException obstacle) {
        Cluster reached() {
            return present(cluster);
        }
    }

    /** @param property gives the values of {@code cluster}, {@code root}, {@code results}, {@code work} and of the selection */
    static ConformanceRun open(Function<String, @Nullable String> property) {
        return open(property, List.of());
    }

    /** @param announced the methods that will ask for their cells; empty where that is not known */
    static ConformanceRun open(Function<String, @Nullable String> property, List<Announced> announced) {
        return open(property, announced, new Canaries(FaultCatalogue::canaries));
    }

    static ConformanceRun open(
            Function<String, @Nullable String> property, List<Announced> announced, Canaries canaries) {
        Path root = Path.of(or(property.apply("root"), "")).toAbsolutePath();
        Path folder = ResultsFolder.of(property, root);
        boolean canariesOn = !"off".equalsIgnoreCase(property.apply("canaries"));
        ConformanceRun run;
        try {
            Selection selection = Selection.of(property);
            // A list leaves the last run's report alone.
            Path own = selection.listOnly() ? folder.resolveSibling(folder.getFileName() + "-list") : folder;
            run = new ConformanceRun(selection, own, reach(property, root, selection), canaries, canariesOn);
        } catch (FindingException refused) {
            run = new ConformanceRun(
                    Selection.EVERYTHING,
                    folder,
                    new Opened(
                            null,
                            List.of(),
                            new KnownIssues(List.of()),
                            new RecordedFigures(Optional.empty()),
                            refused),
                    canaries,
                    canariesOn);
        }
        run.begin(announced);
        return run;
    }

    static Opened reach(Function<String, @Nullable String> property, Path root, Selection selection) {
        ClusterSpec spec = Configuration.cluster(or(property.apply("cluster"), "local"), root);
        String work = property.apply("work");
        if (work != null) {
            spec = spec.withWorkFolder(Path.of(work).toAbsolutePath());
        }
        Function<String, EnvironmentSpec> file = name -> verbose(property, Configuration.environment(name, root));
        List<EnvironmentChoice> environments = EnvironmentChoice.of(
                spec.environments().stream().map(file).toList(),
                spec.environmentsOnRequest().stream().map(file).toList(),
                selection.releases());
        if (selection.replay().isPresent()) {
            selection.replay().get().requireEnvironment(environments, spec.file());
        }
        KnownIssues knownIssues = new KnownIssues(Configuration.knownIssues(root));
        EngineBundle bundle = EngineBundle.below(root);
        RecordedFigures recorded = new RecordedFigures(Configuration.references(spec.name(), root));
        Cluster cluster = Cluster.open(spec, bundle);
        try {
            cluster.keepDriversUp();
            return new Opened(cluster, environments, knownIssues, recorded, null);
        } catch (RuntimeException failed) {
            cluster.close();
            throw failed;
        }
    }

    /** {@code -Dverbose}: NIXL says what it does, and throughput says nothing any more. */
    private static EnvironmentSpec verbose(Function<String, @Nullable String> property, EnvironmentSpec spec) {
        String verbose = property.apply("verbose");
        return verbose == null || verbose.equalsIgnoreCase("false")
                ? spec
                : spec.withVariables(Map.of("NIXL_LOG_LEVEL", "DEBUG"));
    }

    private static String or(@Nullable String value, String otherwise) {
        return value == null ? otherwise : value;
    }

    private void begin(List<Announced> announced) {
        try {
            ResultsFolder.prepare(folder);
            // It may have been in the folder that was emptied.
            selection.replay().ifPresent(again -> again.keep(folder));
        } catch (FindingException unwritable) {
            obstacle = obstacle == null ? unwritable : obstacle;
        }
        if (obstacle == null && !selection.listOnly()) {
            say("cluster " + cluster().spec().name() + ": "
                    + String.join(
                            ", ",
                            cluster().nodes().stream()
                                    .map(node -> node + " (" + node.facts().cores() + " cores)")
                                    .toList()));
            if (!announced.isEmpty()) {
                environments.leaveOutAllBut(matrix().environments(announced), this::say);
            }
            environments
                    .prove(cluster().nodes(), folder.resolve("evidence"), this::say)
                    .ifPresent(failed -> obstacle = failed);
            releaseCanaries();
        }
        RunReport report = report();
        for (Reporter reporter : ServiceLoader.load(Reporter.class)) {
            // One that could not start has nowhere to write to: it is said once, not for each cell.
            if (guarded(reporter, () -> reporter.start(folder, report))) {
                reporters.add(reporter);
            }
        }
    }

    private void releaseCanaries() {
        if (!canariesOn) {
            canaries.off(this::say);
            return;
        }
        try {
            for (Environment environment : environments.proven()) {
                canaries.release(
                        new FaultRun(
                                cluster(),
                                environment,
                                folder.resolve("evidence").resolve("canaries")),
                        this::say);
            }
        } catch (FindingException lives) {
            obstacle = lives;
        }
    }

    /** Cells of one method, as far as they are selected. */
    List<Cell> cells(Method method, Class<?> testClass) {
        if (obstacle != null) {
            if (obstacleSaid) {
                throw new TestAbortedException("the run could not begin, see the first failure");
            }
            obstacleSaid = true;
            throw obstacle;
        }
        return matrix().of(method, testClass);
    }

    boolean listOnly() {
        return selection.listOnly();
    }

    Verdict listed(Cell cell, TransferPlan plan) {
        Assigned assigned = cluster().assign(plan);
        String note = cell.environment().isEmpty()
                ? "not here: " + noEnvironment(cell, plan.backend()).headline()
                : assigned instanceof Assigned.Impossible impossible
                        ? "not here: " + impossible.reason().headline()
                        : cell.environment().get();
        System.out.println("  " + cell.name() + "  [" + note + "]");
        return Verdict.without(
                Outcome.INCONCLUSIVE, Finding.of(FindingKind.NODE, "selection", "listed only, as -Dlist asks for"));
    }

    Cluster cluster() {
        return present(cluster);
    }

    private CellMatrix matrix() {
        return present(matrix);
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("the run could not begin");
        }
        return value;
    }

    EnvironmentPair environment(String name) {
        return environments.pair(name, cluster().nodes(), folder.resolve("evidence"), this::say);
    }

    Finding noEnvironment(Cell cell, Backend backend) {
        return environments.none(
                backend,
                cell.environmentsAsked(),
                cluster().spec().name(),
                cluster().spec().file());
    }

    /** A level at which libraries write a line for every operation: a figure would be one of the log. */
    boolean debugLogging(EnvironmentPair environment) {
        return Stream.of(environment.prefill(), environment.decode())
                .flatMap(each -> each.variables().entrySet().stream())
                .filter(variable -> variable.getKey().endsWith("_LOG_LEVEL"))
                .anyMatch(variable -> DEBUG_LEVELS.contains(variable.getValue().toUpperCase(Locale.ROOT)));
    }

    KnownIssues knownIssues() {
        return knownIssues;
    }

    /** What was once measured on this cluster, which is of its own fabric: nothing for an environment with another. */
    RecordedFigures recorded(EnvironmentPair environment) {
        return environment.prefill().spec().fabric().isPresent() ? new RecordedFigures(Optional.empty()) : recorded;
    }

    Path folder() {
        return folder;
    }

    Path evidence(Cell cell) {
        return folder.resolve("evidence").resolve(cell.folderName());
    }

    void begin(Cell cell) {
        heartbeat.begin(cell.name());
        if (!selection.listOnly()) {
            reporters.forEach(reporter -> guarded(reporter, () -> reporter.begin(cell.name())));
        }
    }

    void progress(Cell cell, String step) {
        heartbeat.step(cell.name(), step);
    }

    /** Empty where the cell did not fail, or the plan itself could not be. */
    Optional<Replay> replayOf(Cell cell, Optional<TransferPlan> plan, Verdict verdict) {
        return plan.flatMap(
                possible -> Replay.of(cell, possible, verdict, cluster().spec().name(), () -> report().properties()));
    }

    void publish(TransferReport report) {
        heartbeat.end();
        selection.replay().ifPresent(again -> {
            replayed = Optional.of(again.compared(report.verdict()));
            say("the replay " + replayed.get());
        });
        reporters.forEach(reporter -> guarded(reporter, () -> reporter.publish(report)));
    }

    void leftovers(List<Finding> findings) {
        findings.forEach(finding -> leftovers.add(FindingRenderer.render(finding)));
    }

    /** What keeps the run from judging anything; empty when nothing does. */
    List<Finding> obstacles() {
        return obstacle == null ? List.of() : obstacle.findings();
    }

    private RunReport report() {
        List<RunReport.Property> properties = new ArrayList<>();
        List<RunReport.MustJudge> mustJudge = new ArrayList<>();
        if (cluster != null) {
            cluster.nodes().forEach(node -> {
                properties.addAll(properties(node.name(), node.facts()));
                node.spec()
                        .labels()
                        .forEach((label, value) ->
                                properties.add(new RunReport.Property(node.name() + " " + label, value)));
            });
            cluster.spec()
                    .mustJudge()
                    .forEach(each ->
                            mustJudge.add(new RunReport.MustJudge(each.backend(), each.placement(), each.memory())));
        }
        environments
                .proven()
                .forEach(environment -> environment
                        .properties()
                        .forEach(fact -> properties.add(new RunReport.Property(fact.name(), fact.value()))));
        properties.addAll(canaries.properties());
        replayed.ifPresent(said -> properties.add(new RunReport.Property("replay", said)));
        return new RunReport(
                cluster == null ? "none" : cluster.spec().name(),
                startedAt,
                properties,
                mustJudge,
                selection.described(),
                leftovers,
                knownIssues.uses(),
                Optional.ofNullable(obstacle).map(FindingException::findings).map(FindingRenderer::render));
    }

    private static List<RunReport.Property> properties(String node, NodeFacts facts) {
        List<RunReport.Property> properties = new ArrayList<>();
        for (Fact fact : facts.describe()) {
            properties.add(new RunReport.Property(node + " " + fact.name(), fact.value()));
        }
        return properties;
    }

    private void say(String line) {
        System.out.println("[nixlconform] " + line);
    }

    /**
     * A reporter that fails is named and does not change a verdict; but what it did not carry out is missing, so the run
     * does not pass. Where the run does not begin, that is all there is to say.
     *
     * @return whether it did not fail
     */
    private boolean guarded(Reporter reporter, Runnable call) {
        try {
            call.run();
            return true;
        } catch (RuntimeException failed) {
            if (obstacle == null) {
                Finding finding = Finding.of(
                        FindingKind.STAGE,
                        "report",
                        "reporter " + reporter.getClass().getName() + " failed: " + failed);
                say(FindingRenderer.render(finding));
                if (failing.add(reporter)) {
                    leftovers(List.of(finding));
                }
            }
            return false;
        }
    }

    @Override
    public void close() {
        heartbeat.close();
        if (cluster != null) {
            cluster.close();
        }
        if (selection.replay().isPresent() && obstacle == null && replayed.isEmpty()) {
            say(
                    "the replay says nothing: no case of this suite has its plan in that environment; run it with the suite that wrote it");
        }
        RunReport report = report();
        for (Reporter reporter : reporters) {
            guarded(reporter, () -> reporter.finish(report));
            guarded(reporter, reporter::close);
        }
    }
}
