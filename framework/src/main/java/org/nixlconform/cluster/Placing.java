package org.nixlconform.cluster;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.DeviceCache;
import org.nixlconform.plan.Fit;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.Placement;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;

/** Where the ranks of one plan go, on nodes with so many devices to use. Pure. */
final class Placing {
    /** Lowered caches take one part in so many of what is available. */
    private static final int LOWERED_SHARE = 4;

    private static final long GIB = 1L << 30;

    private final ClusterSpec spec;
    private final TransferPlan plan;
    private final Map<Node, List<Integer>> devices;

    private Placing(ClusterSpec spec, TransferPlan plan, Map<Node, List<Integer>> devices) {
        this.spec = spec;
        this.plan = plan;
        this.devices = Collections.unmodifiableMap(new LinkedHashMap<>(devices));
    }

    /** With all devices of all nodes; a plan that takes devices leaves nodes without out, where others have some. */
    static Placing on(ClusterSpec spec, List<Node> nodes, TransferPlan plan) {
        Map<Node, List<Integer>> devices = new LinkedHashMap<>();
        for (Node node : nodes) {
            int shared = node.spec().gpus().orElse(0);
            int number = plan.memory() == MemoryKind.DRAM ? shared : node.gpus();
            devices.put(node, IntStream.range(0, number).boxed().toList());
        }
        if (takesDevices(spec, plan) && devices.values().stream().anyMatch(some -> !some.isEmpty())) {
            devices.values().removeIf(List::isEmpty);
        }
        return new Placing(spec, plan, devices);
    }

    /** Whether ranks of a plan take devices: those in device memory do; those in host memory where the file says so. */
    static boolean takesDevices(ClusterSpec spec, TransferPlan plan) {
        return plan.memory() != MemoryKind.DRAM || spec.gpusForDram();
    }

    /** The same plan with other nodes or devices. */
    Placing with(Map<Node, List<Integer>> others) {
        return new Placing(spec, plan, others);
    }

    TransferPlan plan() {
        return plan;
    }

    /** In the order in which they are taken. */
    Map<Node, List<Integer>> devices() {
        return devices;
    }

    Assigned assign() {
        return plan.placement() == Placement.SPREAD ? spread() : pack();
    }

    /** The ranks where they were, on these devices. */
    Assigned again(RankAssignment ranks) {
        Map<Node, List<RankId>> shares = new LinkedHashMap<>();
        ranks.nodes().forEach(node -> shares.put(node, ranks.ranksOn(node)));
        return place(shares);
    }

    /** How many devices of a node these ranks take: one each, the next too where they have two, as far as there are so many. */
    int takenOn(Node node, RankAssignment ranks) {
        int takers = takers(ranks.ranksOn(node)).size();
        return takers == 0
                ? 0
                : Math.min(takers + devicesOfARank() - 1, devicesOf(node).size());
    }

    private int devicesOfARank() {
        return plan.deviceCache().map(DeviceCache::devices).orElse(1);
    }

    /** Those of the rank with this index among ranks on devices; none for one that is not among them. */
    private List<Integer> devicesOf(int index, List<Integer> own) {
        return index < 0
                ? List.of()
                : IntStream.range(index, index + devicesOfARank())
                        .mapToObj(next -> own.get(next % own.size()))
                        .toList();
    }

    /** Those of these ranks whose caches are there. */
    private List<RankId> ranksIn(MemoryKind memory, List<RankId> ranks) {
        return ranks.stream()
                .filter(rank -> plan.memory().of(rank.role()) == memory)
                .toList();
    }

    /** Those of these ranks that take a device. */
    private List<RankId> takers(List<RankId> ranks) {
        return ranks.stream()
                .filter(rank -> spec.gpusForDram() || plan.memory().onDevice(rank.role()))
                .toList();
    }

    private List<Integer> devicesOf(Node node) {
        return devices.getOrDefault(node, List.of());
    }

