package org.nixlconform.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the kernel and a few programs say in text, read. Pure; what cannot be read is empty, never an error. */
final class NodeText {
    private NodeText() {}

    /** Processors in a list such as {@code 0-3,8}; of {@code Cpus_allowed_list} in {@code /proc/self/status}. */
    static OptionalInt allowedCores(String status) {
        Matcher line =
                Pattern.compile("(?m)^Cpus_allowed_list:\\s*([0-9,-]+)\\s*$").matcher(status);
        if (!line.find()) {
            return OptionalInt.empty();
        }
        int cores = 0;
        for (String range : line.group(1).split(",", -1)) {
            String[] ends = range.split("-", -1);
            cores += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
        }
        return OptionalInt.of(cores);
    }

    /**
     * Cores that a CPU quota amounts to, rounded up as the JVM does.
     *
     * @param quotaAndPeriod {@code cpu.max}, or quota and period of version 1 with a space between
     */
    static OptionalInt quotaCores(String quotaAndPeriod) {
        Matcher numbers = Pattern.compile("^\\s*(\\d+)\\s+(\\d+)\\s*$").matcher(quotaAndPeriod);
        if (!numbers.find()) {
            return OptionalInt.empty(); // "max" in version 2, -1 in version 1
        }
        long quota = Long.parseLong(numbers.group(1));
        long period = Long.parseLong(numbers.group(2));
        return period == 0 ? OptionalInt.empty() : OptionalInt.of((int) Math.max(1, (quota + period - 1) / period));
    }

    /** The field of a line such as {@code MemTotal: 24684092 kB} in {@code /proc/meminfo}. */
    static OptionalLong meminfoBytes(String meminfo, String field) {
        Matcher line = Pattern.compile("(?m)^" + Pattern.quote(field) + ":\\s*(\\d+) kB$")
                .matcher(meminfo);
        return line.find() ? OptionalLong.of(Long.parseLong(line.group(1)) * 1024) : OptionalLong.empty();
    }

    /**
     * What a control group still leaves: limit less usage, where file pages that can be dropped do not count as used.
     *
     * @param limit {@code memory.max} or {@code memory.limit_in_bytes}
     * @param usage {@code memory.current} or {@code memory.usage_in_bytes}
     * @param stat {@code memory.stat}
     */
    static OptionalLong groupAvailableBytes(String limit, String usage, String stat) {
        OptionalLong limitBytes = number(limit);
        OptionalLong usageBytes = number(usage);
        if (limitBytes.isEmpty() || usageBytes.isEmpty()) {
            return OptionalLong.empty(); // "max"
        }
        Matcher inactive =
                Pattern.compile("(?m)^(?:total_)?inactive_file (\\d+)$").matcher(stat);
        long droppable = 0;
        while (inactive.find()) {
            droppable = Math.max(droppable, Long.parseLong(inactive.group(1)));
        }
        long used = Math.max(0, usageBytes.getAsLong() - droppable);
        return OptionalLong.of(Math.max(0, limitBytes.getAsLong() - used));
    }

    /** Version 1 says "no limit" with a number of 19 digits. */
    private static OptionalLong number(String text) {
        String digits = text.strip();
        return digits.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(digits)) : OptionalLong.empty();
    }

    /**
     * Folders of the control group and of its parents, relative to the mount, innermost first, {@code ""} last.
     *
     * @param groups {@code /proc/self/cgroup}
     * @param controller such as {@code memory}; empty for the unified hierarchy
     */
    static List<String> groupFolders(String groups, String controller) {
        List<String> folders = new ArrayList<>();
        for (String line : groups.lines().toList()) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && List.of(parts[1].split(",", -1)).contains(controller)) {
                for (String at = parts[2]; at.length() > 1; at = at.substring(0, at.lastIndexOf('/'))) {
                    folders.add(at);
                }
            }
        }
        folders.add("");
        return folders;
    }

    /** {@code PRETTY_NAME} of {@code /etc/os-release}. */
    static String distribution(String osRelease) {
        return firstGroup(osRelease, "(?m)^PRETTY_NAME=\"?([^\"\\n]*)\"?$");
    }

    /** {@code model name} of {@code /proc/cpuinfo}. */
    static String cpuModel(String cpuinfo) {
        return firstGroup(cpuinfo, "(?m)^model name\\s*:\\s*(.*)$");
    }

    private static String firstGroup(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        return matcher.find() ? matcher.group(1).strip() : "unknown";
    }

    /** Of {@code nvidia-smi --query-gpu=index,name,driver_version,memory.total --format=csv,noheader,nounits}. */
    static List<NodeFacts.Gpu> gpus(String csv) {
        List<NodeFacts.Gpu> gpus = new ArrayList<>();
        for (String line : csv.lines().toList()) {
            String[] fields = line.split(",", -1);
            if (fields.length == 4 && fields[0].strip().matches("\\d+")) {
                long mebibytes = number(fields[3]).orElse(0); // "[N/A]" where memory is the host's
                gpus.add(new NodeFacts.Gpu(
                        Integer.parseInt(fields[0].strip()), fields[1].strip(), fields[2].strip(), mebibytes << 20));
            }
        }
        return gpus;
    }

    /** Name in {@code /proc/driver/nvidia/gpus/.../information}. */
    static String gpuName(String information) {
        return firstGroup(information, "(?m)^Model:\\s*(.*)$");
    }

    /** Driver version in {@code /proc/driver/nvidia/version}; empty where it is not said. */
    static String gpuDriver(String version) {
        Matcher matcher = Pattern.compile("Kernel Module.*?\\s(\\d+\\.\\d+(?:\\.\\d+)?)\\s")
                .matcher(version);
        return matcher.find() ? matcher.group(1) : "";
    }
}
