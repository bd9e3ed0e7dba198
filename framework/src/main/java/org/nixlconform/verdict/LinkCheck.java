package org.nixlconform.verdict;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.DeviceCache;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.PathObservation.Gpu;
import org.nixlconform.transfer.PathObservation.Links;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Reference;

/**
 * Between GPUs of a node that NVLink connects, NVLink carried at least half of what was moved, beside what the reference
 * copied. That it counts is shown by the reference's own bytes, or by PCI Express, which carried half of what was moved out of
 * GPUs and into them: then blocks were staged through the host. Without either nothing is judged; nor where some pairs share a
 * GPU, as it is not known which of its bytes those are. Caches that no other process can map must be staged: a note says so.
 */
final class LinkCheck implements Check {
    /** A wrong way is all or nothing. */
    private static final double LEAST_SHARE = 0.5;

    private static final Set<DeviceCache> MAPPED =
            Set.of(DeviceCache.MAPPED, DeviceCache.MAPPED_WITHOUT_RDMA, DeviceCache.REMAPPED);

    private static final double REFERENCE_SEEN = 0.9;

    /** Counters lag, and others may use the links. */
    private static final long LEAST_MOVED_BYTES = 64L << 20;

    /** What was counted of the GPUs that hold caches. */
    private record Counts(long moved, long reference, long nvlink, boolean nvlinkThere, long pci) {
        static Counts of(TransferObservation observation) {
            List<Links> links = observation.path().links().stream()
                    .filter(each -> observation.path().gpus().stream().anyMatch(each::isOf))
                    .toList();
            return new Counts(
                    PathCheck.moved(observation),
                    observation.reference().map(Reference::betweenDevicesBytes).orElse(0L),
                    Math.max(sum(links, Links::receivedBytes), sum(links, Links::sentBytes)),
                    !links.isEmpty() && links.stream().allMatch(Links::nvlink),
                    Math.min(sum(links, Links::pciReceivedBytes), sum(links, Links::pciSentBytes)));
        }

        private static long sum(List<Links> links, ToLongFunction<Links> bytes) {
            return links.stream().mapToLong(bytes).sum();
        }

        long beside() {
            return Math.max(0, nvlink - reference);
        }

        boolean missed() {
            return nvlinkThere && nvlink - reference < LEAST_SHARE * moved;
        }

        boolean referenceSeen() {
            return reference > 0 && nvlink >= REFERENCE_SEEN * reference;
        }

        boolean staged() {
            return pci >= LEAST_SHARE * moved;
        }
    }

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        Counts counts = Counts.of(observation);
        return comparable(plan, observation, counts)
                        && !onlyStaged(plan)
                        && counts.missed()
                        && (counts.referenceSeen() || counts.staged())
                ? List.of(finding(observation, counts))
                : List.of();
    }

    /** Empty where nothing was counted, or it says nothing of the path. */
    static Optional<String> note(TransferPlan plan, TransferObservation observation) {
        Counts counts = Counts.of(observation);
        return comparable(plan, observation, counts) && counts.nvlinkThere()
                ? Optional.of("of " + Quantities.bytes(counts.moved()) + " moved between GPUs, NVLink carried "
                        + Quantities.bytes(counts.beside()) + ", PCI Express at least "
                        + Quantities.bytes(counts.pci())
                        + (counts.missed() && counts.staged() ? ": they were staged through the host" : ""))
                : Optional.empty();
    }

    private static boolean comparable(TransferPlan plan, TransferObservation observation, Counts counts) {
        return counts.moved() >= LEAST_MOVED_BYTES
                && !plan.deviceCache().equals(Optional.of(DeviceCache.HOST_STAGED))
                && allApart(plan, observation)
                && !Disturbance.anywhere(observation);
    }

    /** Whether caches are memory that has no handle by which another process could map it. */
    private static boolean onlyStaged(TransferPlan plan) {
        return plan.deviceCache().filter(MAPPED::contains).isPresent();
    }

    /** Whether no planned transfer is within one GPU or between nodes, and all are between GPUs. */
    private static boolean allApart(TransferPlan plan, TransferObservation observation) {
        Map<RankId, List<Gpu>> gpus = observation.path().gpus().stream().collect(Collectors.groupingBy(Gpu::rank));
        return PlannedTransfers.of(plan).bytes().keySet().stream()
                .allMatch(pair -> apart(
                        gpus.getOrDefault(pair.initiator(), List.of()), gpus.getOrDefault(pair.target(), List.of())));
    }

    private static boolean apart(List<Gpu> some, List<Gpu> others) {
        return !some.isEmpty()
                && !others.isEmpty()
                && some.stream()
                        .allMatch(one -> others.stream()
                                .allMatch(other -> one.node().equals(other.node())
                                        && !one.busId().equals(other.busId())));
    }

    private static Finding finding(TransferObservation observation, Counts counts) {
        return Finding.of(
                        FindingKind.WRONG_PATH,
                        "path",
                        "of " + Quantities.bytes(counts.moved()) + " moved between GPUs, NVLink carried "
                                + Quantities.bytes(counts.beside()))
                .with(
                        "expected",
                        "at least " + Quantities.percent(LEAST_SHARE) + " of them by NVLink, which connects the GPUs")
                .with(
                        "actual",
                        Quantities.bytes(counts.beside())
                                + (counts.reference() == 0 ? "" : " beside the reference")
                                + (counts.staged()
                                        ? ", and at least " + Quantities.bytes(counts.pci())
                                                + " through the host by PCI Express"
                                        : ""))
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
