package org.nixlconform.verdict;

import java.util.ArrayList;
import java.util.List;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Integrity;
import org.nixlconform.transfer.TransferObservation.Iteration;

/**
 * A destination has all its data when it is told so: by DONE where it initiates (READ), by the notification where its
 * peer does (WRITE). A serving engine reads its blocks at that moment; that they come later does not help it. Judged
 * where integrity or completion is expected; one finding a rank, from the first iteration that has it.
 */
final class EarlyCompletionCheck implements Check {

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        if (!plan.expectations().integrity() && plan.expectations().completion().isEmpty()) {
            return List.of();
        }
        List<Finding> findings = new ArrayList<>();
        for (Iteration iteration : observation.iterations()) {
            for (Integrity integrity : iteration.integrity()) {
                boolean first = findings.stream()
                        .noneMatch(finding -> finding.headline().endsWith(", on " + integrity.rank()));
                if (integrity.slicesLate() > 0 && first) {
                    findings.add(finding(plan, iteration, integrity));
                }
            }
        }
        return findings;
    }

    private static Finding finding(TransferPlan plan, Iteration iteration, Integrity integrity) {
        boolean told = plan.direction().operation() == Operation.WRITE;
        String late = Quantities.count(integrity.slicesLate()) + " of "
                + Quantities.count(integrity.slicesSelected(), "block slice");
        return Finding.of(
                        told ? FindingKind.EARLY_NOTIFICATION : FindingKind.EARLY_DONE,
                        "completion",
                        (told ? "the notification came before " : "DONE was reported before ") + late + ", on "
                                + integrity.rank())
                .with("expected", "every block slice in place when the rank is told that the transfer is over")
                .with(
                        "actual",
                        late + " came later, within " + Quantities.duration(integrity.lateBy()) + " after it was told")
                .with("where", integrity.rank() + Wording.iteration(plan, iteration.index()));
    }
}
