package org.nixlconform.reports.results;

import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.report.TransferReport;
import org.nixlconform.transfer.AtDone;
import org.nixlconform.transfer.PathObservation;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Iteration;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;
import org.nixlconform.verdict.Outcome;

/**
 * One line of {@code results.jsonl}. What comes from the plan is null where the plan itself was refused.
 *
 * @param topology such as {@code 4P-TP4 -> 8D-TP8}
 * @param testResult {@code passed}, {@code failed}, {@code aborted} or {@code error}
 * @param knownIssue id of the known issue that it hit
 * @param gbPerSecond 10^9 bytes per second of all initiators together; null when not measured
 * @param phases by name, in the order in which they began
 * @param requirement id in the scenario catalogue
 * @param startedAt ISO 8601, UTC
 * @param iterations that were begun; null when no NIXL call was made
 * @param bytesPerIteration bytes of all requests of the fullest iteration
 * @param requests how long they took; null when no iteration ended well
 * @param atDone what of WRITEs was visible at their targets when their initiators were told DONE; null where none was DONE
 * @param serving of requests that engines served on their own; null where they served none
 * @param fabric what blocks went over, as far as that was seen: {@code simulated EFA}, {@code EFA}, the provider of LIBFABRIC
 *     such as {@code tcp}, {@code simulated GPUs}; null where it was not
 * @param evidence folder, relative to the run's folder; null when there is none
 */
