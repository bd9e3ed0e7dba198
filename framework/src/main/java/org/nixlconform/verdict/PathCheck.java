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
 * moved, but for a tenth, and no other received much of it.
 */
final class PathCheck implements Check {
    /** Counters lag, and a node's fabric may move a part by itself; a wrong way is all or nothing. */
    private static final double LEAST_SHARE = 0.9;

    /** Metadata, messages and logs of the case itself, on whatever interface. */
    private static final long BESIDE_BYTES = 16L << 20;

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        if (plan.placement() != Placement.SPREAD
                || observation.path().interfaces().isEmpty()
                || Disturbance.anywhere(observation)) {
            return List.of();
        }
        long moved = observation.iterations().stream()
                .flatMap(iteration -> iteration.transfers().stream())
                .filter(transfer -> transfer.status() == 0)
                .mapToLong(RankTransferOutcome::bytes)
                .sum();
        long forData = received(observation, true) - referenceBytes(observation);
        long beside = received(observation, false);
        boolean tooLittle = forData < moved * LEAST_SHARE;
        boolean elsewhere = beside > moved * (1 - LEAST_SHARE) + BESIDE_BYTES;
        return tooLittle || elsewhere ? List.of(finding(observation, moved, forData, beside)) : List.of();
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
                .with("expected", "at least " + Quantities.percent(LEAST_SHARE) + " of them, and little elsewhere")
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
