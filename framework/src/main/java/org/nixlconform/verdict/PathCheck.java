package org.nixlconform.verdict;

import java.util.List;
import java.util.stream.Collectors;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Placement;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.PathObservation.Carried;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;
import org.nixlconform.transfer.TransferObservation.Reference;

/**
 * Blocks between nodes take the interfaces that the cluster names for data: what those received is at least what was
 * moved, but for a tenth, not much more, and no other received much of it. What was received by more than its destination
 * was relayed on the way, through a node that passes it on.
 */
final class PathCheck implements Check {
    /** Counters lag, and a node's fabric may move a part by itself; a wrong way is all or nothing. */
    static final double LEAST_SHARE = 0.9;

    /** Headers, and what was sent again. */
    static final double MOST_SHARE = 1.25;

    /** Metadata, messages and logs of the case itself, on whatever interface. */
    static final long BESIDE_BYTES = 16L << 20;

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        if (plan.placement() != Placement.SPREAD
                || observation.path().interfaces().isEmpty()
                || Disturbance.anywhere(observation)) {
            return List.of();
        }
        long moved = moved(observation);
        long forData = received(observation, true) - referenceBytes(observation);
        long beside = received(observation, false);
        boolean tooLittle = forData < moved * LEAST_SHARE;
        boolean elsewhere = beside > moved * (1 - LEAST_SHARE) + BESIDE_BYTES;
        boolean twice = forData > moved * MOST_SHARE + BESIDE_BYTES;
        return tooLittle || elsewhere || twice ? List.of(finding(observation, moved, forData, beside)) : List.of();
    }

    /** Bytes of all requests that ended well. */
    static long moved(TransferObservation observation) {
        return observation.iterations().stream()
                .flatMap(iteration -> iteration.transfers().stream())
                .filter(transfer -> transfer.status() == 0)
                .mapToLong(RankTransferOutcome::bytes)
                .sum();
    }

    /** The reference takes the interfaces for data too, whatever NIXL does. */
    private static long referenceBytes(TransferObservation observation) {
        return observation.reference().map(Reference::betweenNodesBytes).orElse(0L);
    }

    private static long received(TransferObservation observation, boolean forData) {
        return observation.path().interfaces().stream()
                .filter(each -> each.forData() == forData)
                .mapToLong(Carried::receivedBytes)
                .sum();
    }

    private static Finding finding(TransferObservation observation, long moved, long forData, long beside) {
        return Finding.of(
                        FindingKind.WRONG_PATH,
                        "path",
                        "of " + Quantities.bytes(moved) + " moved between nodes, the interfaces for data received "
                                + Quantities.bytes(forData))
                .with(
                        "expected",
                        Quantities.percent(LEAST_SHARE) + " to " + Quantities.percent(MOST_SHARE)
                                + " of them, and little elsewhere")
                .with("actual", Quantities.bytes(forData) + " there, " + Quantities.bytes(beside) + " on others")
                .with(
                        "where",
                        observation.path().interfaces().stream()
                                .map(each -> each.node() + " " + each.device() + (each.forData() ? " (data)" : "")
                                        + ": received " + Quantities.bytes(each.receivedBytes()) + ", sent "
                                        + Quantities.bytes(each.sentBytes()))
                                .collect(Collectors.joining("\n")))
                .with(
                        "remedy",
                        "see which devices the environment allows (UCX_NET_DEVICES, UCX_TLS, FI_PROVIDER), and the"
                                + " routes between the data addresses");
    }
}
