package org.nixlconform.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Fit;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.Placement;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;

/** The nodes of a cluster file, reached. */
public final class Cluster implements AutoCloseable {
    /** Lowered caches take one part in so many of what is available. */
    private static final int LOWERED_SHARE = 4;

    private static final long GIB = 1L << 30;

    private static final Duration REMOVED_WITHIN = Duration.ofSeconds(30);
    /** A node that went silent a moment ago is waited for until its connection gives up. */
    private static final Duration LEFT_WITHIN = Duration.ofSeconds(60);

    private final ClusterSpec spec;
    private final List<Node> nodes;

    /** @param nodes at least one */
    Cluster(ClusterSpec spec, List<Node> nodes) {
        this.spec = spec;
        this.nodes = List.copyOf(nodes);
    }

    /**
     * Reaches all nodes, and puts our programs there where they are not yet.
     *
     * @throws FindingException when a node cannot be used; with all that cannot
     */
    public static Cluster open(ClusterSpec spec, EngineBundle bundle) {
        return new Cluster(spec, new Reach(spec, bundle).all());
    }

    public ClusterSpec spec() {
        return spec;
    }

    public List<Node> nodes() {
        return nodes;
    }

    /** Nodes whose connection ended while the run went on; it does without them. */
    public List<Node> lost() {
        return nodes.stream().filter(node -> !node.connection().isOpen()).toList();
    }

    /** Gives each rank of a plan its node and, for VRAM, its device; or says why this cluster cannot. */
    public Assigned assign(TransferPlan plan) {
        List<Node> left =
                nodes.stream().filter(node -> node.connection().isOpen()).toList();
        if (left.isEmpty()) {
            return new Assigned.Impossible(tooFewNodes(plan, left, "1 node"));
        }
        return plan.placement() == Placement.SPREAD ? linked(spread(plan, left)) : pack(plan, left);
    }

    /** A link for data that is down would look like a failure of what is tested. */
    private static Assigned linked(Assigned assigned) {
        return assigned instanceof Assigned.On on
                ? on.ranks().nodes().stream()
                        .flatMap(node -> node.dataLinkDown().stream())
                        .findFirst()
                        .<Assigned>map(Assigned.Impossible::new)
                        .orElse(on)
                : assigned;
    }

