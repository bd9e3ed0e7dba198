package org.nixlconform.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Figure;
import org.nixlconform.transfer.TransferObservation.Recorded;
import org.nixlconform.transfer.TransferObservation.Reference;

/**
 * What was once measured on this cluster: transfers within its bounds, and a reference that is not far below it. A link
 * that got slow would otherwise lower the bar that it is held to.
 */
final class RecordedCheck implements Check {

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        MeasuredThroughput measured = MeasuredThroughput.of(plan, observation);
        if (observation.recorded().isEmpty()
                || measured.unfitBecause(plan, observation).isPresent()) {
            return List.of();
        }
        Recorded recorded = observation.recorded().get();
        List<Finding> findings = new ArrayList<>();
        recorded.transfer()
                .filter(figure -> measured.gbPerSecond().isPresent())
                .flatMap(figure -> transfer(figure, measured))
                .ifPresent(findings::add);
        recorded.link()
                .filter(figure -> measured.referenceGbPerSecond().isPresent())
                .flatMap(figure -> link(figure, measured, observation))
                .ifPresent(findings::add);
        return findings;
    }

    private static Optional<Finding> transfer(Figure figure, MeasuredThroughput measured) {
        double reached = measured.gbPerSecond().orElseThrow();
        String actual = "the median of " + Quantities.count(measured.iterations(), "iteration");
        if (reached < figure.lower()) {
            return Optional.of(finding(
                            FindingKind.THROUGHPUT,
                            "throughput",
                            Quantities.gbPerSecond(reached) + " is less than the least on this cluster, "
                                    + Quantities.gbPerSecond(figure.lower()),
                            figure)
                    .with("actual", actual));
        }
        if (figure.upper().isPresent() && reached > figure.upper().getAsDouble()) {
            return Optional.of(finding(
                            FindingKind.THROUGHPUT,
                            "throughput",
                            Quantities.gbPerSecond(reached) + " is more than this path can carry, "
                                    + Quantities.gbPerSecond(figure.upper().getAsDouble()),
                            figure)
                    .with("actual", actual)
                    .with("remedy", "see which way the blocks took; if the cluster got faster, record it anew"));
        }
        return Optional.empty();
    }

    private static Optional<Finding> link(Figure figure, MeasuredThroughput measured, TransferObservation observation) {
        double reference = measured.referenceGbPerSecond().orElseThrow();
        return reference >= figure.lower()
                ? Optional.empty()
                : Optional.of(finding(
                                FindingKind.REFERENCE_DEGRADED,
                                "reference",
                                "the reference is " + Quantities.gbPerSecond(reference) + ", less than half of the "
                                        + Quantities.gbPerSecond(figure.gbPerSecond()) + " recorded for this cluster",
                                figure)
                        .with(
                                "actual",
                                observation.reference().map(Reference::method).orElseThrow())
                        .with(
                                "remedy",
                                "a share of it says little: see the link (errors, speed, who else uses it), or record"
                                        + " it anew"));
    }

    private static Finding finding(FindingKind kind, String subject, String headline, Figure figure) {
        return Finding.of(kind, subject, headline)
                .with("expected", Quantities.gbPerSecond(figure.gbPerSecond()) + ", " + figure.of())
                .with("recorded", figure.source());
    }
}
