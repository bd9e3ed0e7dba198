package org.nixlconform.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;
import org.nixlconform.message.FindingException;
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

    public ClusterSpec spec() {
        return spec;
    }

    public List<Node> nodes() {
        return nodes;
    }

    /**
     * Gives each rank of a plan its node and, for VRAM, its device; or says why this cluster cannot, even with nobody else
     * on it.
     */
    public Assigned assign(TransferPlan plan) {
        return Placing.on(spec, nodes, plan).assign();
    }

    /**
     * The same for a case that is run now: until it is closed, the devices are the case's alone, as far as somebody shares
     * them out.
     *
     * @throws FindingException when whoever shares them out is no longer reached
     */
    public Held hold(TransferPlan plan) {
        return ray.isPresent() && Placing.takesDevices(spec, plan)
                ? ray.get().hold(Placing.on(spec, nodes, plan))
                : new Held(assign(plan), () -> {});
    }

    /** Processes that were started and still run are killed, this run's folders on nodes are removed. Never throws. */
    @Override
    public void close() {
        nodes.forEach(node -> {
            node.runFolder()
                    .ifPresent(folder ->
                            node.connection().run(Command.of("rm", "-rf", "--", folder.toString()), REMOVED_WITHIN));
            node.connection().close();
        });
        ray.ifPresent(RayGpus::close);
    }
}
