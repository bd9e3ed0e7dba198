package org.nixlconform.verdict;

import java.util.List;
import java.util.Optional;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.PeerEnd;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;

/**
 * A case that ends a peer says something only where that peer was really ended, and, in flight, before all was done. Whether it
 * can be is the machine's and chance's matter: such a case is inconclusive.
 */
final class PeerEndCheck implements Check {

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        return plan.peerEnd().stream()
                .flatMap(end -> missed(end, plan, observation).stream())
                .toList();
    }

    private static Optional<Finding> missed(PeerEnd end, TransferPlan plan, TransferObservation observation) {
        Optional<PlannedEnd> ended = PlannedEnd.of(plan, observation);
        if (ended.isEmpty()) {
            return Disturbance.anywhere(observation)
                    ? Optional.empty()
                    : Optional.of(finding(end, "it lived to the end: no transfer was long enough"));
        }
        boolean inFlight = end.moment() == PeerEnd.Moment.IN_FLIGHT;
        List<RankId> peers = List.copyOf(PlannedTransfers.of(plan).peers(end.rank()));
        boolean allDone = inFlight
                && peers.stream().allMatch(peer -> ended.get().allDone(peer, plan.iterations() - 1))
                && observation.iterations().stream()
                        .flatMap(iteration -> iteration.integrity().stream())
                        .allMatch(integrity -> integrity.runsDiffering() == 0);
        return allDone ? Optional.of(finding(end, "every transfer with it was done before")) : Optional.empty();
    }

    private static Finding finding(PeerEnd end, String actual) {
        return Finding.of(
                        FindingKind.PREREQUISITE,
                        "peer",
                        "%s was not ended %s, as the case asks for"
                                .formatted(end.rank(), end.moment().label()))
                .with("expected", "it is killed while blocks that it sends or receives are on their way")
                .with("actual", actual)
                .with("remedy", "let the case transfer more blocks");
    }
}
