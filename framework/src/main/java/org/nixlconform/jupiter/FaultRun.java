package org.nixlconform.jupiter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.nixlconform.cluster.Assigned;
import org.nixlconform.cluster.Cluster;
import org.nixlconform.cluster.Held;
import org.nixlconform.cluster.Node;
import org.nixlconform.cluster.RankAssignment;
import org.nixlconform.engine.EnginePair;
import org.nixlconform.environment.Environment;
import org.nixlconform.environment.EnvironmentPair;
import org.nixlconform.fault.LibraryFault;
import org.nixlconform.fault.Outside;
import org.nixlconform.fault.PlantedFault;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferRun;
import org.nixlconform.verdict.Judge;

/** Plants a fault below a real transfer, and says how the judge found it. */
record FaultRun(Cluster cluster, Environment environment, Path folder) {
    /** One line for each fault that was really applied; by the fault library on each node, and by us. */
    private static final String TRACE = "planted.txt";

    private static final String PLAN = "faults.json";
    private static final String ALTERED = "altered";

    /**
     * @param planted whether every part of the fault was really applied; if not, nothing was proven
     * @param findings what the judge found
     */
    record Found(boolean planted, List<Finding> findings, Duration took) {
        Found {
            findings = List.copyOf(findings);
        }

        Set<FindingKind> kinds() {
            return findings.stream().map(Finding::kind).collect(Collectors.toCollection(TreeSet::new));
        }

        boolean isAs(Set<FindingKind> expected) {
            return planted && kinds().equals(expected);
        }

        /** Whether each of these stands in a fact. */
        boolean says(Set<String> words) {
            return words.stream()
                    .allMatch(word -> findings.stream()
                            .flatMap(finding -> finding.facts().stream())
                            .anyMatch(fact -> fact.value().contains(word)));
        }

        String described() {
            return (planted ? "" : "not planted; ")
                    + (findings.isEmpty() ? "no finding" : FindingRenderer.render(findings));
        }
    }

    /** Never throws for what the engines do; what they leave behind is a finding. */
    Found of(PlantedFault fault) {
        return fault.floor().isPresent()
                ? new CalibratedFloor(this, fault).found()
                : of(fault.name(), fault.plan(), fault.seed(), fault.faults(), fault.outside());
    }

    /** A transfer without a fault. */
    Found clean(String name, TransferPlan plan) {
        return of(name, plan, 0, List.of(), Optional.empty());
    }

    private Found of(String name, TransferPlan plan, long seed, List<LibraryFault> faults, Optional<Outside> outside) {
        Instant begun = Instant.now();
        Path own = folder.resolve((name + "-" + seed).replaceAll("[^A-Za-z0-9.-]+", "_"));
        Path logs = own.resolve(Evidence.LOGS);
        List<Finding> findings = new ArrayList<>();
        try {
            Files.createDirectories(logs);
            Files.deleteIfExists(own.resolve(TRACE));
            for (Node node : environment.nodes()) {
                Files.deleteIfExists(logs.resolve(traceOf(node)));
            }
            Environment spoilt = faults.isEmpty() ? environment : faulty(logs, seed, faults);
            findings.addAll(transfer(plan, with(outside, spoilt), outside, own));
            Files.writeString(own.resolve("findings.txt"), FindingRenderer.render(findings) + "\n");
            return new Found(planted(own, faults, outside), findings, Duration.between(begun, Instant.now()));
        } catch (IOException unwritable) {
            throw new FindingException(
                    Finding.of(FindingKind.STAGE, "fault", "the files of a planted fault cannot be written")
                            .with("actual", unwritable)
                            .with("where", own),
                    unwritable);
        }
    }

    private static Environment with(Optional<Outside> outside, Environment engines) {
        return outside.orElse(null) instanceof Outside.Variable variable
                ? engines.with(variable.name(), variable.value())
                : engines;
    }

