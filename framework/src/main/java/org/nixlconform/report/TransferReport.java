package org.nixlconform.report;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.verdict.Verdict;

/**
 * Everything about one cell.
 *
 * @param cell its name, unique in a run, also the name of its evidence folder (made fit for a file system)
 * @param testClass fully qualified
 * @param testMethod its name
 * @param labels such as {@code requirement}; shown, not interpreted
 * @param plan empty when the plan itself was refused
 * @param observation empty when no NIXL call was made
 * @param testResult {@code passed}, {@code failed}, {@code aborted} or {@code error}
 * @param knownIssue id of the known issue that it hit
 * @param places by node, which ranks ran there and on which GPUs; empty when none did
 * @param stages stages in order, with their own times
 * @param evidence files under {@code evidence/<cell>/}, relative to the report folder
 */
public record TransferReport(
        String cell,
        String testClass,
        String testMethod,
        Optional<String> environment,
        Map<String, String> labels,
        Optional<TransferPlan> plan,
        Optional<TransferObservation> observation,
        Verdict verdict,
        String testResult,
        Optional<String> knownIssue,
        Instant startedAt,
        Duration took,
        Map<String, String> places,
        List<Stage> stages,
        List<Path> evidence) {
    public TransferReport {
        labels = Map.copyOf(labels);
        places = Collections.unmodifiableMap(new LinkedHashMap<>(places));
        stages = List.copyOf(stages);
        evidence = List.copyOf(evidence);
    }

    /** @param note one line, such as {@code "reused"} or what went wrong */
    public record Stage(String name, Instant startedAt, Duration took, boolean failed, String note) {}
}
