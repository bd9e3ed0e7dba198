package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nixlconform.cluster.RayNodes.RayNode;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;
import org.nixlconform.configuration.ClusterSpec.RaySpec;
import org.nixlconform.configuration.ClusterSpec.SshSpec;

class RayNodesTest {
    private static final RayNode HEAD = node("h", "head", "10.0.0.1", 0, true);
    private static final RayNode GPU_9 = node("i", "gpu-9", "10.0.0.9", 8, false);
    private static final RayNode GPU_10 = node("j", "gpu-10", "10.0.0.10", 8, false);
    private static final RayNode PLAIN = node("p", "plain", "10.0.0.11", 0, false);

    @Test
    void nodesWithGpusAreOursInTheOrderOfTheirAddresses() {
        assertThat(described(ray(Optional.empty(), Optional.empty()), GPU_10, PLAIN, HEAD, GPU_9))
                .containsExactly("i gpu-9 ray@10.0.0.9:2222 8", "j gpu-10 ray@10.0.0.10:2222 8");
    }

    @Test
    void withoutAnyGpuAllWorkersAreOurs() {
        assertThat(described(ray(Optional.empty(), Optional.empty()), HEAD, PLAIN))
                .containsExactly("p plain ray@10.0.0.11:2222 0");
    }

    @Test
    void theHeadIsOneIfItHasGpusOrTheFileSaysSo() {
        RayNode withGpus = node("h", "head", "10.0.0.1", 4, true);
        String asReached = "h head ray@head:22 ";
        assertThat(described(ray(Optional.empty(), Optional.empty()), withGpus)).containsExactly(asReached + 4);
        assertThat(described(ray(Optional.of(false), Optional.empty()), withGpus, GPU_9))
                .containsExactly("i gpu-9 ray@10.0.0.9:2222 8");
        assertThat(described(ray(Optional.of(true), Optional.empty()), HEAD, GPU_9))
                .containsExactly(asReached + 0, "i gpu-9 ray@10.0.0.9:2222 8");
    }

    @Test
    void theDeadAreLeftOut() {
        RayNode dead = new RayNode("d", false, "gpu-9", "10.0.0.9", 8, false);
        assertThat(described(ray(Optional.empty(), Optional.empty()), dead, HEAD))
                .isEmpty();
        assertThat(dead.described()).isEqualTo("gpu-9 10.0.0.9, 8 GPUs, dead");
    }

    @Test
    void namesAreNamesOfFilesAndEachStandsOnce() {
        assertThat(described(
                        ray(Optional.empty(), Optional.empty()),
                        node("a", "node", "10.0.0.2", 1, false),
                        node("b", "node", "10.0.0.3", 1, false),
                        node("c", "", "10.0.0.4", 1, false),
                        node("d", "a/b", "10.0.0.5", 1, false)))
                .containsExactly(
                        "a node ray@10.0.0.2:2222 1",
                        "b node-2 ray@10.0.0.3:2222 1",
                        "c 10.0.0.4 ray@10.0.0.4:2222 1",
                        "d a-b ray@10.0.0.5:2222 1");
    }

    @Test
    void fewerGpusAreUsedWhereTheFileSaysSo() {
        assertThat(described(ray(Optional.empty(), Optional.of(4)), GPU_9))
                .containsExactly("i gpu-9 ray@10.0.0.9:2222 4");
    }

    private static RayNode node(String id, String hostName, String address, int gpus, boolean head) {
        return new RayNode(id, true, hostName, address, gpus, head);
    }

    private static RaySpec ray(Optional<Boolean> headNode, Optional<Integer> gpus) {
        return new RaySpec(like("head", 22, gpus), "python3", Optional.empty(), like("", 2222, gpus), headNode, false);
    }

    private static NodeSpec like(String host, int port, Optional<Integer> gpus) {
        SshSpec ssh = new SshSpec(host, port, "ray", List.of(), Path.of("/known"), Optional.empty());
        NodeSpec plain = NodeSpec.local("");
        NodeSpec reached = new NodeSpec(
                "",
                Optional.of(ssh),
                plain.gpus(),
                plain.memoryBytes(),
                plain.dataAddress(),
                plain.workFolder(),
                plain.variables(),
                plain.nics(),
                plain.labels());
        return gpus.map(reached::withGpus).orElse(reached);
    }

    private static List<String> described(RaySpec ray, RayNode... nodes) {
        List<String> all = new ArrayList<>();
        RayNodes.ours(List.of(nodes), ray)
                .forEach((id, node) -> all.add(id + " " + node.name() + " "
                        + node.ssh().orElseThrow().described() + " "
                        + node.gpus().orElseThrow()));
        return all;
    }
}
