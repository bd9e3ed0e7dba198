package org.nixlconform.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.AtDone;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Iteration;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;

/**
 * What a WRITE writes may come after its initiator was told DONE, if only the target's notification comes after it: that is
 * a note. Where a case asks for more it is a finding, one a target, from the first iteration that has it; and where nobody
 * could look, that says that the case was not judged.
 */
final class VisibilityCheck implements Check {

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        if (!plan.expectations().visibleAtDone() || plan.direction().operation() == Operation.READ) {
            return List.of();
        }
        List<Finding> findings = new ArrayList<>();
        for (Iteration iteration : observation.iterations()) {
            for (RankTransferOutcome transfer : iteration.transfers()) {
                String where = ", at " + transfer.target();
                boolean first = findings.stream()
                        .noneMatch(finding -> finding.headline().endsWith(where));
                transfer.atDone()
                        .filter(seen -> seen.hidden() > 0 && first)
                        .ifPresent(seen -> findings.add(finding(plan, iteration, transfer, seen, where)));
            }
        }
        AtDone.of(observation)
                .filter(seen -> !seen.notObserved().isEmpty())
                .ifPresent(seen -> findings.add(notObserved(seen)));
        return findings;
    }

    private static Finding finding(
            TransferPlan plan, Iteration iteration, RankTransferOutcome transfer, AtDone seen, String where) {
        return Finding.of(
                        FindingKind.EARLY_DONE,
                        "completion",
                        "a WRITE was DONE before " + hidden(seen) + " visible" + where)
                .with(
                        "expected",
                        "every block slice visible at the target when the initiator is told DONE, as the case asks")
                .with("actual", hidden(seen) + " not visible" + came(seen))
                .with(
                        "where",
                        transfer.initiator() + " to " + transfer.target() + Wording.iteration(plan, iteration.index()))
                .with("remedy", "read blocks at the target after its notification, or do without visibleAtDone");
    }

    private static Finding notObserved(AtDone seen) {
        return Finding.of(
                        FindingKind.PREREQUISITE,
                        "completion",
                        "whether WRITEs were visible at DONE could not be observed")
                .with("expected", "a look into each target's memory right after DONE")
                .with("actual", String.join("; ", seen.notObserved()));
    }

    /** What was seen that is no finding by itself. */
    static List<String> notes(TransferObservation observation) {
        Optional<AtDone> all = AtDone.of(observation);
        List<String> notes = new ArrayList<>();
        all.filter(seen -> seen.hidden() > 0)
                .ifPresent(seen -> notes.add(hidden(seen) + " not visible at the target at DONE" + came(seen)));
        all.filter(seen -> !seen.notObserved().isEmpty())
                .ifPresent(seen ->
                        notes.add("visibility at DONE was not observed: " + String.join("; ", seen.notObserved())));
        return notes;
    }

    /** {@code 3 of 512 block slices were}. */
    private static String hidden(AtDone seen) {
        return Quantities.count(seen.hidden()) + " of " + Quantities.count(seen.looked(), "block slice")
                + (seen.hidden() == 1 ? " was" : " were");
    }

    private static String came(AtDone seen) {
        long came = seen.hidden() - seen.missing();
        return (came > 0 ? "; the last after " + Quantities.duration(seen.latest()) : "")
                + (seen.missing() > 0
                        ? "; " + Quantities.count(seen.missing()) + " not as long as it was looked for"
                        : "");
    }
}
