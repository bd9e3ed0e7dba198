package org.nixlconform.verdict;

import java.util.List;
import java.util.Optional;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.EngineLoss;

/** Engines that ended by themselves, and not as the plan wants it: one finding for each. */
final class EngineLossCheck implements Check {

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        MetadataInspection metadata = new MetadataInspection(plan, observation);
        Optional<PlannedEnd> planned = PlannedEnd.of(plan, observation);
        return observation.losses().stream()
                .filter(loss -> planned.filter(end -> end.explains(loss)).isEmpty())
                .map(loss -> finding(loss, metadata))
                .toList();
    }

    private static Finding finding(EngineLoss loss, MetadataInspection metadata) {
        boolean ended = loss.signal().isPresent() || loss.exitCode().isPresent();
        String how = ended
                ? " ended by itself, " + Wording.cause(loss)
                : " was lost, the connection to its node or to our warden there ended";
        String headline = loss.rank() + how + ", while " + Wording.activity(loss.phase());
        Finding finding = Finding.of(FindingKind.ENGINE_DIED, "engine", headline)
                .during(loss.phase())
                .with("expected", "the engine lives until it is told to end")
                .with("actual", Wording.cause(loss))
                .with("where", loss.rank() + ", phase " + loss.phase());
        return Wording.withLog(metadata.explain(finding, loss.rank(), loss.phase()), loss.lastLogLines());
    }
}
