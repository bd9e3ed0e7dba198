package org.nixlconform.jupiter;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.nixlconform.cluster.Assigned;
import org.nixlconform.cluster.Held;
import org.nixlconform.cluster.RankAssignment;
import org.nixlconform.engine.EnginePair;
import org.nixlconform.environment.EnvironmentPair;
import org.nixlconform.fault.PlantedFault;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferRun;
import org.nixlconform.verdict.Judge;
import org.nixlconform.verdict.Verdict;

/**
 * Takes the throughput that a case must reach from a clean run of the same case, just before the fault is planted: no
 * fixed share of the reference holds on every machine.
 */
record CalibratedFloor(FaultRun runner, PlantedFault fault) {

    /** Not planted where the clean run gives no share; why is among the findings then. */
    FaultRun.Found found() {
        try {
            double clean = cleanShare();
            return runner.of(new PlantedFault(
                    fault.name(),
                    fault.family(),
                    fault.seed(),
                    expecting(clean * fault.floor().orElseThrow()),
                    fault.faults(),
                    fault.outside(),
                    fault.expected()));
        } catch (FindingException stopped) {
            return new FaultRun.Found(false, stopped.findings(), Duration.ZERO);
        }
    }

    private TransferPlan expecting(double share) {
        Planned planned =
                PlanDraft.of(fault.name(), fault.plan()).expectThroughput(share).plan();
        if (planned instanceof Planned.Refused refused) {
            throw new FindingException(refused.findings());
        }
        return ((Planned.Possible) planned).plan();
    }

    private double cleanShare() {
        TransferPlan plan = fault.plan();
        try (Held held = runner.cluster().hold(plan)) {
            if (held.assigned() instanceof Assigned.On on) {
                return cleanShare(plan, on.ranks());
            }
        }
        throw uncalibrated("the cluster has no place for " + plan.name());
    }

    private double cleanShare(TransferPlan plan, RankAssignment ranks) {
        Path logs = runner.folder().resolve("clean-" + fault.seed()).resolve(Evidence.LOGS);
        EnginePair engines = EnginePair.start(plan, ranks, EnvironmentPair.of(runner.environment()), logs);
        List<Finding> findings = new ArrayList<>();
        Verdict verdict;
        try {
            verdict = Judge.judge(
                    plan, new TransferRun(plan, engines, CellPipeline.host(ranks), false, step -> {}).run());
            findings.addAll(verdict.findings());
        } finally {
            findings.addAll(engines.end());
        }
        if (!findings.isEmpty()) {
            throw new FindingException(findings);
        }
        OptionalDouble share = verdict.shareOfReference();
        if (share.isEmpty() || verdict.notes().stream().anyMatch(CalibratedFloor::isOfThroughput)) {
            throw uncalibrated(String.join("; ", verdict.notes()));
        }
        return share.getAsDouble();
    }

    /** Others say which GPUs were used, and by which way. */
    private static boolean isOfThroughput(String note) {
        return note.contains("throughput");
    }

    private static FindingException uncalibrated(String because) {
        return new FindingException(Finding.of(
                        FindingKind.PREREQUISITE, "fault", "a clean run gives no throughput to hold a slow one against")
                .with("expected", "a share of the reference")
                .with("actual", because));
    }
}
