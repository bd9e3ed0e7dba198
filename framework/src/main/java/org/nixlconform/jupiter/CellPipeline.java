package org.nixlconform.jupiter;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nixlconform.cluster.Assigned;
import org.nixlconform.cluster.Held;
import org.nixlconform.cluster.Node;
import org.nixlconform.cluster.RankAssignment;
import org.nixlconform.configuration.KnownIssueSpec;
import org.nixlconform.engine.EnginePair;
import org.nixlconform.environment.EnvironmentPair;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.report.TransferReport;
import org.nixlconform.report.TransferReport.Stage;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferRun;
import org.nixlconform.verdict.Judge;
import org.nixlconform.verdict.KnownIssueMatch;
import org.nixlconform.verdict.Outcome;
import org.nixlconform.verdict.Verdict;

/** The stages of one cell, in order, with their times. Engines stay alive until {@link #finish}. */
final class CellPipeline {
    private final Cell cell;
    private final ConformanceRun run;
    private final List<Stage> stages = new ArrayList<>();
    private final Path evidence;
    private Instant startedAt = Instant.now();
    private Verdict verdict = Verdict.without(
            Outcome.BROKEN, Finding.of(FindingKind.STAGE, "pipeline", "the case was not run to its end"));
    private KnownIssueMatch knownIssues = KnownIssueMatch.NONE;
    private @Nullable TransferPlan plan;
    private @Nullable TransferObservation observation;
    private @Nullable Held held;
    private @Nullable EnginePair engines;
    private Map<String, String> places = Map.of();
    private boolean finished;

    CellPipeline(Cell cell, ConformanceRun run) {
        this.cell = cell;
        this.run = run;
        this.evidence = run.evidence(cell);
    }

    /** Runs all stages. What fails before the first NIXL call makes the cell broken or inconclusive; nothing is thrown. */
    Verdict run() {
        startedAt = Instant.now();
        run.begin(cell);
        try {
            verdict = placed(judge());
        } catch (FindingException stopped) {
            verdict = broken(stopped.findings());
        } catch (RuntimeException | Error defect) {
            verdict = broken(List.of(Finding.of(
                            FindingKind.STAGE, "pipeline", "a part of this framework failed, which is a defect of ours")
                    .with("actual", defect)
                    .with("where", defect.getStackTrace().length == 0 ? "unknown" : defect.getStackTrace()[0])));
        }
        return verdict;
    }

    /** Findings say which plan they are about and where its evidence lies; checks know neither. */
    private Verdict placed(Verdict judged) {
        if (observation == null) {
            return judged;
        }
        String place = "evidence/" + cell.folderName();
        return new Verdict(
                judged.outcome(),
                judged.findings().stream()
                        .map(finding ->
                                finding.with("plan", cell.name()).with("evidence", place + "/" + evidenceOf(finding)))
                        .toList(),
                judged.notes(),
                judged.gbPerSecond(),
                judged.shareOfReference());
    }

    private static Verdict noted(Verdict judged, List<String> more) {
        List<String> notes = new ArrayList<>(judged.notes());
        notes.addAll(more);
        return new Verdict(judged.outcome(), judged.findings(), notes, judged.gbPerSecond(), judged.shareOfReference());
    }

    private String evidenceOf(Finding finding) {
        if (finding.subject().equals("integrity")) {
            return Evidence.DIFFERENCES;
        }
        if (finding.subject().equals("ledger")) {
            return Evidence.LEDGER;
        }
        if (finding.subject().equals("trial")) {
            return Evidence.TRIALS;
        }
        if (finding.subject().equals("rails")) {
            return Evidence.RAILS;
        }
        String telling =
                finding.kind() == FindingKind.CALL_NEVER_RETURNED ? Evidence.stacksOf(finding) : Evidence.STATE;
        return finding.subject().equals("completion") && Files.exists(evidence.resolve(telling))
                ? telling
                : Evidence.LOGS;
    }

    private static Verdict broken(List<Finding> findings) {
        return new Verdict(Outcome.BROKEN, findings, List.of(), OptionalDouble.empty(), OptionalDouble.empty());
    }

