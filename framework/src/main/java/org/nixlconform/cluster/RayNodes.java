package org.nixlconform.cluster;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;
import org.nixlconform.configuration.ClusterSpec.RaySpec;

/** Which of Ray's nodes are ours, and how each is reached. Pure. */
final class RayNodes {
    /**
     * A node as Ray knows it.
     *
     * @param id hexadecimal, for as long as the node lives
     * @param gpus that Ray hands out there, 0 or more
     */
    record RayNode(String id, boolean alive, String hostName, String address, int gpus, boolean head) {
        /** For people. */
        String described() {
            return (hostName.isEmpty() ? address : hostName + " " + address) + ", "
                    + (gpus == 1 ? "1 GPU" : gpus + " GPUs") + (head ? ", head" : "") + (alive ? "" : ", dead");
        }
    }

    private RayNodes() {}

    /**
     * Living nodes with GPUs, in the order of Ray's addresses; where no worker has one, all living workers. The head as
     * the cluster's file says, else if it has GPUs.
     *
     * @return by id in Ray; each {@code gpus} is what Ray hands out, or less where the file says so
     */
    static Map<String, NodeSpec> ours(List<RayNode> all, RaySpec ray) {
        List<RayNode> alive = all.stream().filter(RayNode::alive).toList();
        boolean gpusAnywhere = alive.stream().anyMatch(node -> !node.head() && node.gpus() > 0);
        Map<String, NodeSpec> ours = new LinkedHashMap<>();
        Set<String> names = new HashSet<>();
        for (RayNode node : inOrder(alive)) {
            boolean wanted = node.head() ? ray.headNode().orElse(node.gpus() > 0) : node.gpus() > 0 || !gpusAnywhere;
            if (wanted) {
                NodeSpec like = node.head() ? ray.head() : ray.worker().at(node.address());
                int gpus = Math.min(node.gpus(), like.gpus().orElse(node.gpus()));
                ours.put(node.id(), like.withName(name(node, names)).withGpus(gpus));
            }
        }
        return ours;
    }

    /** The head first, then by address, so that the same cluster gives the same places in every run. */
    private static List<RayNode> inOrder(List<RayNode> nodes) {
        List<RayNode> sorted = new ArrayList<>(nodes);
        sorted.sort((a, b) -> a.head() != b.head()
                ? Boolean.compare(b.head(), a.head())
                : padded(a.address()).compareTo(padded(b.address())));
        return sorted;
    }

    /** 10.0.0.9 before 10.0.0.10. */
    private static String padded(String address) {
        return address.replaceAll("(\\d+)", "00$1").replaceAll("0*(\\d{3})", "$1");
    }

    /** The host's own, which other hosts may have too; as the name of a file. */
    private static String name(RayNode node, Set<String> taken) {
        String plain = (node.hostName().isEmpty() ? node.address() : node.hostName())
                .replaceAll("[^A-Za-z0-9._-]", "-")
                .replaceFirst("^[^A-Za-z0-9]+", "");
        String name = plain;
        for (int copy = 2; !taken.add(name); copy++) {
            name = plain + "-" + copy;
        }
        return name;
    }
}
