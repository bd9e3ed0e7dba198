package org.nixlconform.verdict;

import java.util.List;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Reference;

/** A stated share of what the same ranks reach without NIXL. Says nothing where that cannot be judged. */
final class ThroughputCheck implements Check {

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        MeasuredThroughput measured = MeasuredThroughput.of(plan, observation);
        if (measured.notJudgedBecause(plan, observation).isPresent()) {
            return List.of();
        }
        double expected = plan.expectations().throughput().orElseThrow().shareOfReference();
        double share = measured.shareOfReference().orElseThrow();
        return share >= expected ? List.of() : List.of(finding(observation, measured, expected));
    }

    private static Finding finding(TransferObservation observation, MeasuredThroughput measured, double expected) {
        double reached = measured.gbPerSecond().orElseThrow();
        double reference = measured.referenceGbPerSecond().orElseThrow();
        String share = Quantities.percent(measured.shareOfReference().orElseThrow());
        return Finding.of(
                        FindingKind.THROUGHPUT,
                        "throughput",
                        Quantities.gbPerSecond(reached) + " is " + share + " of the reference, less than "
                                + Quantities.percent(expected))
                .with(
                        "expected",
                        "at least " + Quantities.percent(expected) + " of the reference, "
                                + Quantities.gbPerSecond(expected * reference))
                .with(
                        "actual",
                        share + ", " + Quantities.gbPerSecond(reached) + ", the median of "
                                + Quantities.count(measured.iterations(), "iteration"))
                .with(
                        "reference",
                        Quantities.gbPerSecond(reference) + ", "
                                + observation.reference().map(Reference::method).orElseThrow());
    }
}
