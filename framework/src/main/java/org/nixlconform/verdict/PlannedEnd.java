package org.nixlconform.verdict;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.nixlconform.plan.PeerEnd;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.CallFailure;
import org.nixlconform.transfer.TransferObservation.EngineLoss;
import org.nixlconform.transfer.TransferObservation.Integrity;

/**
 * The end of a rank that the plan asked for and that came: what it explains of the observation. It explains no more than what
 * has to do with that rank; what others exchange with each other is held against the plan as ever.
 */
record PlannedEnd(RankId rank, PlannedTransfers planned, TransferObservation observation) {
    /** What a call of these is about is the set-up of all of a rank's peers, or a peer's request. */
    private static final Set<String> ABOUT_PEERS = Set.of("connect", "prepare", "make");

    /** Empty where the plan ends no rank, or that rank is not gone, or went otherwise. */
    static Optional<PlannedEnd> of(TransferPlan plan, TransferObservation observation) {
        return plan.peerEnd()
                .map(PeerEnd::rank)
                .filter(rank -> observation.losses().stream().anyMatch(loss -> isPlanned(rank, loss)))
                .map(rank -> new PlannedEnd(rank, PlannedTransfers.of(plan), observation));
    }

    private static boolean isPlanned(RankId rank, EngineLoss loss) {
        return loss.rank().equals(rank) && loss.signal().equals(Optional.of("SIGKILL"));
    }

    boolean explains(EngineLoss loss) {
        return isPlanned(rank, loss);
    }

    boolean explains(CallFailure failure) {
        return planned.peers(failure.rank()).contains(rank)
                && (ABOUT_PEERS.contains(failure.phase()) || failure.phase().equals("transfer to " + rank));
    }

    /** Who was ended, and what the others were told of it. */
    String described() {
        List<String> told = observation.failures().stream()
                .filter(this::explains)
                .map(failure -> failure.rank() + ", " + failure.call() + " returned "
                        + Wording.status(failure.status(), failure.statusName()))
                .toList();
        return rank + " was killed, as the case asks; "
                + (told.isEmpty() ? "no call of the others failed" : "told to " + String.join("; ", told));
    }

    /** Whether nothing else ended the case early. */
    boolean isAlone() {
        return observation.timeouts().isEmpty()
                && observation.losses().stream().allMatch(this::explains)
                && observation.failures().stream().allMatch(this::explains);
    }

    /** Of a destination that lives: slices that the dead rank may have left unwritten, as it was not done. */
    long unwrittenSlices(Integrity integrity, int iteration) {
        if (integrity.slicesSelected() == 0 || allDone(integrity.rank(), iteration)) {
            return 0;
        }
        long bytes = planned.bytes(new PlannedTransfers.Pair(integrity.rank(), rank))
                + planned.bytes(new PlannedTransfers.Pair(rank, integrity.rank()));
        return bytes / (integrity.bytesSelected() / integrity.slicesSelected());
    }

    /** Whether the one who lives was told that all is done. Of a dead initiator nothing is known. */
    boolean allDone(RankId living, int iteration) {
        return observation.iterations().stream()
                .filter(each -> each.index() == iteration)
                .flatMap(each -> each.transfers().stream())
                .anyMatch(transfer -> transfer.initiator().equals(living)
                        && transfer.target().equals(rank)
                        && transfer.status() == 0);
    }
}
