package org.nixlconform.reports.allure;

import io.qameta.allure.model.Stage;
import io.qameta.allure.model.Status;
import io.qameta.allure.model.StepResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.nixlconform.report.TransferReport;
import org.nixlconform.reports.results.Figures;
import org.nixlconform.reports.results.PhaseTimes;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.verdict.Outcome;

/** The stages of a cell as steps; under the transfer, its phases. */
final class Steps {
    private Steps() {}

    static List<StepResult> of(TransferReport report) {
        Status failure = report.verdict().outcome() == Outcome.BROKEN ? Status.BROKEN : Status.FAILED;
        List<StepResult> steps = new ArrayList<>();
        for (TransferReport.Stage stage : report.stages()) {
            String name = stage.note().isEmpty() ? stage.name() : stage.name() + " (" + stage.note() + ")";
            StepResult step = step(name, stage.startedAt(), stage.took().toMillis())
                    .setStatus(stage.failed() ? failure : Status.PASSED);
            if (stage.name().equals("transfer")) {
                report.observation().ifPresent(observation -> step.setSteps(phases(stage.startedAt(), observation)));
            }
            steps.add(step);
        }
        return steps;
    }

    /**
     * Ranks go through their phases side by side, so a phase has no single beginning: each step begins with the stage
     * and is as long as its slowest rank took.
     */
    private static List<StepResult> phases(Instant startedAt, TransferObservation observation) {
        List<StepResult> steps = new ArrayList<>();
        PhaseTimes.byPhase(observation.phases()).forEach((phase, times) -> {
            long count = observation.phases().stream()
                    .filter(time -> time.phase().equals(phase))
                    .map(TransferObservation.PhaseTime::rank)
                    .distinct()
                    .count();
            String name = "%s: median %s, max %s over %d %s"
                    .formatted(
                            phase,
                            Figures.millis(times.medianMillis()),
                            Figures.millis(times.maxMillis()),
                            count,
                            count == 1 ? "rank" : "ranks");
            steps.add(step(name, startedAt, Math.round(times.maxMillis())));
        });
        return steps;
    }

    private static StepResult step(String name, Instant startedAt, long tookMillis) {
        return new StepResult()
                .setName(name)
                .setStatus(Status.PASSED)
                .setStage(Stage.FINISHED)
                .setStart(startedAt.toEpochMilli())
                .setStop(startedAt.toEpochMilli() + tookMillis);
    }
}
