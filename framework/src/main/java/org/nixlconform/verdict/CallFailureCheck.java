package org.nixlconform.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.CallFailure;
import org.nixlconform.transfer.TransferObservation.EngineLoss;
import org.nixlconform.transfer.TransferObservation.Iteration;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;

/**
 * Calls that returned an error, but for those with a peer that the plan ends: PEER_LOST where the call was about a transfer or a notification and a peer of the rank
 * ended by itself, METADATA_MISREAD where it returned success but gave another agent's name, else REFUSED. A transfer with an error status that no failed call accounts for is one as well.
 */
final class CallFailureCheck implements Check {

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        PlannedTransfers planned = PlannedTransfers.of(plan);
        MetadataInspection metadata = new MetadataInspection(plan, observation);
        Optional<PlannedEnd> end = PlannedEnd.of(plan, observation);
        List<Finding> findings = new ArrayList<>();
        for (CallFailure failure : observation.failures()) {
            if (!isExplained(planned, observation, failure)
                    && end.filter(each -> each.explains(failure)).isEmpty()) {
                findings.add(Wording.withLog(
                        metadata.explain(
                                finding(plan, failure, lostPeers(planned, observation, failure)),
                                failure.rank(),
                                failure.phase()),
                        failure.lastLogLines()));
            }
        }
        for (Iteration iteration : observation.iterations()) {
            for (RankTransferOutcome transfer : iteration.transfers()) {
                if (transfer.status() < 0 && !Disturbance.of(observation, transfer.initiator(), iteration.index())) {
                    findings.add(finding(plan, iteration, transfer));
                }
            }
        }
        return findings;
    }

    /** Metadata of a peer that died meanwhile cannot be loaded; whether its death is seen before or after is chance. */
    private static boolean isExplained(PlannedTransfers planned, TransferObservation observation, CallFailure failure) {
        return failure.call().endsWith("load_remote_md")
                && observation.losses().stream()
                        .anyMatch(loss -> planned.peers(failure.rank()).contains(loss.rank()));
    }

    private static List<EngineLoss> lostPeers(
            PlannedTransfers planned, TransferObservation observation, CallFailure failure) {
        boolean needsPeer = failure.call().contains("xfer") || failure.call().contains("notif");
        if (!needsPeer) {
            return List.of();
        }
        return observation.losses().stream()
                .filter(loss -> planned.peers(failure.rank()).contains(loss.rank()))
                .toList();
    }

    private static Finding finding(TransferPlan plan, CallFailure failure, List<EngineLoss> lostPeers) {
        if (failure.status() == 0) {
            return misread(plan, failure);
        }
        String status = Wording.status(failure.status(), failure.statusName());
        String headline = failure.call() + " returned " + status + " on " + failure.rank() + " while "
                + Wording.activity(failure.phase());
        List<RankId> lost = lostPeers.stream().map(EngineLoss::rank).toList();
        Finding finding = Finding.of(
                        lost.isEmpty() ? FindingKind.REFUSED : FindingKind.PEER_LOST,
                        "call",
                        lost.isEmpty() ? headline : headline + ", its peer " + Wording.names(lost) + " ended by itself")
                .during(failure.phase())
                .with("expected", "success")
                .with("actual", status)
                .with(
                        "where",
                        failure.rank() + ", phase " + failure.phase() + Wording.iteration(plan, failure.iteration()));
        if (!lost.isEmpty()) {
            finding = finding.with(
                    "peer", lostPeers.stream().map(Wording::describe).collect(Collectors.joining("\n")));
        }
        return finding;
    }

    private static Finding misread(TransferPlan plan, CallFailure failure) {
        return Finding.of(FindingKind.METADATA_MISREAD, "metadata", failure.statusName() + ", on " + failure.rank())
                .during(failure.phase())
                .with("expected", "the name of the agent that gave them")
                .with("actual", failure.call() + " returned success")
                .with(
                        "where",
                        failure.rank() + ", phase " + failure.phase() + Wording.iteration(plan, failure.iteration()));
    }

    private static Finding finding(TransferPlan plan, Iteration iteration, RankTransferOutcome transfer) {
        return Finding.of(
                        FindingKind.REFUSED,
                        "call",
                        "the transfer of " + transfer.initiator() + " with " + transfer.target() + " failed")
                .with("expected", "status 0")
                .with("actual", "status " + transfer.status())
                .with("where", transfer.initiator() + Wording.iteration(plan, iteration.index()));
    }
}