public record CellResult(
        String cell,
        @Nullable String topology,
        @Nullable String backend,
        @Nullable String placement,
        @Nullable String operation,
        @Nullable String memory,
        @Nullable String workload,
        @Nullable String environment,
        Outcome outcome,
        String testResult,
        @Nullable String knownIssue,
        List<FindingLine> findings,
        @Nullable Double gbPerSecond,
        @Nullable Double shareOfReference,
        Map<String, PhaseTimes> phases,
        String testClass,
        String testMethod,
        @Nullable String requirement,
        List<String> notes,
        String startedAt,
        double tookSeconds,
        @Nullable Integer iterations,
        @Nullable Long bytesPerIteration,
        @Nullable RequestTimes requests,
        @Nullable AtDoneLine atDone,
        @Nullable ServingLine serving,
        @Nullable String fabric,
        @Nullable String evidence) {

    /** How the place of a finding ends that is not of the single transfers. */
    private static final List<String> WHILE_SERVING = List.of(", while serving", ", phase serve");

    public CellResult {
        findings = List.copyOf(findings);
        notes = List.copyOf(notes);
    }

    /** A finding as in {@code results.jsonl}. */
    public record FindingLine(String kind, String subject, String headline, Map<String, String> facts) {
        static FindingLine of(Finding finding) {
            Map<String, String> facts = new LinkedHashMap<>();
            for (Fact fact : finding.facts()) {
                facts.merge(fact.name(), fact.value(), (first, second) -> first + "\n" + second);
            }
            return new FindingLine(finding.kind().name(), finding.subject(), finding.headline(), facts);
        }

        /** The first line of the finding. */
        public String text() {
            return subject + ": " + headline;
        }
    }

    /**
     * @param slices block slices that were looked at; null where nobody looked, as are the next three
     * @param late not there at DONE, but seen later
     * @param latestMillis from DONE until the last of these was seen; 0 when none was late
     * @param missing not seen at all as long as they were looked for
     * @param notObserved why nobody looked, for some of the requests
     */
    public record AtDoneLine(
            @Nullable Long slices,
            @Nullable Long late,
            @Nullable Double latestMillis,
            @Nullable Long missing,
            List<String> notObserved) {
        public AtDoneLine {
            notObserved = List.copyOf(notObserved);
        }

        static AtDoneLine of(AtDone seen) {
            List<String> because = List.copyOf(seen.notObserved());
            return seen.looked() == 0
                    ? new AtDoneLine(null, null, null, null, because)
                    : new AtDoneLine(
                            seen.looked(),
                            seen.hidden() - seen.missing(),
                            seen.latest().toNanos() / 1e6,
                            seen.missing(),
                            because);
        }
    }

    /**
     * @param requests in the ledger
     * @param gbPerSecond of all requests together; null where nothing moved
     */
    public record ServingLine(
            int requests,
            double tookSeconds,
            long bytes,
            @Nullable Double gbPerSecond) {
        static ServingLine of(TransferObservation.Serving serving) {
            return new ServingLine(
                    serving.requests().size(),
                    serving.took().toMillis() / 1e3,
                    serving.bytes(),
                    figure(serving.gbPerSecond()));
        }
    }

    public static CellResult of(TransferReport report) {
        Optional<TransferPlan> plan = report.plan();
        Optional<TransferObservation> observation = report.observation();
        return new CellResult(
                report.cell(),
                plan.map(p -> p.topology().label()).orElse(null),
                plan.map(p -> p.backend().name()).orElse(null),
                plan.map(p -> p.placement().name()).orElse(null),
                plan.map(p -> p.direction().operation().name()).orElse(null),
                plan.map(p -> p.memory().name()).orElse(null),
                plan.map(TransferPlan::workloadWord).orElse(null),
                report.environment().orElse(null),
                report.verdict().outcome(),
                report.testResult(),
                report.knownIssue().orElse(null),
                report.verdict().findings().stream().map(FindingLine::of).toList(),
                figure(report.verdict().gbPerSecond()),
                figure(report.verdict().shareOfReference()),
                observation.map(o -> PhaseTimes.byPhase(o.phases())).orElse(Map.of()),
                report.testClass(),
                report.testMethod(),
                plan.flatMap(TransferPlan::requirement).orElse(null),
                report.verdict().notes(),
                report.startedAt().toString(),
                report.took().toMillis() / 1e3,
                observation.map(o -> o.iterations().size()).orElse(null),
                observation.map(CellResult::bytesOfFullest).orElse(null),
                observation.flatMap(o -> RequestTimes.of(o.iterations())).orElse(null),
                observation.flatMap(AtDone::of).map(AtDoneLine::of).orElse(null),
                observation
                        .flatMap(TransferObservation::serving)
                        .map(ServingLine::of)
                        .orElse(null),
                observation.flatMap(o -> fabric(o.path())).orElse(null),
                evidenceFolder(report.evidence()).orElse(null));
    }

    /** {@code evidence/<cell>}, as all evidence files of a cell lie under it; empty when there are none. */
    public static Optional<String> evidenceFolder(List<Path> evidence) {
        return evidence.stream()
                .filter(file -> file.getNameCount() > 2)
                .map(file -> file.getName(0) + "/" + file.getName(1))
                .findFirst();
    }

    /** Whether all that was found was found while engines served requests on their own. */
    boolean violatesInServingAlone() {
        return !findings.isEmpty()
                && findings.stream()
                        .map(finding -> finding.facts().getOrDefault("where", ""))
                        .allMatch(where -> WHILE_SERVING.stream().anyMatch(where::endsWith));
    }

    public Standing standing() {
        return Standing.of(outcome, testResult, knownIssue != null);
    }

    /** Whether the library under test was judged in this cell. */
    public boolean judged() {
        return outcome == Outcome.CONFORMS || outcome == Outcome.VIOLATES;
    }

    /** What the cell says about itself in one line; the first finding, where there is one. */
    public String headline() {
        if (!findings.isEmpty()) {
            return findings.get(0).text();
        }
        if (standing() != Standing.TEST_FAILED) {
            return "no finding";
        }
        // The verdict's own words; a body that fails beside an obsolete record is second to it.
        return notes.stream()
                .filter(note -> note.startsWith("known issue ") && note.contains(" is obsolete"))
                .findFirst()
                .orElse("test: the body of the test failed");
    }

    private static long bytesOfFullest(TransferObservation observation) {
        return observation.iterations().stream()
                .mapToLong(CellResult::bytes)
                .max()
                .orElse(0);
    }

    private static long bytes(Iteration iteration) {
        return iteration.transfers().stream()
                .mapToLong(RankTransferOutcome::bytes)
                .sum();
    }

    private static Optional<String> fabric(PathObservation path) {
        if (!path.rails().isEmpty()) {
            return Optional.of("simulated EFA");
        }
        if (path.devices().stream().anyMatch(device -> device.efa() && device.bytes() > 0)) {
            return Optional.of("EFA");
        }
        if (path.gpus().stream().anyMatch(PathObservation.Gpu::simulated)) {
            return Optional.of("simulated GPUs");
        }
        return path.transports().stream()
                .filter(transport -> transport.use().equals("provider"))
                .map(PathObservation.Transport::name)
                .findFirst();
    }

    private static @Nullable Double figure(OptionalDouble value) {
        return value.isPresent()
                ? new BigDecimal(value.getAsDouble()).round(new MathContext(4)).doubleValue()
                : null;
    }
}
