package org.nixlconform.verdict;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Expectations.Completion;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Iteration;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;
import org.nixlconform.transfer.TransferObservation.Timeout;

/**
 * Everything ends in bounded time. A step that did not end is a finding even where completion is not expected,
 * because the rest of the case could not be judged; an iteration that ended late is one only where it is.
 *
 * <p>Order: calls that never returned, never started, stalled, not notified, slow; then by rank. A rank that only
 * waits for notifications of ranks that were themselves lost, refused or stopped is no finding of its own.
 */
final class CompletionCheck implements Check {
    private static final List<FindingKind> MOST_TELLING_FIRST = List.of(
            FindingKind.CALL_NEVER_RETURNED,
            FindingKind.NEVER_STARTED,
            FindingKind.STALLED,
            FindingKind.NOT_NOTIFIED,
            FindingKind.SLOW);

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        Optional<Completion> completion = plan.expectations().completion();
        List<Finding> findings = new ArrayList<>();
        observation.timeouts().stream()
                .sorted(Comparator.comparing(Timeout::rank))
                .map(timeout -> new UnendedStep(plan, observation, timeout))
                .filter(step -> !step.isExplained())
                .map(UnendedStep::finding)
                .forEach(findings::add);
        findings.addAll(unendedTransfers(plan, observation));
        completion.flatMap(expected -> late(plan, observation, expected)).ifPresent(findings::add);
        findings.sort(Comparator.comparingInt(finding -> MOST_TELLING_FIRST.indexOf(finding.kind())));
        return findings;
    }

    /**
     * Transfers that the observation leaves in progress although nobody's deadline passed. After a loss that says
     * nothing: the others are soon told to leave.
     */
    private static List<Finding> unendedTransfers(TransferPlan plan, TransferObservation observation) {
        List<Finding> findings = new ArrayList<>();
        if (!observation.losses().isEmpty()) {
            return findings;
        }
        for (Iteration iteration : observation.iterations()) {
            for (RankTransferOutcome transfer : iteration.transfers()) {
                if (transfer.status() > 0 && !Disturbance.of(observation, transfer.initiator(), iteration.index())) {
                    findings.add(Finding.of(
                                    FindingKind.SLOW,
                                    "completion",
                                    "the transfer of " + transfer.initiator() + " with " + transfer.target()
                                            + " was still in progress when it was last seen")
                            .with("expected", "status 0")
                            .with("actual", "status " + transfer.status())
                            .with("where", transfer.initiator() + Wording.iteration(plan, iteration.index())));
                }
            }
        }
        return findings;
    }

    private record Ended(Iteration iteration, RankTransferOutcome transfer) {
        Duration took() {
            return transfer.total();
        }
    }

    /** One finding for all iterations that ended late; the slowest is told. */
    private static Optional<Finding> late(TransferPlan plan, TransferObservation observation, Completion expected) {
        List<Ended> late = observation.iterations().stream()
                .flatMap(iteration -> slowest(iteration).stream())
                .filter(ended -> ended.took().compareTo(expected.within()) > 0)
                .toList();
        return late.stream().max(Comparator.comparing(Ended::took)).map(slowest -> {
            RankTransferOutcome transfer = slowest.transfer();
            return Finding.of(
                            FindingKind.SLOW,
                            "completion",
                            Quantities.count(late.size()) + " of " + Quantities.count(plan.iterations(), "iteration")
                                    + " took longer than " + Quantities.duration(expected.within()))
                    .with("expected", Wording.obligation(expected))
                    .with("actual", "up to " + Quantities.duration(slowest.took()))
                    .with(
                            "where",
                            "iteration " + slowest.iteration().index() + ", " + transfer.initiator() + " with "
                                    + transfer.target());
        });
    }

    private static Optional<Ended> slowest(Iteration iteration) {
        return iteration.transfers().stream()
                .filter(transfer -> transfer.status() == 0)
                .map(transfer -> new Ended(iteration, transfer))
                .max(Comparator.comparing(Ended::took));
    }
}
