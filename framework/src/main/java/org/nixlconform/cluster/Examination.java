package org.nixlconform.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;

/**
 * What a node said of itself, in lines; those that stand in a run's way, or may, carry what to do.
 *
 * @param said values by name, in order
 * @param installs whether a run would have the node's own pip or uv install something
 */
record Examination(NodeSpec node, Map<String, List<String>> said, double clockOffsetSeconds, boolean installs) {
    private static final long LEAST_DISK_KIB = 2L << 20;
    private static final double MOST_CLOCK_OFFSET = 1.0;
    /** Registered memory is locked memory: less than this is not a cache. */
    private static final long LEAST_MEMLOCK_KIB = 1L << 20;

    private static final int OLDEST_PYTHON_MINOR = 10;
    private static final int OLDEST_GLIBC_MINOR = 28;

    /**
     * @param remedy empty when the line is right
     * @param blocks whether a run cannot begin so
     */
    record Line(String name, String value, Optional<String> remedy, boolean blocks) {}

    List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        right(lines, "host", one("host") + ", " + one("distribution") + ", kernel " + one("kernel"));
        node.labels().forEach((label, value) -> right(lines, label, value));
        right(lines, "cores", one("cores"));
        right(lines, "memory", kib(one("memory-kib")) + " available");
        need(
                lines,
                "glibc",
                one("glibc"),
                minor(one("glibc")) >= OLDEST_GLIBC_MINOR,
                "our programs and NIXL's wheels need 2.28 or later: a newer distribution, or a container of one");
        need(lines, "tar", one("tar"), !one("tar").isEmpty(), "sudo apt-get install tar");
        python(lines);
        warn(
                lines,
                "memlock",
                one("memlock"),
                said.getOrDefault("rail", List.of()).isEmpty()
                        || !one("memlock").matches("\\d+")
                        || Long.parseLong(one("memlock")) >= LEAST_MEMLOCK_KIB,
                "RDMA registers locked memory: set memlock to unlimited for this user in /etc/security/limits.conf and"
                        + " for sshd (LimitMEMLOCK=infinity in its unit), then log in anew; this is the limit of an SSH"
                        + " session, which a login shell's often is not");
        warn(
                lines,
                "huge pages",
                one("huge-pages"),
                !one("huge-pages").equals("0")
                        || said.getOrDefault("rail", List.of()).stream().noneMatch(rail -> rail.contains("driver efa")),
                "EFA's provider takes its bounce buffers from them: sudo sysctl -w vm.nr_hugepages=5128, as EFA's installer"
                        + " does, or set FI_EFA_USE_HUGE_PAGE: 0 in the environment's variables");
        need(
                lines,
                "disk",
                kib(one("disk-kib")) + " free at " + one("work-folder"),
                !one("disk-kib").matches("\\d+") || Long.parseLong(one("disk-kib")) >= LEAST_DISK_KIB,
                "an environment and our programs take about 1 GB: free some, or name another workFolder");
        need(
                lines,
                "work folder",
                one("work-folder"),
                one("work-folder-writable").equals("yes"),
                "make it writable for " + one("user") + ", or name another workFolder in the cluster's file");
        need(
                lines,
                "mount",
                one("mount-options"),
                !List.of(one("mount-options").split(",", -1)).contains("noexec"),
                "programs there may not be executed: name a workFolder on another file system");
        devices(lines);
        data(lines);
        warn(
                lines,
                "clock",
                String.format(Locale.ROOT, "%+.2f s against this machine", clockOffsetSeconds),
                Math.abs(clockOffsetSeconds) <= MOST_CLOCK_OFFSET,
                "times in evidence of several nodes will not fit together: let chrony or systemd-timesyncd set it");
        right(lines, "NIXL found", one("nixl").isEmpty() ? "none; a run installs its own" : one("nixl"));
        return lines;
    }

    /** The name of an interpreter on the node; empty where it has none. */
    String python() {
        return one("python").replaceFirst(".* ", "");
    }

    private void python(List<Line> lines) {
        String python = one("python");
        boolean canInstall = !one("uv").isEmpty()
                || (minor(python) >= OLDEST_PYTHON_MINOR && !one("pip").isEmpty());
        String value = (python.isEmpty() ? "none" : python)
                + (one("pip").isEmpty() ? ", no pip" : ", pip " + one("pip"))
                + (one("uv").isEmpty() ? "" : ", " + one("uv"));
        need(
                lines,
                "python",
                value,
                canInstall || !installs,
                "a wheel is installed by pip of Python 3.10 or later, or by uv: sudo apt-get install python3-pip");
    }

    private void devices(List<Line> lines) {
        said.getOrDefault("gpu", List.of()).forEach(gpu -> right(lines, "GPU", gpu));
        int found = said.getOrDefault("gpu", List.of()).size();
        node.gpus()
                .filter(declared -> declared > found)
                .ifPresent(declared -> warn(
                        lines,
                        "GPUs",
                        found + " of " + declared + " in the cluster's file",
                        false,
                        "see nvidia-smi on the node; a container must be given its devices"));
        if (found > 0) {
            right(lines, "CUDA", one("cuda"));
        }
        List<String> rails = said.getOrDefault("rail", List.of());
        rails.forEach(rail -> right(lines, "rail", rail));
        Nearness.of(all()).forEach((gpu, near) -> right(lines, "near GPU " + gpu, near));
        node.nics()
                .filter(declared -> declared > rails.size())
                .ifPresent(declared -> warn(
                        lines,
                        "rails",
                        rails.size() + " of " + declared + " in the cluster's file",
                        false,
                        "see ls /sys/class/infiniband on the node; a container must be given its devices, an instance its"
                                + " network interfaces with EFA"));
        if (!rails.isEmpty()) {
            warn(
                    lines,
                    "/dev/infiniband",
                    one("infiniband-files").isEmpty()
                            ? "absent"
                            : one("infiniband-files").strip(),
                    !one("infiniband-files").isEmpty(),
                    "give the container its devices: --device=/dev/infiniband, or a device plug-in in Kubernetes");
        }
        boolean efa = rails.stream().anyMatch(rail -> rail.contains("driver efa"));
        if (efa) {
            warn(
                    lines,
                    "EFA installer",
                    one("efa-installer").isEmpty() ? "none" : one("efa-installer"),
                    !one("efa-installer").isEmpty(),
                    "install AWS's EFA software: /opt/amazon/efa is where LIBFABRIC finds its provider");
            warn(
                    lines,
                    "EFA provider",
                    one("efa-provider"),
                    one("efa-provider").matches("[1-9]\\d*"),
                    "there are EFA devices, and libfabric offers no provider for them: see fi_info -p efa");
        }
        if (!one("libfabric").isEmpty()) {
            right(lines, "libfabric", one("libfabric"));
        }
        if (found > 0 && !rails.isEmpty() && !efa) {
            warn(
                    lines,
                    "peer memory",
                    one("peer-memory").isEmpty()
                            ? "no module"
                            : one("peer-memory").strip(),
                    !one("peer-memory").isEmpty(),
                    "sudo modprobe nvidia_peermem; without it blocks in device memory go over host memory");
        }
    }

    private void data(List<Line> lines) {
        node.dataAddress().ifPresent(address -> {
            Optional<String> device = said.getOrDefault("address", List.of()).stream()
                    .filter(line -> line.matches("\\S+ \\Q" + address + "\\E/\\d+"))
                    .map(line -> line.split(" ", 2)[0])
                    .findFirst();
            need(
                    lines,
                    "data address",
                    address + device.map(name -> " on " + name).orElse(", which no interface has"),
                    device.isPresent(),
                    "name one that `ip address` on the node shows");
        });
    }

    private List<String> all() {
        return said.entrySet().stream()
                .flatMap(entry -> entry.getValue().stream().map(value -> entry.getKey() + " " + value))
                .toList();
    }

    private String one(String name) {
        List<String> values = said.getOrDefault(name, List.of());
        return values.isEmpty() ? "" : values.get(0);
    }

    /** Of {@code 3.11.7} and of {@code 2.36}; -1 where there is none. */
    private static int minor(String version) {
        String[] parts = version.split("[. ]", -1);
        return parts.length > 1 && parts[1].matches("\\d+") ? Integer.parseInt(parts[1]) : -1;
    }

    private static String kib(String value) {
        return value.matches("\\d+")
                ? String.format(Locale.ROOT, "%.1f GB", Long.parseLong(value) * 1024 / 1e9)
                : "unknown";
    }

    private static void right(List<Line> lines, String name, String value) {
        lines.add(new Line(name, value, Optional.empty(), false));
    }

    private static void warn(List<Line> lines, String name, String value, boolean right, String remedy) {
        lines.add(new Line(name, value, right ? Optional.empty() : Optional.of(remedy), false));
    }

    private static void need(List<Line> lines, String name, String value, boolean right, String remedy) {
        lines.add(new Line(
                name, value.isEmpty() ? "none" : value, right ? Optional.empty() : Optional.of(remedy), !right));
    }
}
