package org.nixlconform.configuration;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One file under {@code config/clusters}.
 *
 * @param name the file's own {@code name}, or its base name
 * @param file absolute
 * @param nodes at least one
 * @param environments at least one; names or paths, as {@link Configuration#environment} takes them
 * @param ranksPerGpu 1 to {@value #MOST_RANKS_PER_GPU}; above 1, ranks share devices, and figures of throughput with them
 * @param mustJudge what a run has to judge, or end non-zero
 * @param workFolder absolute; on a node, for what is installed there and kept between runs
 */
public record ClusterSpec(
        String name,
        Path file,
        List<NodeSpec> nodes,
        List<String> environments,
        int ranksPerGpu,
        List<MustJudge> mustJudge,
        Path workFolder) {

    static final int MOST_RANKS_PER_GPU = 1024;

    public ClusterSpec {
        Objects.requireNonNull(name);
        Objects.requireNonNull(file);
        nodes = List.copyOf(nodes);
        environments = List.copyOf(environments);
        mustJudge = List.copyOf(mustJudge);
        Objects.requireNonNull(workFolder);
    }

    /** The same cluster with another work folder, such as one from the command line. */
    public ClusterSpec withWorkFolder(Path other) {
        return new ClusterSpec(name, file, nodes, environments, ranksPerGpu, mustJudge, other);
    }

    /**
     * @param connection how the node is reached; {@code local} is this machine
     * @param gpus devices to use, 0 or more; detected on the node when absent
     */
    public record NodeSpec(String name, String connection, Optional<Integer> gpus) {}

    /**
     * A kind of case, in the words of the plan.
     *
     * @param backend {@code UCX} or {@code LIBFABRIC}
     * @param placement {@code PACK} or {@code SPREAD}
     * @param memory {@code DRAM} or {@code VRAM}
     */
    public record MustJudge(String backend, String placement, String memory) {}
}
