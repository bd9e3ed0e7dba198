package org.nixlconform.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.nixlconform.message.Fact;

/**
 * What a node is. Nothing here is required: what is not found is empty.
 *
 * @param machine such as {@code x86_64}
 * @param kernel release, such as {@code 6.1.0-18-amd64}
 * @param cores that our processes may use: affinity mask and CPU quota counted in; at least 1
 * @param memoryTotalBytes of the machine
 * @param memoryAvailableBytes what the kernel calls available, or what the control group leaves, whichever is less
 * @param gpus those that {@code nvidia-smi} shows, or the kernel's list where it is absent
 * @param efaPackages lines of AWS's EFA installer
 * @param fabricLibraries paths of libfabric, libefa, libibverbs and librdmacm
 * @param rdmaDevices names under {@code /sys/class/infiniband}
 * @param nearness of each GPU, the rails that hang nearest to it
 */
public record NodeFacts(
        String hostName,
        String machine,
        String kernel,
        String distribution,
        String cpuModel,
        int cores,
        long memoryTotalBytes,
        long memoryAvailableBytes,
        List<Gpu> gpus,
        List<String> efaPackages,
        List<String> fabricLibraries,
        List<String> rdmaDevices,
        List<String> nearness) {
    public NodeFacts {
        gpus = List.copyOf(gpus);
        efaPackages = List.copyOf(efaPackages);
        fabricLibraries = List.copyOf(fabricLibraries);
        rdmaDevices = List.copyOf(rdmaDevices);
        nearness = List.copyOf(nearness);
    }

    /** @param driver version of the NVIDIA driver; empty where it is not said */
    public record Gpu(int index, String name, String driver, long memoryBytes) {}

    /** For the report, in display order. */
    public List<Fact> describe() {
        List<Fact> lines = new ArrayList<>();
        lines.add(new Fact("host", hostName));
        lines.add(new Fact("kernel", kernel + " " + machine));
        lines.add(new Fact("distribution", distribution));
        lines.add(new Fact("cpu", cpuModel));
        lines.add(new Fact("cores", String.valueOf(cores)));
        lines.add(new Fact("memory", gigabytes(memoryAvailableBytes) + " available of " + gigabytes(memoryTotalBytes)));
        lines.add(new Fact("gpus", gpus.isEmpty() ? "none" : describeGpus()));
        lines.add(new Fact("efa installer", orNone(efaPackages)));
        lines.add(new Fact("fabric libraries", orNone(fabricLibraries)));
        lines.add(new Fact("rdma devices", orNone(rdmaDevices)));
        nearness.forEach(near -> lines.add(new Fact("nearest rails", near)));
        return List.copyOf(lines);
    }

    private String describeGpus() {
        String names = gpus.stream().map(Gpu::name).distinct().collect(Collectors.joining(", "));
        String driver = gpus.get(0).driver();
        return gpus.size() + " x " + names + (driver.isEmpty() ? "" : ", driver " + driver);
    }

    private static String orNone(List<String> found) {
        return found.isEmpty() ? "none" : String.join(", ", found);
    }

    /** 10^9 bytes, as everywhere. */
    static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }
}
