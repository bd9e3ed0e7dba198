package org.nixlconform.binding;

import java.util.ArrayList;
import java.util.List;

/** The payload of a run: its key, and fill and verify over lists of runs. See {@code payload.h} for the scheme. */
public final class Payload implements AutoCloseable {
    public static final int DATA = 1;
    public static final int POISON = 2;
    public static final int GUARD = 3;

    /** Classifications by their number in {@code payload.h}; the first is none. */
    public static final List<String> CLASSIFICATIONS =
            List.of("NONE", "ZERO", "POISON", "STALE", "MISPLACED", "SHIFTED", "TORN", "OVERRUN", "FOREIGN");

    private static final int KEY_BYTES = 24;
    private static final int BOUNDS_BYTES = 16;
    private static final int DIFFERENCE_BYTES = 104;
    private static final int SUMMARY_BYTES = 104;

    private final NativeMemory key = NativeMemory.allocate(KEY_BYTES);

    /** @param seed equal seeds give equal contents on every machine */
    public Payload(long seed) {
        Conform.nxc_payload_key_from_seed(seed, key.pointer());
    }

    /** {@code sse2}, {@code avx2} or {@code avx512}. */
    public static String vector() {
        return Conform.nxc_payload_vector();
    }

    public void fill(Arena arena, RunList runs) {
        Conform.nxc_payload_fill(arena.pointer(), key.pointer(), runs.memory().pointer(), runs.size());
    }

    /** How many selected runs hold their expected content in their last word. Safe beside a running transfer. */
    public long landed(Arena arena, RunList runs) {
        return Conform.nxc_payload_landed(
                arena.pointer(), key.pointer(), runs.memory().pointer(), runs.size());
    }

    /** One differing run, as {@code nxc_payload_difference} has it. */
    public record Difference(
            long run,
            long firstOffset,
            long lastOffset,
            long differingBytes,
            long expectedWord,
            long foundWord,
            long foundLocation,
            long secondLocation,
            long shift,
            long boundaryOffset,
            int classification,
            int foundKind,
            int foundGeneration,
            int secondKind,
            int secondGeneration,
            int bitDistance) {}

    /** @param byClassification index as in {@link #CLASSIFICATIONS} */
    public record Verification(
            long bytesVerified, long runsDiffering, long[] byClassification, List<Difference> differences) {}

    /**
     * Compares every run with what it must hold.
     *
     * @param locationLimitBytes size of the location space
     * @param generationLimit highest generation handed out so far
     * @param capacity differences to list; all are counted
     */
    public Verification verify(Arena arena, RunList runs, long locationLimitBytes, int generationLimit, int capacity) {
        try (NativeMemory bounds = NativeMemory.allocate(BOUNDS_BYTES);
                NativeMemory out = NativeMemory.allocate((long) Math.max(1, capacity) * DIFFERENCE_BYTES);
                NativeMemory summary = NativeMemory.allocate(SUMMARY_BYTES)) {
            bounds.putLong(0, locationLimitBytes);
            bounds.putInt(8, generationLimit);
            Conform.nxc_payload_verify(
                    arena.pointer(),
                    key.pointer(),
                    bounds.pointer(),
                    runs.memory().pointer(),
                    runs.size(),
                    out.pointer(),
                    capacity,
                    summary.pointer());
            long[] byClassification = new long[CLASSIFICATIONS.size()];
            for (int i = 0; i < byClassification.length; i++) {
                byClassification[i] = summary.getLong(24 + (long) i * Long.BYTES);
            }
            List<Difference> differences = new ArrayList<>();
            long written = summary.getLong(24 + (long) CLASSIFICATIONS.size() * Long.BYTES);
            for (int i = 0; i < written; i++) {
                differences.add(difference(out, (long) i * DIFFERENCE_BYTES));
            }
            return new Verification(summary.getLong(0), summary.getLong(16), byClassification, differences);
        }
    }

    private static Difference difference(NativeMemory out, long at) {
        return new Difference(
                out.getLong(at),
                out.getLong(at + 8),
                out.getLong(at + 16),
                out.getLong(at + 24),
                out.getLong(at + 32),
                out.getLong(at + 40),
                out.getLong(at + 48),
                out.getLong(at + 56),
                out.getLong(at + 64),
                out.getLong(at + 72),
                out.getInt(at + 80),
                out.getInt(at + 84),
                out.getInt(at + 88),
                out.getInt(at + 92),
                out.getInt(at + 96),
                out.getInt(at + 100));
    }

    @Override
    public void close() {
        key.close();
    }
}
