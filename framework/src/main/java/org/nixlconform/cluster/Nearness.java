package org.nixlconform.cluster;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which rails hang nearest to which GPU: those that share most of the way from the processor. */
final class Nearness {
    private static final String SCRIPT = "nearness.sh";
    // Of /sys/devices/pci0000:10/0000:10:01.0/...: a root complex is the fourth part, a bridge below it the fifth.
    private static final int ROOT_DEPTH = 4;
    private static final int BRIDGE_DEPTH = 5;

    private Nearness() {}

    /** Says on a node what {@link #of} reads, and changes nothing; for any POSIX shell. */
    static String script() {
        return NodeScript.text(SCRIPT);
    }

    /** By index of the GPU, such as {@code rdmap79s0, rdmap80s0: below one PCI bridge}. */
    static Map<String, String> of(List<String> lines) {
        Map<String, String> rails = paths(lines, "rail-path ");
        Map<String, String> near = new LinkedHashMap<>();
        paths(lines, "gpu-path ").forEach((gpu, path) -> near.put(gpu, nearest(path, rails)));
        return near;
    }

    private static Map<String, String> paths(List<String> lines, String kind) {
        Map<String, String> paths = new LinkedHashMap<>();
        lines.stream()
                .filter(line -> line.startsWith(kind))
                .map(line -> line.substring(kind.length()).split(" ", 2))
                .filter(parts -> parts.length == 2 && !parts[1].isBlank())
                .forEach(parts -> paths.put(parts[0], parts[1]));
        return paths;
    }

    private static String nearest(String gpu, Map<String, String> rails) {
        int most = rails.values().stream()
                .mapToInt(rail -> shared(gpu, rail))
                .max()
                .orElse(0);
        List<String> near = rails.entrySet().stream()
                .filter(rail -> shared(gpu, rail.getValue()) == most)
                .map(Map.Entry::getKey)
                .toList();
        String by =
                most >= BRIDGE_DEPTH ? "below one PCI bridge" : most == ROOT_DEPTH ? "one root complex" : "no nearer";
        return near.isEmpty() ? "no rails" : String.join(", ", near) + ": " + by;
    }

    private static int shared(String one, String other) {
        String[] a = one.split("/", -1);
        String[] b = other.split("/", -1);
        int same = 0;
        while (same < Math.min(a.length, b.length) - 1 && a[same].equals(b[same])) {
            same++;
        }
        return same;
    }
}