    /**
     * Processes that were started and still run are killed, this run's folders on nodes are removed, on all nodes at the same
     * time. Never throws.
     */
    @Override
    public void close() {
        List<Thread> closing = nodes.stream()
                .map(node -> {
                    Thread thread = new Thread(() -> leave(node), "leaving " + node.name());
                    thread.setDaemon(true);
                    thread.start();
                    return thread;
                })
                .toList();
        try {
            for (Thread thread : closing) {
                thread.join(LEFT_WITHIN.toMillis());
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    private static void leave(Node node) {
        node.runFolder()
                .ifPresent(folder ->
                        node.connection().run(Command.of("rm", "-rf", "--", folder.toString()), REMOVED_WITHIN));
        node.connection().close();
    }

    /** The first node that takes all ranks; what the first says where none does. */
    private Assigned pack(TransferPlan plan, List<Node> among) {
        Assigned first = null;
        for (Node node : among) {
            Assigned assigned = place(plan, Map.of(node, plan.topology().ranks()));
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
    private Assigned spread(TransferPlan plan, List<Node> among) {
        if (among.size() < 2) {
            return new Assigned.Impossible(tooFewNodes(plan, among, "2 nodes or more"));
        }
        Topology topology = plan.topology();
        int prefillRanks = topology.prefillEngines() * topology.prefillTp();
        int wanted = Math.round((float) among.size() * prefillRanks / topology.rankCount());
        int prefillNodes = Math.max(1, Math.min(among.size() - 1, wanted));
        Map<Node, List<RankId>> shares = new LinkedHashMap<>();
        share(plan, Role.PREFILL, among.subList(0, prefillNodes), shares);
        share(plan, Role.DECODE, among.subList(prefillNodes, among.size()), shares);
        return place(plan, shares);
    }

    private static void share(TransferPlan plan, Role role, List<Node> among, Map<Node, List<RankId>> shares) {
        for (RankId rank : plan.topology().ranks()) {
            if (rank.role() == role) {
                Node node = among.get(rank.engine() % among.size());
                shares.computeIfAbsent(node, none -> new ArrayList<>()).add(rank);
            }
        }
    }

    /** All of a plan's ranks on the nodes that were chosen for them, if they fit there. */
    private Assigned place(TransferPlan plan, Map<Node, List<RankId>> shares) {
        boolean devices = plan.memory() == MemoryKind.VRAM;
        Fit fit = new Fit.AsDeclared(plan);
        Map<RankId, RankAssignment.Place> places = new HashMap<>();
        for (Map.Entry<Node, List<RankId>> share : shares.entrySet()) {
            Node node = share.getKey();
            List<RankId> ranks = share.getValue();
            if (devices && ranks.size() > node.gpus() * spec.ranksPerGpu()) {
                return new Assigned.Impossible(tooFewDevices(plan, node, ranks.size()));
            }
            fit = devices ? onDevices(fit, plan, node, ranks) : inHostMemory(fit, plan, node, ranks);
            if (fit instanceof Fit.TooLarge tooLarge) {
                return new Assigned.Impossible(tooLarge.finding());
            }
            for (RankId rank : ranks) {
                OptionalInt device = devices ? OptionalInt.of(ranks.indexOf(rank) % node.gpus()) : OptionalInt.empty();
                places.put(rank, new RankAssignment.Place(node, device));
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

    private static Fit onDevices(Fit before, TransferPlan declared, Node node, List<RankId> ranks) {
        Fit fit = before;
        for (int device = 0; device < node.gpus(); device++) {
            long memoryBytes = node.facts().gpus().get(device).memoryBytes();
            if (memoryBytes == 0) {
                continue; // Not said by the driver: the engines find out.
            }
            int index = device;
            List<RankId> here = ranks.stream()
                    .filter(rank -> ranks.indexOf(rank) % node.gpus() == index)
                    .toList();
            fit = still(plan(fit).fitInto(HeadRoom.within(memoryBytes), here), declared);
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

    private Finding tooFewNodes(TransferPlan plan, List<Node> left, String expected) {
        String headline = left.isEmpty()
                ? "no node of cluster %s is reached any more"
                : "cluster %s cannot place prefill and decode on different nodes";
        Finding finding = Finding.of(FindingKind.NODE, "cluster", headline.formatted(spec.name()))
                .with("expected", expected)
                .with(
                        "actual",
                        left.isEmpty() ? "none" : "1 node, " + left.get(0).name())
                .with("plan", plan.name());
        return lost().isEmpty()
                ? finding.with("remedy", "run it on a cluster with more nodes, or declare placement = PACK")
                : finding.with("lost", lost() + ", while the run went on")
                        .with(
                                "remedy",
                                "see that these nodes, their SSH servers and their network run, and run it again");
    }

    private Finding tooFewDevices(TransferPlan plan, Node node, int ranks) {
        int found = node.facts().gpus().size();
        String declared = node.spec()
                .gpus()
                .map(gpus -> ", %d in %s".formatted(gpus, spec.file()))
                .orElse("");
        Finding finding = Finding.of(
                        FindingKind.NODE,
                        "cluster",
                        "node %s has too few GPUs for %d ranks".formatted(node.name(), ranks))
                .with(
                        "expected",
                        "%d GPUs at %d ranks for each"
                                .formatted(ceilDivide(ranks, spec.ranksPerGpu()), spec.ranksPerGpu()))
                .with("actual", "%d GPUs found%s".formatted(found, declared))
                .with("plan", plan.name());
        return found == 0
                ? finding.with("remedy", "run it on a node whose nvidia-smi shows GPUs, or declare memory = DRAM")
                : finding.with(
                        "remedy",
                        "run it on a node with more GPUs, or set ranksPerGpu: %d in %s"
                                .formatted(ceilDivide(ranks, Math.max(1, node.gpus())), spec.file()));
    }

    private static int ceilDivide(int value, int by) {
        return (value + by - 1) / by;
    }
}
