package org.nixlconform.cluster;

import java.nio.file.Path;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;

/**
 * A machine of the cluster that was reached.
 *
 * @param workFolder absolute, on the node; exists and is ours
 */
public record Node(NodeSpec spec, NodeFacts facts, NodeConnection connection, Path workFolder) {

    public String name() {
        return spec.name();
    }

    /** GPUs that ranks may use: those found, or fewer where the cluster file says so. */
    public int gpus() {
        int found = facts.gpus().size();
        return spec.gpus().map(declared -> Math.min(declared, found)).orElse(found);
    }

    @Override
    public String toString() {
        return name();
    }
}
