package org.nixlconform.verdict;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.PathObservation.Gpu;
import org.nixlconform.transfer.PathObservation.Links;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Reference;

/**
 * Between GPUs of a node that NVLink connects, NVLink carried at least half of what was moved, beside what the reference
 * copied. The reference is what shows that it connects them and is counted: where its bytes are not there, as between GPUs
 * on PCIe alone, nothing is judged; nor where some pairs share a GPU, as it is not known which of its bytes those are.
 */
final class LinkCheck implements Check {
    /** A wrong way is all or nothing. */
    private static final double LEAST_SHARE = 0.5;

    private static final double REFERENCE_SEEN = 0.9;

    /** Counters lag, and others may use the links. */
    private static final long LEAST_MOVED_BYTES = 64L << 20;

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        long moved = PathCheck.moved(observation);
        long reference =
                observation.reference().map(Reference::betweenDevicesBytes).orElse(0L);
        long carried = Math.max(sum(observation, Links::receivedBytes), sum(observation, Links::sentBytes));
        boolean counted = reference > 0 && carried >= REFERENCE_SEEN * reference;
        boolean judged = counted && moved >= LEAST_MOVED_BYTES && allApart(plan, observation);
        return judged && !Disturbance.anywhere(observation) && carried - reference < LEAST_SHARE * moved
                ? List.of(finding(observation, moved, Math.max(0, carried - reference)))
                : List.of();
    }

    /** Of the GPUs that hold caches. */
    private static long sum(TransferObservation observation, ToLongFunction<Links> bytes) {
        return observation.path().links().stream()
                .filter(each -> observation.path().gpus().stream().anyMatch(each::isOf))
                .mapToLong(bytes)
                .sum();
    }

    /** Whether no planned transfer is within one GPU or between nodes, and all are between real ones. */
    private static boolean allApart(TransferPlan plan, TransferObservation observation) {
        Map<RankId, Gpu> gpus = observation.path().gpus().stream().collect(Collectors.toMap(Gpu::rank, gpu -> gpu));
        return PlannedTransfers.of(plan).bytes().keySet().stream().allMatch(pair -> {
            Optional<Gpu> one = Optional.ofNullable(gpus.get(pair.initiator()));
            Optional<Gpu> other = Optional.ofNullable(gpus.get(pair.target()));
            return one.isPresent()
                    && other.isPresent()
                    && one.get().node().equals(other.get().node())
                    && !one.get().busId().equals(other.get().busId());
        });
    }

    private static Finding finding(TransferObservation observation, long moved, long carried) {
        return Finding.of(
                        FindingKind.WRONG_PATH,
                        "path",
                        "of " + Quantities.bytes(moved) + " moved between GPUs, NVLink carried "
                                + Quantities.bytes(carried))
                .with(
                        "expected",
                        "at least " + Quantities.percent(LEAST_SHARE) + " of them, as NVLink carried the reference")
                .with("actual", Quantities.bytes(carried) + " beside the reference")
                .with(
                        "where",
                        observation.path().links().stream()
                                .map(each -> each.node() + " " + each.busId() + ": received "
                                        + Quantities.bytes(each.receivedBytes()) + ", sent "
                                        + Quantities.bytes(each.sentBytes()))
                                .collect(Collectors.joining("\n")))
                .with("remedy", "see whether UCX_TLS leaves out cuda_ipc, and what it says that it takes instead");
    }
}
