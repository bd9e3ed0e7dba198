package org.nixlconform.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.DeviceCache;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.Placement;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.PathObservation;
import org.nixlconform.transfer.PathObservation.RdmaDevice;
import org.nixlconform.transfer.PathObservation.Transport;
import org.nixlconform.transfer.TransferObservation;

/**
 * The transport that a backend says it takes is none that leaves a node's RDMA devices idle or slow, unless the environment
 * asks for it: between nodes UCX takes more than tcp and ud where there are RDMA devices, and the rails of LIBFABRIC are of
 * provider efa where EFA is there or asked for. Between GPUs of one node UCX has cuda_ipc, whatever is asked for: without it
 * every block is staged through the host. Where NIXL moves host memory of
 * one role or both, no transport is expected.
 */
final class TransportCheck implements Check {
    private static final Pattern SLOW = Pattern.compile("tcp|ud|ud_.*");
    private static final String BETWEEN_NODES = "inter-node";
    private static final String WITHIN_A_NODE = "intra-node";
    private static final String BETWEEN_GPUS = "cuda_ipc";
    private static final String OF_RAILS = "provider";
    private static final String EFA = "efa";

    /** Lanes that only ask whether a peer is alive. */
    private static final String KEEP_ALIVE = "ka";

    private static final int NAMED = 4;

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        PathObservation path = observation.path();
        List<Finding> findings = new ArrayList<>();
        path.transports().stream()
                .filter(each -> !each.use().equals(KEEP_ALIVE))
                .collect(Collectors.groupingBy(Transport::rank, TreeMap::new, Collectors.toList()))
                .forEach((rank, taken) -> slow(path, taken)
                        .or(() -> notEfa(path, taken))
                        .map(words -> finding(path, rank, taken, words))
                        .or(() -> staged(plan, path, rank, taken))
                        .ifPresent(findings::add));
        return findings;
    }

    private static Optional<String> slow(PathObservation path, List<Transport> taken) {
        Set<String> between = taken.stream()
                .filter(each -> each.reach().equals(BETWEEN_NODES))
                .map(Transport::name)
                .collect(Collectors.toSet());
        boolean onlySlow = !between.isEmpty()
                && between.stream().allMatch(name -> SLOW.matcher(name).matches() && !isAsked(path, name));
        return onlySlow && !path.devices().isEmpty()
                ? Optional.of("a transport of the RDMA devices, other than ud")
                : Optional.empty();
    }

    private static Optional<String> notEfa(PathObservation path, List<Transport> taken) {
        boolean wanted = path.asked().contains(EFA)
                || (path.asked().isEmpty() && path.devices().stream().anyMatch(RdmaDevice::efa));
        boolean other = taken.stream()
                .anyMatch(each -> each.use().equals(OF_RAILS) && !each.name().startsWith(EFA));
        return wanted && other ? Optional.of("rails of provider efa") : Optional.empty();
    }

    private static boolean betweenGpus(TransferPlan plan) {
        return plan.memory() == MemoryKind.VRAM && !plan.deviceCache().equals(Optional.of(DeviceCache.HOST_STAGED));
    }

    /** Simulated GPUs are memory of the host, where other transports are right. */
    private static Optional<Finding> staged(
            TransferPlan plan, PathObservation path, RankId rank, List<Transport> taken) {
        List<String> within = taken.stream()
                .filter(each -> each.reach().equals(WITHIN_A_NODE))
                .map(Transport::name)
                .distinct()
                .toList();
        boolean onGpu = path.gpus().stream().anyMatch(gpu -> gpu.rank().equals(rank) && !gpu.simulated());
        if (!onGpu
                || !betweenGpus(plan)
                || plan.placement() != Placement.PACK
                || within.isEmpty()
                || within.contains(BETWEEN_GPUS)) {
            return Optional.empty();
        }
        String names = String.join(", ", within);
        return Optional.of(Finding.of(
                        FindingKind.WRONG_PATH,
                        "transport",
                        rank + " has its blocks staged through the host: it reaches the GPUs of its node over " + names)
                .with("expected", BETWEEN_GPUS)
                .with("actual", names)
                .with("where", rank)
                .with("gpus", String.join("\n", path.gpusDescribed()))
                .with(
                        "remedy",
                        "see whether UCX_TLS leaves out " + BETWEEN_GPUS + ", whether libcudart.so.12 is found, and"
                                + " whether the processes may open each other's GPU memory (one IPC namespace, all GPUs"
                                + " visible to both)"));
    }

    /** {@code ud} asks for all that begin so. */
    private static boolean isAsked(PathObservation path, String name) {
        return path.asked().contains(name) || path.asked().contains(name.split("_", 2)[0]);
    }

    private static Finding finding(PathObservation path, RankId rank, List<Transport> taken, String expected) {
        String names = taken.stream()
                .filter(each -> each.reach().equals(BETWEEN_NODES) || each.use().equals(OF_RAILS))
                .map(each -> each.device().isEmpty() ? each.name() : each.name() + "/" + each.device())
                .distinct()
                .collect(Collectors.joining(", "));
        List<String> devices = path.devices().stream()
                .map(each -> each.node() + " " + each.device())
                .toList();
        Finding finding = Finding.of(FindingKind.WRONG_PATH, "transport", rank + " reaches its peers over " + names)
                .with("expected", expected)
                .with("actual", names)
                .with("where", rank);
        return (devices.isEmpty() ? finding : finding.with("devices", Wording.few(devices, ", ", NAMED)))
                .with(
                        "remedy",
                        "see whether the engine may use the devices (memory lock limit, /dev/infiniband), and which"
                                + " variables keep it from them (UCX_TLS, UCX_NET_DEVICES, FI_PROVIDER)");
    }
}
