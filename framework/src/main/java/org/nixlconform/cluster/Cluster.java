package org.nixlconform.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Fit;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.Placement;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;

/** The nodes of a cluster file, reached. For now that is this machine. */
public final class Cluster implements AutoCloseable {
    /** Lowered caches take one part in so many of what is available. */
    private static final int LOWERED_SHARE = 4;

    private static final long GIB = 1L << 30;

    private final ClusterSpec spec;
    private final List<Node> nodes;

    /** @param nodes at least one */
    Cluster(ClusterSpec spec, List<Node> nodes) {
        this.spec = spec;
        this.nodes = List.copyOf(nodes);
    }

    /** @throws FindingException when a node cannot be used */
    public static Cluster open(ClusterSpec spec) {
        return new Cluster(
                spec, spec.nodes().stream().map(node -> reach(node, spec)).toList());
    }

    private static Node reach(NodeSpec node, ClusterSpec spec) {
        Path workFolder = spec.workFolder().toAbsolutePath().normalize();
        try {
            Files.createDirectories(workFolder);
            Files.delete(Files.createTempFile(workFolder, "writable-", ""));
        } catch (IOException e) {
            throw new FindingException(
                    Finding.of(
                                    FindingKind.PREREQUISITE,
                                    "cluster",
                                    "the work folder on node %s cannot be written".formatted(node.name()))
                            .with("expected", "a folder that can be made and written")
                            .with("actual", e)
                            .with("where", workFolder + ", of " + spec.file())
                            .with("remedy", "make it writable, or name another as workFolder in the cluster's file"),
                    e);
        }
        NodeConnection connection = new LocalConnection();
        return new Node(node, new NodeDiscovery(connection).discover(), connection, workFolder);
    }

    public ClusterSpec spec() {
        return spec;
    }

    public List<Node> nodes() {
        return nodes;
    }

    /** Gives each rank of a plan its node and, for VRAM, its device; or says why this cluster cannot. */
    public Assigned assign(TransferPlan plan) {
        if (plan.placement() == Placement.SPREAD) {
            return new Assigned.Impossible(oneNodeOnly(plan));
        }
        Node node = nodes.get(0);
        return plan.memory() == MemoryKind.VRAM ? assignDevices(plan, node) : assignHostMemory(plan, node);
    }

    /** Processes that were started and still run are killed. Never throws. */
    @Override
    public void close() {
        nodes.forEach(node -> node.connection().close());
    }

    private Assigned assignHostMemory(TransferPlan plan, Node node) {
        Fit fit = modest(plan, HeadRoom.within(node.facts().memoryAvailableBytes()));
        if (fit instanceof Fit.TooLarge tooLarge) {
            return new Assigned.Impossible(tooLarge.finding()
                    .with(
                            "node",
                            node.name() + ", " + HeadRoom.describe(node.facts().memoryAvailableBytes())));
        }
        return assigned(fit, node, 0);
    }

    /**
     * Caches that have to give way give way clearly. To fill a node to its brim costs minutes of page faults and leaves
     * nothing to other programs, and the case is as good with fewer blocks. Whole GiB, so that the name of the cell does not
     * change with every change of free memory.
     */
    private static Fit modest(TransferPlan plan, long availableBytes) {
        Fit fit = plan.fitInto(availableBytes, plan.topology().ranks());
        if (fit instanceof Fit.Lowered) {
            Fit smaller = plan.fitInto(
                    availableBytes / LOWERED_SHARE / GIB * GIB, plan.topology().ranks());
            return smaller instanceof Fit.Lowered ? smaller : fit;
        }
        return fit;
    }

    private Assigned assignDevices(TransferPlan plan, Node node) {
        int ranks = plan.topology().rankCount();
        int gpus = node.gpus();
        if (ranks > gpus * spec.ranksPerGpu()) {
            return new Assigned.Impossible(tooFewDevices(plan, node));
        }
        Fit fit = new Fit.AsDeclared(plan);
        for (int device = 0; device < gpus; device++) {
            long memoryBytes = node.facts().gpus().get(device).memoryBytes();
            if (memoryBytes == 0) {
                continue; // Not said by the driver: the engines find out.
            }
            fit = further(fit, plan, HeadRoom.within(memoryBytes), ranksOf(plan, device, gpus));
            if (fit instanceof Fit.TooLarge tooLarge) {
                return new Assigned.Impossible(tooLarge.finding()
                        .with(
                                "node",
                                "%s, device %d, %s".formatted(node.name(), device, HeadRoom.describe(memoryBytes))));
            }
        }
        return assigned(fit, node, gpus);
    }

    /** A fit after another, so that the name still says what was declared. */
    private static Fit further(Fit before, TransferPlan declared, long availableBytes, List<RankId> ranks) {
        Fit fit = plan(before).fitInto(availableBytes, ranks);
        return fit instanceof Fit.TooLarge || plan(fit).equals(declared) ? fit : new Fit.Lowered(plan(fit), declared);
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

    private static Assigned assigned(Fit fit, Node node, int devices) {
        TransferPlan plan = plan(fit);
        Map<RankId, RankAssignment.Place> places = new LinkedHashMap<>();
        for (RankId rank : plan.topology().ranks()) {
            OptionalInt device = devices == 0 ? OptionalInt.empty() : OptionalInt.of(places.size() % devices);
            places.put(rank, new RankAssignment.Place(node, device));
        }
        String name = fit instanceof Fit.Lowered lowered ? lowered.name() : plan.name();
        return new Assigned.On(plan, name, new RankAssignment(places));
    }

    private static List<RankId> ranksOf(TransferPlan plan, int device, int devices) {
        List<RankId> all = plan.topology().ranks();
        return all.stream()
                .filter(rank -> all.indexOf(rank) % devices == device)
                .toList();
    }

    private Finding oneNodeOnly(TransferPlan plan) {
        return Finding.of(
                        FindingKind.NODE,
                        "cluster",
                        "cluster %s cannot place prefill and decode on different nodes".formatted(spec.name()))
                .with("expected", "2 nodes or more")
                .with("actual", "1 node, " + nodes.get(0).name())
                .with("plan", plan.name())
                .with("remedy", "run it on a cluster with more nodes, or declare placement = PACK");
    }

    private Finding tooFewDevices(TransferPlan plan, Node node) {
        int ranks = plan.topology().rankCount();
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