    private Collection<Finding> transfer(TransferPlan plan, Environment faulty, Optional<Outside> outside, Path own)
            throws IOException {
        try (Held held = cluster.hold(plan)) {
            return held.assigned() instanceof Assigned.On on
                    ? transfer(plan.allowing(environment.allowedLog()), on.ranks(), faulty, outside, own)
                    : List.of(Finding.of(FindingKind.NODE, "fault", "the cluster has no place for " + plan.name()));
        }
    }

    private static Collection<Finding> transfer(
            TransferPlan plan, RankAssignment ranks, Environment faulty, Optional<Outside> outside, Path own)
            throws IOException {
        List<Finding> findings = new ArrayList<>();
        EnginePair engines;
        try {
            engines = EnginePair.start(plan, ranks, EnvironmentPair.of(faulty), own.resolve(Evidence.LOGS));
        } catch (FindingException stopped) {
            return stopped.findings();
        }
        try {
            TransferObservation seen;
            try (TimedSignal signal = new TimedSignal(plan, engines, outside, own.resolve(TRACE))) {
                seen = new TransferRun(plan, engines, CellPipeline.host(ranks), false, signal::stepBegins).run();
            }
            findings.addAll(
                    Judge.judge(plan, asTold(seen, outside, own.resolve(TRACE))).findings());
        } catch (FindingException stopped) {
            findings.addAll(stopped.findings());
        } finally {
            findings.addAll(engines.end());
        }
        return findings;
    }

    /**
     * What leaves the observation as it is leaves no line in the trace either; a variable leaves one where the library that
     * reads it was in the engines.
     */
    private static TransferObservation asTold(TransferObservation seen, Optional<Outside> outside, Path trace)
            throws IOException {
        if (outside.orElse(null) instanceof Outside.Variable variable
                && !seen.path().rails().isEmpty()) {
            leave(trace, variable.name());
        }
        if (!(outside.orElse(null) instanceof Outside.Altered altered)) {
            return seen;
        }
        TransferObservation told = altered.how().apply(seen);
        if (!told.equals(seen)) {
            leave(trace, ALTERED);
        }
        return told;
    }

    private static void leave(Path trace, String what) throws IOException {
        Files.writeString(trace, "judge " + what + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** The plan of faults, put beside the engines' logs on every node; what was planted is written there too. */
    private Environment faulty(Path logs, long seed, List<LibraryFault> faults) throws IOException {
        for (Node node : environment.nodes()) {
            Path there = node.place(logs);
            String plan = LibraryFault.plan(
                    environment.realLibrary(node).toString(),
                    there.resolve(traceOf(node)).toString(),
                    seed,
                    faults);
            Optional<String> failure = node.connection().writeText(there.resolve(PLAN), plan);
            if (failure.isPresent()) {
                throw new IOException(failure.get());
            }
        }
        return environment.withFaults(node -> node.place(logs).resolve(PLAN));
    }

    private static String traceOf(Node node) {
        return "planted-" + node.name() + ".txt";
    }

    private boolean planted(Path own, List<LibraryFault> faults, Optional<Outside> outside) throws IOException {
        List<Path> traces = new ArrayList<>(List.of(own.resolve(TRACE)));
        environment
                .nodes()
                .forEach(node -> traces.add(own.resolve(Evidence.LOGS).resolve(traceOf(node))));
        List<String> lines = new ArrayList<>();
        for (Path trace : traces) {
            lines.addAll(Files.exists(trace) ? Files.readAllLines(trace) : List.of());
        }
        boolean signalled =
                !(outside.orElse(null) instanceof Outside.Signal signal) || lines.contains(TimedSignal.trace(signal));
        List<String> wanted =
                new ArrayList<>(faults.stream().map(LibraryFault::name).toList());
        if (outside.orElse(null) instanceof Outside.Altered) {
            wanted.add(ALTERED);
        }
        if (outside.orElse(null) instanceof Outside.Variable variable) {
            wanted.add(variable.name());
        }
        return signalled
                && wanted.stream().allMatch(name -> lines.stream().anyMatch(line -> line.contains(" " + name)));
    }
}
