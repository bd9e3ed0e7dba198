package org.nixlconform.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nixlconform.cluster.Cluster;
import org.nixlconform.cluster.EngineBundle;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.configuration.Configuration;
import org.nixlconform.environment.Restoration;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingRenderer;

/** Run by {@code -Drestore} alone: puts back what environments changed on the nodes of a cluster. */
class NodesRestored {
    @Test
    void theNodesAreAsTheyWere() {
        Path root = Path.of(System.getProperty("root", "")).toAbsolutePath();
        ClusterSpec spec = Configuration.cluster(System.getProperty("cluster", "local"), root);
        String work = System.getProperty("work");
        List<Finding> failures = new ArrayList<>();
        try (Cluster cluster = Cluster.open(
                work == null ? spec : spec.withWorkFolder(Path.of(work).toAbsolutePath()), EngineBundle.below(root))) {
            for (Node node : cluster.nodes()) {
                failures.addAll(new Restoration(node, line -> System.out.println(node + ": " + line)).restore());
            }
        }

        assertThat(failures)
                .as("what could not be put back\n" + FindingRenderer.render(failures))
                .isEmpty();
    }
}
