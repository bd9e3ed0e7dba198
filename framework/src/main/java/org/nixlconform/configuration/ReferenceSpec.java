package org.nixlconform.configuration;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One file under {@code config/references}: what was once measured on a cluster. A case is held to the figures of its path.
 *
 * @param file absolute
 * @param transfers what NIXL reached
 * @param links what a copy without NIXL reached, the reference that every run measures again
 */
public record ReferenceSpec(Path file, List<Figure> transfers, List<Figure> links) {
    public ReferenceSpec {
        transfers = List.copyOf(transfers);
        links = List.copyOf(links);
    }

    /**
     * GB/s are 10^9 bytes per second.
     *
     * @param backend {@code UCX} or {@code LIBFABRIC}; empty for a link
     * @param placement {@code PACK} or {@code SPREAD}
     * @param memory such as {@code DRAM} or {@code VRAM}
     * @param targetGbPerSecond above 0; what was measured
     * @param lowerGbPerSecond what a run must reach; of a link half of the target
     * @param upperGbPerSecond what a run cannot honestly exceed, where there is such a bound
     * @param per what one of the figure's initiators is
     * @param source who measured it, where and how
     */
    public record Figure(
            Optional<String> backend,
            String placement,
            String memory,
            double targetGbPerSecond,
            double lowerGbPerSecond,
            Optional<Double> upperGbPerSecond,
            Per per,
            String source) {
        public Figure {
            Objects.requireNonNull(source);
        }
    }

    /** Of what a figure is: the sum over a case is that of all its initiators. */
    public enum Per {
        /** One GPU and the rails that are near it. */
        GPU,
        /** One node, however many ranks it has. */
        NODE,
        /** One rank. */
        RANK
    }

    /** The figure for transfers of a kind. */
    public Optional<Figure> transfer(String backend, String placement, String memory) {
        return transfers.stream()
                .filter(each -> each.backend().equals(Optional.of(backend)))
                .filter(each -> each.placement().equals(placement))
                .filter(each -> each.memory().equals(memory))
                .findFirst();
    }

    /** The figure for the way between nodes, or within one. */
    public Optional<Figure> link(String placement, String memory) {
        return links.stream()
                .filter(each -> each.placement().equals(placement))
                .filter(each -> each.memory().equals(memory))
                .findFirst();
    }
}