    private Verdict judge() {
        if (cell.planned() instanceof Planned.Refused refused) {
            return broken(refused.findings());
        }
        TransferPlan declared = ((Planned.Possible) cell.planned()).plan();
        plan = declared;
        if (run.listOnly()) {
            return run.listed(cell, declared);
        }
        Held place = stage("cluster", () -> run.cluster().hold(declared));
        held = place;
        Assigned assigned = place.assigned();
        if (assigned instanceof Assigned.Impossible impossible) {
            return Verdict.without(Outcome.INCONCLUSIVE, impossible.reason());
        }
        Assigned.On on = (Assigned.On) assigned;
        plan = on.plan();
        places = on.ranks().described();
        if (cell.environment().isEmpty()) {
            return Verdict.without(Outcome.INCONCLUSIVE, run.noEnvironment(cell, declared.backend()));
        }
        EnvironmentPair proven =
                stage("environment", () -> run.environment(cell.environment().get()));
        Optional<Finding> obstacle = proven.obstacle(declared, on.ranks());
        if (obstacle.isPresent()) {
            return Verdict.without(Outcome.INCONCLUSIVE, obstacle.get());
        }
        proven.refuseLacking(declared.backend(), on.ranks());
        EnvironmentPair environment = declared.rails().map(proven::on).orElse(proven);
        TransferPlan placed = on.plan().allowing(environment.allowedLog());
        plan = placed;
        Optional<Finding> probeFailure = environment.probeFailure(declared.backend());
        // The probe called NIXL: what it saw is judged like anything else from there on.
        Verdict judged = probeFailure
                .map(failure -> Verdict.without(Outcome.VIOLATES, failure))
                .orElseGet(() -> transfer(placed, on.ranks(), environment));
        knownIssues = run.knownIssues().match(cell.name(), environment, placed, observation(), judged);
        List<String> notes = new ArrayList<>(knownIssues.notes());
        notes.addAll(SidesNotes.of(placed, environment, observation()));
        run.cluster().lost().forEach(node -> notes.add("node " + node + " was lost, in this case or before"));
        return noted(judged, notes);
    }

    private Verdict transfer(TransferPlan possible, RankAssignment ranks, EnvironmentPair environment) {
        EnginePair pair =
                stage("engine", () -> EnginePair.start(possible, ranks, environment, evidence.resolve(Evidence.LOGS)));
        engines = pair;
        TransferRun transfer = new TransferRun(
                possible, pair, host(ranks), run.debugLogging(environment), step -> run.progress(cell, step));
        TransferObservation seen =
                stage("transfer", transfer::run).with(run.recorded(environment).of(possible, ranks));
        observation = seen;
        return stage("verdict", () -> Judge.judge(possible, seen));
    }

    /** What the ranks share, on the node that has fewest cores for each. */
    static TransferObservation.Host host(RankAssignment ranks) {
        Node busiest = ranks.nodes().stream()
                .max((a, b) -> Double.compare(load(ranks, a), load(ranks, b)))
                .orElseThrow();
        return new TransferObservation.Host(
                busiest.name(), busiest.facts().cores(), ranks.ranksOn(busiest).size());
    }

    private static double load(RankAssignment ranks, Node node) {
        return (double) ranks.ranksOn(node).size() / node.facts().cores();
    }

    private <T> T stage(String name, Supplier<T> work) {
        run.progress(cell, name);
        Instant begun = Instant.now();
        boolean failed = true;
        try {
            T value = work.get();
            failed = false;
            return value;
        } finally {
            stages.add(new Stage(name, begun, Duration.between(begun, Instant.now()), failed, ""));
        }
    }

    Verdict verdict() {
        return verdict;
    }

    /** What known issues say to the verdict; nothing before {@link #run}. */
    KnownIssueMatch knownIssues() {
        return knownIssues;
    }

    Optional<TransferObservation> observation() {
        return Optional.ofNullable(observation);
    }

    Optional<TransferPlan> plan() {
        return Optional.ofNullable(plan);
    }

    boolean finished() {
        return finished;
    }

    /** The case ended before its pipeline began. */
    void abandon(Verdict instead, String testResult) {
        verdict = instead;
        finish(testResult);
    }

    /** Takes the evidence while engines live, ends them, and publishes. */
    void finish(String testResult) {
        finished = true;
        if (engines != null) {
            EnginePair pair = engines;
            run.leftovers(stage("end", pair::end));
        }
        if (held != null) {
            held.close();
        }
        if (run.listOnly()) {
            return;
        }
        List<Path> files = new Evidence(run.folder(), evidence)
                .keep(cell, verdict, plan(), observation(), places, run.replayOf(cell, plan(), verdict));
        run.publish(new TransferReport(
                cell.name(),
                cell.testClass(),
                cell.testMethod(),
                cell.environment(),
                plan().flatMap(TransferPlan::requirement)
                        .map(id -> Map.of("requirement", id))
                        .orElse(Map.of()),
                plan(),
                observation(),
                verdict,
                testResult,
                knownIssues.hit().map(KnownIssueSpec::id),
                startedAt,
                Duration.between(startedAt, Instant.now()),
                places,
                stages,
                files));
    }
}
