package org.nixlconform.engine.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.nixlconform.binding.LinkCounters;
import org.nixlconform.engine.protocol.FromWarden;

/** Network and fabric counters of this node at one moment. */
record NodeCounters(Map<String, Map<String, Long>> byDevice) {
    /** In the order of the kernel's table, which heads them twice with the same words. */
    private static final String[] COLUMNS = {
        "receive bytes",
        "receive packets",
        "receive errors",
        "receive dropped",
        "receive fifo errors",
        "receive frame errors",
        "receive compressed",
        "receive multicast",
        "send bytes",
        "send packets",
        "send errors",
        "send dropped",
        "send fifo errors",
        "send collisions",
        "send carrier losses",
        "send compressed"
    };

    /** No other driver has a counter of this name. */
    private static final String OF_EFA = "rdma_read_resp_bytes";

    private static final String SENT = "nvlink sent bytes";
    private static final String RECEIVED = "nvlink received bytes";
    private static final String PCI_SENT = "pci sent bytes";
    private static final String PCI_RECEIVED = "pci received bytes";
    private static final long PCI_WRAPS = 1L << 32;

    /** @param links whether connections of GPUs are looked at too, which begins NVML in this process */
    static NodeCounters read(boolean links) {
        NodeCounters counters = read(ProcFile.PROC, Path.of("/sys"));
        return links ? counters.with(LinkCounters.read()) : counters;
    }

    NodeCounters with(List<LinkCounters> links) {
        Map<String, Map<String, Long>> all = new LinkedHashMap<>(byDevice);
        for (LinkCounters each : links) {
            Map<String, Long> counters = new LinkedHashMap<>();
            if (each.connections() > 0) {
                counters.put(SENT, each.sentBytes());
                counters.put(RECEIVED, each.receivedBytes());
            }
            counters.put(PCI_SENT, each.pciSentBytes());
            counters.put(PCI_RECEIVED, each.pciReceivedBytes());
            all.put(each.busId(), counters);
        }
        return new NodeCounters(all);
    }

    static NodeCounters read(Path proc, Path sys) {
        Map<String, Map<String, Long>> byDevice = new LinkedHashMap<>();
        ProcFile.read(proc.resolve("net/dev")).lines().skip(2).forEach(line -> {
            int colon = line.indexOf(':');
            byDevice.put(
                    line.substring(0, Math.max(0, colon)).strip(),
                    row(line.substring(colon + 1).strip().split(" +")));
        });
        for (Path device : ProcFile.list(sys.resolve("class/infiniband"))) {
            for (Path port : ProcFile.list(device.resolve("ports"))) {
                Map<String, Long> counters = new LinkedHashMap<>();
                List.of("counters", "hw_counters").forEach(folder -> addFiles(port.resolve(folder), counters));
                byDevice.put(device.getFileName() + " port " + port.getFileName(), counters);
            }
        }
        return new NodeCounters(byDevice);
    }

    private static Map<String, Long> row(String[] values) {
        Map<String, Long> counters = new LinkedHashMap<>();
        for (int i = 0; i < Math.min(values.length, COLUMNS.length); i++) {
            counters.put(COLUMNS[i], number(values[i]));
        }
        return counters;
    }

    private static void addFiles(Path folder, Map<String, Long> counters) {
        for (Path file : ProcFile.list(folder)) {
            String text = ProcFile.read(file).strip();
            if (!text.isEmpty()) {
                counters.put(file.getFileName().toString(), number(text));
            }
        }
    }

    /** A setting among the counters is no number: it does not change either. */
    private static long number(String text) {
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException setting) {
            return -1;
        }
    }

    private List<String> named(Predicate<Map<String, Long>> which) {
        return byDevice.entrySet().stream()
                .filter(device -> which.test(device.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * What has changed until {@code now}. A counter that is new began at 0. Those of PCI Express begin anew at 2^32: how often is
     * not known, and what they say is the least that it can be.
     */
    FromWarden.Counted until(NodeCounters now) {
        List<FromWarden.Counter> changed = new ArrayList<>();
        now.byDevice.forEach((device, counters) -> counters.forEach((name, shown) -> {
            long before = byDevice.getOrDefault(device, Map.of()).getOrDefault(name, 0L);
            boolean wrapped = shown < before && (name.equals(PCI_SENT) || name.equals(PCI_RECEIVED));
            long after = wrapped ? shown + PCI_WRAPS : shown;
            if (before != after) {
                changed.add(new FromWarden.Counter(device, name, before, after));
            }
        }));
        return new FromWarden.Counted(
                List.copyOf(now.byDevice.keySet()),
                now.named(counters -> !counters.containsKey(COLUMNS[0]) && !counters.containsKey(PCI_SENT)),
                now.named(counters -> counters.containsKey(OF_EFA)),
                now.named(counters -> counters.containsKey(PCI_SENT)),
                now.named(counters -> counters.containsKey(SENT)),
                changed);
    }
}
