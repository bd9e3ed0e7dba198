package org.nixlconform.verdict;

import java.util.List;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.InvalidRequest;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.InvalidRequestOutcome;

/** Requests that had to be refused when they were made, and were not: one finding for each kind of request. */
final class InvalidRequestCheck implements Check {

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        return plan.invalidRequests().stream()
                .distinct()
                .map(request -> accepted(observation, request))
                .filter(outcomes -> !outcomes.isEmpty())
                .map(InvalidRequestCheck::finding)
                .toList();
    }

    private static List<InvalidRequestOutcome> accepted(TransferObservation observation, InvalidRequest request) {
        return observation.invalidRequests().stream()
                .filter(outcome -> outcome.request() == request && outcome.status() >= 0)
                .toList();
    }

    private static Finding finding(List<InvalidRequestOutcome> accepted) {
        InvalidRequestOutcome first = accepted.get(0);
        String ranks =
                Wording.names(accepted.stream().map(InvalidRequestOutcome::rank).toList());
        return Finding.of(
                        FindingKind.ACCEPTED,
                        "request",
                        "a request with " + words(first.request()) + " was accepted on " + ranks)
                .with("expected", "an error status when the request is made")
                .with("actual", Wording.status(first.status(), first.statusName()))
                .with("where", ranks);
    }

    private static String words(InvalidRequest request) {
        return switch (request) {
            case INDEX_PAST_END -> "a remote index past the end";
            case NEGATIVE_INDEX -> "a negative remote index";
            case UNEQUAL_COUNTS -> "fewer remote indices than local ones";
            case UNEQUAL_LENGTHS -> "a local descriptor shorter than the remote one";
            case EMPTY -> "no index at all";
        };
    }
}