    /** The first node that takes all ranks; what the first says where none does. */
    private Assigned pack() {
        Assigned first = null;
        for (Node node : devices.keySet()) {
            Assigned assigned = place(Map.of(node, plan.topology().ranks()));
            if (assigned instanceof Assigned.On) {
                return assigned;
            }
            first = first == null ? assigned : first;
        }
        return Objects.requireNonNull(first);
    }

    /**
     * Nodes are shared out to both roles as their ranks are, at least one to each; engines go round the nodes of their role,
     * whole.
     */
    private Assigned spread() {
        List<Node> nodes = List.copyOf(devices.keySet());
        if (nodes.size() < 2) {
            return new Assigned.Impossible(oneNodeOnly(nodes.get(0)));
        }
        Topology topology = plan.topology();
        int prefillRanks = topology.prefillEngines() * topology.prefillTp();
        int wanted = Math.round((float) nodes.size() * prefillRanks / topology.rankCount());
        int prefillNodes = Math.max(1, Math.min(nodes.size() - 1, wanted));
        Map<Node, List<RankId>> shares = new LinkedHashMap<>();
        share(Role.PREFILL, nodes.subList(0, prefillNodes), shares);
        share(Role.DECODE, nodes.subList(prefillNodes, nodes.size()), shares);
        return place(shares);
    }

    private void share(Role role, List<Node> among, Map<Node, List<RankId>> shares) {
        for (RankId rank : plan.topology().ranks()) {
            if (rank.role() == role) {
                Node node = among.get(rank.engine() % among.size());
                shares.computeIfAbsent(node, none -> new ArrayList<>()).add(rank);
            }
        }
    }

    /** All of a plan's ranks on the nodes that were chosen for them, if they fit there. */
    private Assigned place(Map<Node, List<RankId>> shares) {
        Fit fit = new Fit.AsDeclared(plan);
        Map<RankId, RankAssignment.Place> places = new HashMap<>();
        for (Map.Entry<Node, List<RankId>> share : shares.entrySet()) {
            Node node = share.getKey();
            List<RankId> ranks = share.getValue();
            List<Integer> own = devicesOf(node);
            int takers = takers(ranks).size();
            if (takers > own.size() * spec.ranksPerGpu() || (takers > 0 && own.size() < devicesOfARank())) {
                return new Assigned.Impossible(tooFewDevices(node, takers));
            }
            List<RankId> onDevices = ranksIn(MemoryKind.VRAM, ranks);
            List<RankId> inHostMemory = ranksIn(MemoryKind.DRAM, ranks);
            fit = onDevices.isEmpty() ? fit : onDevices(fit, node, onDevices);
            if (!(fit instanceof Fit.TooLarge) && !inHostMemory.isEmpty()) {
                fit = inHostMemory(fit, plan, node, inHostMemory);
            }
            if (fit instanceof Fit.TooLarge tooLarge) {
                return new Assigned.Impossible(tooLarge.finding());
            }
            for (RankId rank : ranks) {
                places.put(rank, new RankAssignment.Place(node, devicesOf(onDevices.indexOf(rank), own)));
            }
        }
        Map<RankId, RankAssignment.Place> inOrder = new LinkedHashMap<>();
        plan.topology().ranks().forEach(rank -> inOrder.put(rank, Objects.requireNonNull(places.get(rank))));
        String name = fit instanceof Fit.Lowered lowered ? lowered.name() : plan.name();
        return new Assigned.On(plan(fit), name, new RankAssignment(inOrder));
    }

    private static Fit inHostMemory(Fit before, TransferPlan declared, Node node, List<RankId> ranks) {
        long available = HeadRoom.within(node.memoryAvailableBytes());
        Fit fit = modest(plan(before), available, ranks);
        if (fit instanceof Fit.TooLarge tooLarge) {
            return new Fit.TooLarge(tooLarge.finding()
                    .with("node", node.name() + ", " + HeadRoom.describe(node.memoryAvailableBytes())));
        }
        return still(fit, declared);
    }

