package org.nixlconform.binding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * An arena whose regions take turns on several devices, each of them with one allocation: guard bytes, then its share of the
 * regions, one behind the other. Offsets of runs are those of an arena in one piece.
 */
public final class SpreadArena extends Arena {
    private final List<Arena> parts;
    private final long guardBytes;
    private final long strideBytes;

    /**
     * @param parts one a device, each with room for its share
     * @param guardBytes before the first region
     * @param strideBytes from one region to the next; no run goes from one into another
     */
    public SpreadArena(List<Arena> parts, long guardBytes, long strideBytes) {
        super(parts.get(0).address(), parts.stream().mapToLong(Arena::bytes).sum());
        this.parts = List.copyOf(parts);
        this.guardBytes = guardBytes;
        this.strideBytes = strideBytes;
    }

    /** Bytes of each part. */
    public static long partBytes(int parts, int regions, long guardBytes, long strideBytes) {
        return guardBytes + (regions + parts - 1L) / parts * strideBytes;
    }

    @Override
    public List<Long> addresses() {
        return parts.stream().map(Arena::address).toList();
    }

    /** Of the region that a run is in or behind; the guard before all belongs to the first. */
    private long region(RunList.Run run) {
        return Math.max(0, run.offset() - guardBytes) / strideBytes;
    }

    @Override
    public PlacedRuns place(Payload payload, RunList runs) {
        List<Share> shares = new ArrayList<>();
        for (int part = 0; part < parts.size(); part++) {
            RunList own = new RunList();
            List<Integer> indices = new ArrayList<>();
            for (int i = 0; i < runs.size(); i++) {
                RunList.Run run = runs.get(i);
                long region = region(run);
                if (region % parts.size() == part) {
                    own.add(run.at(run.offset() - (region - region / parts.size()) * strideBytes));
                    indices.add(i);
                }
            }
            shares.add(new Share(parts.get(part).place(payload, own), own, indices));
        }
        return new Spread(runs, shares);
    }

    @Override
    public void close() {
        parts.forEach(Arena::close);
    }

    /** @param indices in the whole list, of each run */
    private record Share(PlacedRuns placed, RunList runs, List<Integer> indices) {
        Payload.Difference inWhole(RunList whole, Payload.Difference found) {
            int own = Math.toIntExact(found.run());
            int index = indices.get(own);
            return found.movedTo(
                    index, whole.get(index).offset() - runs.get(own).offset());
        }
    }

    private record Spread(RunList runs, List<Share> shares) implements PlacedRuns {
        @Override
        public void fill() {
            shares.forEach(share -> share.placed().fill());
        }

        @Override
        public long landed() {
            return shares.stream().mapToLong(share -> share.placed().landed()).sum();
        }

        @Override
        public Payload.Verification verify(long locationLimitBytes, int generationLimit, int capacity) {
            List<Payload.Verification> found = new ArrayList<>();
            List<Payload.Difference> differences = new ArrayList<>();
            for (Share share : shares) {
                Payload.Verification part = share.placed().verify(locationLimitBytes, generationLimit, capacity);
                found.add(part);
                part.differences().forEach(each -> differences.add(share.inWhole(runs, each)));
            }
            differences.sort(Comparator.comparingLong(Payload.Difference::run));
            long[] byClassification = new long[Payload.CLASSIFICATIONS.size()];
            for (int i = 0; i < byClassification.length; i++) {
                int classification = i;
                byClassification[i] = sum(found, each -> each.byClassification()[classification]);
            }
            return new Payload.Verification(
                    sum(found, Payload.Verification::bytesVerified),
                    sum(found, Payload.Verification::runsDiffering),
                    byClassification,
                    differences.stream().limit(capacity).toList());
        }

        private static long sum(List<Payload.Verification> found, ToLongFunction<Payload.Verification> figure) {
            return found.stream().mapToLong(figure).sum();
        }

        @Override
        public void close() {
            for (Share share : shares) {
                share.placed().close();
                share.runs().close();
            }
        }
    }
}
