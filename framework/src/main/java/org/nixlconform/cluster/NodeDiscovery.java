package org.nixlconform.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Asks a node what it is, by reading files and running short commands. {@link NodeText} reads the answers. */
final class NodeDiscovery {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final List<String> LIBRARY_FOLDERS = List.of(
            "/opt/amazon/efa/lib",
            "/opt/amazon/efa/lib64",
            "/usr/local/lib",
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/usr/lib64");
    private static final Pattern FABRIC_LIBRARY = Pattern.compile("lib(fabric|efa|ibverbs|rdmacm)\\.so(\\.\\d+)?");

    /** How many simulated GPUs the engines of a node are shown, in place of those that it may have. */
    private static final String SIMULATED_GPUS = "NIXLCONFORM_SIMULATED_GPUS";

    private static final long SIMULATED_GPU_BYTES = 4L << 30;

    private final NodeConnection connection;
    private final Map<String, String> variables;

    /** @param variables of engines on this node, as the cluster's file has them */
    NodeDiscovery(NodeConnection connection, Map<String, String> variables) {
        this.connection = connection;
        this.variables = variables;
    }

    NodeFacts discover() {
        String meminfo = read("/proc/meminfo");
        return new NodeFacts(
                read("/proc/sys/kernel/hostname").strip(),
                output("uname", "-m").orElse("unknown"),
                read("/proc/sys/kernel/osrelease").strip(),
                NodeText.distribution(read("/etc/os-release")),
                NodeText.cpuModel(read("/proc/cpuinfo")),
                cores(),
                NodeText.meminfoBytes(meminfo, "MemTotal").orElse(0),
                memoryAvailableBytes(meminfo),
                gpus(),
                read("/opt/amazon/efa_installed_packages")
                        .lines()
                        .filter(line -> !line.isBlank())
                        .toList(),
                fabricLibraries(),
                connection.list(Path.of("/sys/class/infiniband")),
                nearness());
    }

    private int cores() {
        String groups = read("/proc/self/cgroup");
        int cores = NodeText.allowedCores(read("/proc/self/status")).orElse(1);
        for (String folder : NodeText.groupFolders(groups, "")) {
            cores = Math.min(cores, quota(read("/sys/fs/cgroup" + folder + "/cpu.max"), cores));
        }
        for (String folder : NodeText.groupFolders(groups, "cpu")) {
            String at = "/sys/fs/cgroup/cpu" + folder;
            cores = Math.min(
                    cores,
                    quota(read(at + "/cpu.cfs_quota_us").strip() + " " + read(at + "/cpu.cfs_period_us"), cores));
        }
        return cores;
    }

    private static int quota(String text, int otherwise) {
        OptionalInt cores = NodeText.quotaCores(text);
        return cores.orElse(otherwise);
    }

    private long memoryAvailableBytes(String meminfo) {
        String groups = read("/proc/self/cgroup");
        long available = NodeText.meminfoBytes(meminfo, "MemAvailable").orElse(0);
        for (String folder : NodeText.groupFolders(groups, "")) {
            available = less(available, "/sys/fs/cgroup" + folder, "memory.max", "memory.current");
        }
        for (String folder : NodeText.groupFolders(groups, "memory")) {
            available =
                    less(available, "/sys/fs/cgroup/memory" + folder, "memory.limit_in_bytes", "memory.usage_in_bytes");
        }
        return available;
    }

    private long less(long available, String folder, String limit, String usage) {
        OptionalLong left = NodeText.groupAvailableBytes(
                read(folder + "/" + limit), read(folder + "/" + usage), read(folder + "/memory.stat"));
        return Math.min(available, left.orElse(available));
    }

    /** {@code nvidia-smi} shows what a container was given; the kernel's list shows all, so it comes second. */
    private List<NodeFacts.Gpu> gpus() {
        String simulated = variables.get(SIMULATED_GPUS);
        if (simulated != null) {
            return IntStream.range(0, Integer.parseInt(simulated))
                    .mapToObj(index -> new NodeFacts.Gpu(index, "simulated GPU", "", SIMULATED_GPU_BYTES))
                    .toList();
        }
        Optional<String> csv = output(
                "nvidia-smi", "--query-gpu=index,name,driver_version,memory.total", "--format=csv,noheader,nounits");
        if (csv.isPresent()) {
            return NodeText.gpus(csv.get());
        }
        List<NodeFacts.Gpu> gpus = new ArrayList<>();
        String driver = NodeText.gpuDriver(read("/proc/driver/nvidia/version"));
        for (String bus : connection.list(Path.of("/proc/driver/nvidia/gpus"))) {
            String name = NodeText.gpuName(read("/proc/driver/nvidia/gpus/" + bus + "/information"));
            gpus.add(new NodeFacts.Gpu(gpus.size(), name, driver, 0));
        }
        return gpus;
    }

    private List<String> nearness() {
        if (connection.list(Path.of("/sys/class/infiniband")).isEmpty()) {
            return List.of();
        }
        return Nearness.of(
                        output("sh", "-c", Nearness.script()).orElse("").lines().toList())
                .entrySet()
                .stream()
                .map(near -> "GPU " + near.getKey() + ": " + near.getValue())
                .toList();
    }

    private List<String> fabricLibraries() {
        List<String> found = new ArrayList<>();
        for (String folder : LIBRARY_FOLDERS) {
            for (String name : connection.list(Path.of(folder))) {
                if (FABRIC_LIBRARY.matcher(name).matches()) {
                    found.add(folder + "/" + name);
                }
            }
        }
        return found;
    }

    private String read(String file) {
        return connection.readText(Path.of(file)).orElse("");
    }

    private Optional<String> output(String... words) {
        CommandOutcome outcome = connection.run(Command.of(words), DEADLINE);
        return outcome.succeeded() ? Optional.of(outcome.stdout().strip()) : Optional.empty();
    }
}