    private Fit onDevices(Fit before, Node node, List<RankId> ranks) {
        Fit fit = before;
        List<Integer> own = devicesOf(node);
        for (int device : own) {
            long memoryBytes = node.facts().gpus().get(device).memoryBytes();
            if (memoryBytes == 0) {
                continue; // Not said by the driver: the engines find out.
            }
            List<RankId> here = ranks.stream()
                    .filter(rank -> devicesOf(ranks.indexOf(rank), own).contains(device))
                    .toList();
            fit = still(plan(fit).fitInto(HeadRoom.within(memoryBytes), here), plan);
            if (fit instanceof Fit.TooLarge tooLarge) {
                return new Fit.TooLarge(tooLarge.finding()
                        .with(
                                "node",
                                "%s, device %d, %s".formatted(node.name(), device, HeadRoom.describe(memoryBytes))));
            }
        }
        return fit;
    }

    /** A fit after another, so that the name still says what was declared. */
    private static Fit still(Fit fit, TransferPlan declared) {
        return fit instanceof Fit.TooLarge || plan(fit).equals(declared) ? fit : new Fit.Lowered(plan(fit), declared);
    }

    /**
     * Caches that have to give way give way clearly. To fill a node to its brim costs minutes of page faults and leaves
     * nothing to other programs, and the case is as good with fewer blocks. Whole GiB, so that the name of the cell does not
     * change with every change of free memory.
     */
    private static Fit modest(TransferPlan plan, long availableBytes, List<RankId> ranks) {
        Fit fit = plan.fitInto(availableBytes, ranks);
        if (fit instanceof Fit.Lowered) {
            Fit smaller = plan.fitInto(availableBytes / LOWERED_SHARE / GIB * GIB, ranks);
            return smaller instanceof Fit.Lowered ? smaller : fit;
        }
        return fit;
    }

    private static TransferPlan plan(Fit fit) {
        if (fit instanceof Fit.Lowered lowered) {
            return lowered.plan();
        }
        if (fit instanceof Fit.AsDeclared asDeclared) {
            return asDeclared.plan();
        }
        throw new IllegalStateException("a plan that does not fit has no plan to run: " + fit);
    }

    private Finding oneNodeOnly(Node node) {
        return Finding.of(
                        FindingKind.NODE,
                        "cluster",
                        "cluster %s cannot place prefill and decode on different nodes".formatted(spec.name()))
                .with("expected", "2 nodes or more")
                .with("actual", "1 node" + (takesDevices(spec, plan) ? " with GPUs, " : ", ") + node.name())
                .with("plan", plan.name())
                .with("remedy", "run it on a cluster with more nodes, or declare placement = PACK");
    }

    private Finding tooFewDevices(Node node, int ranks) {
        int found = node.facts().gpus().size();
        String declared = node.spec()
                .gpus()
                .map(gpus -> ", %d in %s".formatted(gpus, spec.ray().isPresent() ? "Ray" : spec.file()))
                .orElse("");
        Finding finding = Finding.of(
                        FindingKind.NODE,
                        "cluster",
                        "node %s has too few GPUs for %d ranks".formatted(node.name(), ranks))
                .with(
                        "expected",
                        "%d GPUs at %d ranks for each"
                                .formatted(
                                        Math.max(devicesOfARank(), ceilDivide(ranks, spec.ranksPerGpu())),
                                        spec.ranksPerGpu()))
                .with("actual", "%d GPUs found%s".formatted(found, declared))
                .with("plan", plan.name());
        return found == 0
                ? finding.with("remedy", "run it on a node whose nvidia-smi shows GPUs, or declare memory = DRAM")
                : finding.with(
                        "remedy",
                        "run it on a node with more GPUs, or set ranksPerGpu: %d in %s"
                                .formatted(
                                        ceilDivide(
                                                ranks,
                                                Math.max(1, devicesOf(node).size())),
                                        spec.file()));
    }

    private static int ceilDivide(int value, int by) {
        return (value + by - 1) / by;
    }
}
