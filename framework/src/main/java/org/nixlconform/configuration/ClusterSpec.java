package org.nixlconform.configuration;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One file under {@code config/clusters}.
 *
 * @param name the file's own {@code name}, or its base name
 * @param file absolute
 * @param nodes at least one; none yet where Ray says which there are
 * @param environments at least one; names or paths, as {@link Configuration#environment} takes them
 * @param environmentsOnRequest the same, for those cases alone that name them
 * @param ranksPerGpu 1 to {@value #MOST_RANKS_PER_GPU}; above 1, ranks share devices, and figures of throughput with them
 * @param mustJudge what a run has to judge, or end non-zero
 * @param workFolder absolute; on a node, for what is installed there and kept between runs
 * @param ray where to ask for the nodes and for their GPUs; empty where the file declares its nodes
 */
public record ClusterSpec(
        String name,
        Path file,
        List<NodeSpec> nodes,
        List<String> environments,
        List<String> environmentsOnRequest,
        int ranksPerGpu,
        List<MustJudge> mustJudge,
        Path workFolder,
        Optional<RaySpec> ray) {

    static final int MOST_RANKS_PER_GPU = 1024;

    public ClusterSpec {
        Objects.requireNonNull(name);
        Objects.requireNonNull(file);
        nodes = List.copyOf(nodes);
        environments = List.copyOf(environments);
        environmentsOnRequest = List.copyOf(environmentsOnRequest);
        mustJudge = List.copyOf(mustJudge);
        Objects.requireNonNull(workFolder);
    }

    /** The same cluster with another work folder, such as one from the command line. */
    public ClusterSpec withWorkFolder(Path other) {
        return new ClusterSpec(
                name, file, nodes, environments, environmentsOnRequest, ranksPerGpu, mustJudge, other, ray);
    }

    /** The same cluster with the nodes that Ray says there are. */
    public ClusterSpec withNodes(List<NodeSpec> discovered) {
        return new ClusterSpec(
                name, file, discovered, environments, environmentsOnRequest, ranksPerGpu, mustJudge, workFolder, ray);
    }

    /** Whether ranks in host memory hold GPUs too, so that nobody else uses their nodes. */
    public boolean gpusForDram() {
        return ray.filter(RaySpec::gpusForDram).isPresent();
    }

    /**
     * A Ray cluster.
     *
     * @param head how its head is reached, and what it is like as a node
     * @param python interpreter of the head that has ray: absolute, from {@code ~/} on, or a name to look for
     * @param address of Ray, {@code HOST:PORT} as the head sees it; what the head finds by itself when empty
     * @param worker what every other node is like; its name and its host are empty
     * @param headNode whether the head is a node of ours; when empty, if it has GPUs
     * @param gpusForDram whether GPUs are held for cases in host memory too
     */
    public record RaySpec(
            NodeSpec head,
            String python,
            Optional<String> address,
            NodeSpec worker,
            Optional<Boolean> headNode,
            boolean gpusForDram) {}

    /**
     * @param ssh how the node is reached; empty for this machine
     * @param gpus devices to use, 0 or more; detected on the node when absent
     * @param memoryBytes of the node's free memory to use at most; all of it when absent
     * @param dataAddress of the interface that blocks are to take, where the file names one
     * @param workFolder in place of the cluster's; on the node, absolute or from {@code ~/} on
     * @param variables of engines on this node, on top of those of the environment
     * @param nics rails (RDMA devices) that the node is to have, 0 or more; what it has is right when absent
     * @param labels for reports, such as a rack; nothing reads them
     */
    public record NodeSpec(
            String name,
            Optional<SshSpec> ssh,
            Optional<Integer> gpus,
            Optional<Long> memoryBytes,
            Optional<String> dataAddress,
            Optional<String> workFolder,
            Map<String, String> variables,
            Optional<Integer> nics,
            Map<String, String> labels) {
        public NodeSpec {
            variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
            labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
        }

        /** This machine, as it is found. */
        public static NodeSpec local(String name) {
            return new NodeSpec(
                    name,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Map.of(),
                    Optional.empty(),
                    Map.of());
        }

        /** Under which others reach it for data; empty for this machine where the file names no address of it. */
        public Optional<String> dataHost() {
            return dataAddress.or(() -> ssh.map(SshSpec::host));
        }

        public NodeSpec withGpus(int number) {
            return new NodeSpec(
                    name, ssh, Optional.of(number), memoryBytes, dataAddress, workFolder, variables, nics, labels);
        }

        public NodeSpec withName(String other) {
            return new NodeSpec(other, ssh, gpus, memoryBytes, dataAddress, workFolder, variables, nics, labels);
        }

        /** The same on another host, over the same way. */
        public NodeSpec at(String host) {
            return new NodeSpec(
                    name,
                    ssh.map(way -> way.at(host)),
                    gpus,
                    memoryBytes,
                    dataAddress,
                    workFolder,
                    variables,
                    nics,
                    labels);
        }
    }

    /**
     * @param port 1 to 65 535
     * @param keys files of private keys, tried in order
     * @param knownHosts file of the host keys that are trusted; no other is
     * @param jump host over which it is reached
     */
    public record SshSpec(
            String host, int port, String user, List<Path> keys, Path knownHosts, Optional<SshSpec> jump) {
        public SshSpec {
            keys = List.copyOf(keys);
        }

        SshSpec at(String otherHost) {
            return new SshSpec(otherHost, port, user, keys, knownHosts, jump);
        }

        /** Such as {@code user@host:2222}. */
        public String described() {
            return user + "@" + host + ":" + port
                    + jump.map(over -> " over " + over.described()).orElse("");
        }
    }

    /**
     * A kind of case, in the words of the plan.
     *
     * @param backend {@code UCX} or {@code LIBFABRIC}
     * @param placement {@code PACK} or {@code SPREAD}
     * @param memory such as {@code DRAM} or {@code VRAM}
     */
    public record MustJudge(String backend, String placement, String memory) {}
}
