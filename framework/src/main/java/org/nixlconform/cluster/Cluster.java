package org.nixlconform.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Placement;
import org.nixlconform.plan.TransferPlan;

/** The nodes of a cluster file, reached. */
public final class Cluster implements AutoCloseable {
    private static final Duration REMOVED_WITHIN = Duration.ofSeconds(30);

    private final ClusterSpec spec;
    private final List<Node> nodes;
    private final Optional<RayGpus> ray;

    /** @param nodes at least one */
    Cluster(ClusterSpec spec, List<Node> nodes) {
        this(spec, nodes, Optional.empty());
    }

    private Cluster(ClusterSpec spec, List<Node> nodes, Optional<RayGpus> ray) {
        this.spec = spec;
        this.nodes = List.copyOf(nodes);
        this.ray = ray;
    }

    /**
     * Asks Ray for the nodes where the cluster's file says so, reaches all of them, and puts our programs there where they
     * are not yet.
     *
     * @throws FindingException when Ray or a node cannot be used; with all nodes that cannot
     */
    public static Cluster open(ClusterSpec spec, EngineBundle bundle) {
        if (spec.ray().isEmpty()) {
            return new Cluster(spec, new Reach(spec, bundle).all());
        }
        RayHead head = RayHead.open(spec);
        try {
            Map<String, NodeSpec> ours = head.ours();
            ClusterSpec found = spec.withNodes(List.copyOf(ours.values()));
            List<Node> nodes = new Reach(found, bundle).all();
            return new Cluster(found, nodes, Optional.of(new RayGpus(found, head, RayGpus.byId(ours, nodes))));
        } catch (RuntimeException failed) {
            head.close();
            throw failed;
        }
    }

    /**
     * Has a process initialise the CUDA driver on each node with GPUs, and stay until the cluster is closed: ranks that begin
     * beside it need not wait for that. Not where Ray shares the GPUs out, since none is ours there before a case. What fails is
     * in its log; ranks will say it too.
     */
    public void keepDriversUp() {
        if (ray.isEmpty()) {
            nodes.stream().filter(node -> node.gpus() > 0).forEach(node -> {
                Path logs = node.workFolder().resolve("logs");
                node.connection()
                        .start(
                                Command.of(node.bundle().command(logs, "driver", List.of())),
                                logs.resolve("driver.log"));
            });
        }
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

    /**
     * Gives each rank of a plan its node and, for VRAM, its device; or says why this cluster cannot, even with nobody else
     * on it.
     */
    public Assigned assign(TransferPlan plan) {
        List<Node> left = left();
        return left.isEmpty()
                ? new Assigned.Impossible(noneLeft(plan))
                : explained(Placing.on(spec, left, plan).assign());
    }

    /**
     * The same for a case that is run now: until it is closed, the devices are the case's alone, as far as somebody shares
     * them out.
     *
     * @throws FindingException when whoever shares them out is no longer reached
     */
    public Held hold(TransferPlan plan) {
        Assigned ever = assign(plan);
        return ray.isPresent() && Placing.takesDevices(spec, plan) && ever instanceof Assigned.On
                ? ray.get().hold(Placing.on(spec, left(), plan))
                : new Held(ever, () -> {});
    }

    private List<Node> left() {
        return nodes.stream().filter(node -> node.connection().isOpen()).toList();
    }

    /** A node that was lost may be why it is impossible; a link for data that is down would look like a failure of NIXL. */
    private Assigned explained(Assigned assigned) {
        if (assigned instanceof Assigned.Impossible impossible) {
            return lost().isEmpty()
                    ? impossible
                    : new Assigned.Impossible(impossible.reason().with("lost", lost() + ", while the run went on"));
        }
        Assigned.On on = (Assigned.On) assigned;
        Optional<Finding> down = on.plan().placement() == Placement.SPREAD
                ? on.ranks().nodes().stream()
                        .flatMap(node -> node.dataLinkDown().stream())
                        .findFirst()
                : Optional.empty();
        return down.<Assigned>map(Assigned.Impossible::new).orElse(on);
    }

    private Finding noneLeft(TransferPlan plan) {
        return Finding.of(
                        FindingKind.NODE, "cluster", "no node of cluster %s is reached any more".formatted(spec.name()))
                .with("expected", "1 node")
                .with("actual", "none")
                .with("plan", plan.name())
                .with("lost", lost() + ", while the run went on")
                .with("remedy", "see that these nodes, their SSH servers and their network run, and run it again");
    }

    /**
     * Processes that were started and still run are killed, this run's folders on nodes are removed, on all nodes at the same
     * time. Never throws.
     */
    @Override
    public void close() {
        AtOnce.each(nodes, Cluster::leave, gone -> {});
        ray.ifPresent(RayGpus::close);
    }

    private static Node leave(Node node) {
        node.runFolder()
                .ifPresent(folder ->
                        node.connection().run(Command.of("rm", "-rf", "--", folder.toString()), REMOVED_WITHIN));
        node.connection().close();
        return node;
    }
}
