package org.nixlconform.binding;

import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;

/** The payload of a run: its key, and what is found where it should be. See {@code payload.h} for the scheme. */
public final class Payload implements AutoCloseable {
    public static final int DATA = 1;
    public static final int POISON = 2;
    public static final int GUARD = 3;

    /** Classifications by their number in {@code payload.h}; the first is none. */
    public static final List<String> CLASSIFICATIONS =
            List.of("NONE", "ZERO", "POISON", "STALE", "MISPLACED", "SHIFTED", "TORN", "OVERRUN", "FOREIGN");

    /** Read by C only. */
    static final Mirror KEY = new Mirror("nxc_payload_key", 24);

    static final Mirror BOUNDS = new Mirror("nxc_payload_bounds", 16);
    private static final int LOCATION_LIMIT = BOUNDS.field("location_limit", 0, 8);
    private static final int GENERATION_LIMIT = BOUNDS.field("generation_limit", 8, 4);

    static final Mirror SUMMARY = new Mirror("nxc_payload_summary", 104);
    private static final int BYTES_VERIFIED = SUMMARY.field("bytes_verified", 0, 8);
    private static final int RUNS_DIFFERING = SUMMARY.field("runs_differing", 16, 8);
    private static final int BY_CLASSIFICATION =
            SUMMARY.field("runs_by_classification", 24, CLASSIFICATIONS.size() * Long.BYTES);
    private static final int DIFFERENCES_WRITTEN = SUMMARY.field("differences_written", 96, 8);

    static final Mirror DIFFERENCE = new Mirror("nxc_payload_difference", 104);
    private static final int RUN = DIFFERENCE.field("run", 0, 8);
    private static final int FIRST_OFFSET = DIFFERENCE.field("first_offset", 8, 8);
    private static final int LAST_OFFSET = DIFFERENCE.field("last_offset", 16, 8);
    private static final int DIFFERING_BYTES = DIFFERENCE.field("differing_bytes", 24, 8);
    private static final int EXPECTED_WORD = DIFFERENCE.field("expected_word", 32, 8);
    private static final int FOUND_WORD = DIFFERENCE.field("found_word", 40, 8);
    private static final int FOUND_LOCATION = DIFFERENCE.field("found_location", 48, 8);
    private static final int SECOND_LOCATION = DIFFERENCE.field("second_location", 56, 8);
    private static final int SHIFT = DIFFERENCE.field("shift", 64, 8);
    private static final int BOUNDARY_OFFSET = DIFFERENCE.field("boundary_offset", 72, 8);
    private static final int CLASSIFICATION = DIFFERENCE.field("classification", 80, 4);
    private static final int FOUND_KIND = DIFFERENCE.field("found_kind", 84, 4);
    private static final int FOUND_GENERATION = DIFFERENCE.field("found_generation", 88, 4);
    private static final int SECOND_KIND = DIFFERENCE.field("second_kind", 92, 4);
    private static final int SECOND_GENERATION = DIFFERENCE.field("second_generation", 96, 4);
    private static final int BIT_DISTANCE = DIFFERENCE.field("bit_distance", 100, 4);

    private final NativeMemory key = NativeMemory.allocate(KEY.sizeBytes());

    /** @param seed equal seeds give equal contents on every machine */
    public Payload(long seed) {
        Conform.nxc_payload_key_from_seed(seed, key.pointer());
    }

    /** {@code sse2}, {@code avx2} or {@code avx512}. */
    public static String vector() {
        return Conform.nxc_payload_vector();
    }

    Pointer key() {
        return key.pointer();
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
            int bitDistance) {

        /** The same of another run, so many bytes farther on in an arena. */
        Difference movedTo(long otherRun, long bytes) {
            return new Difference(
                    otherRun,
                    firstOffset + bytes,
                    lastOffset + bytes,
                    differingBytes,
                    expectedWord,
                    foundWord,
                    foundLocation,
                    secondLocation,
                    shift,
                    boundaryOffset + bytes,
                    classification,
                    foundKind,
                    foundGeneration,
                    secondKind,
                    secondGeneration,
                    bitDistance);
        }
    }

    /** @param byClassification index as in {@link #CLASSIFICATIONS} */
    public record Verification(
            long bytesVerified, long runsDiffering, long[] byClassification, List<Difference> differences) {}

    /** Compares: writes at most as many differences as there is room for, and the summary. */
    interface Comparison {
        void into(Pointer bounds, Pointer differences, Pointer summary);
    }

    /** What a comparison found. Parameters as in {@link PlacedRuns#verify}. */
    static Verification verification(
            long locationLimitBytes, int generationLimit, int capacity, Comparison comparison) {
        try (NativeMemory bounds = NativeMemory.allocate(BOUNDS.sizeBytes());
                NativeMemory out = NativeMemory.allocate((long) Math.max(1, capacity) * DIFFERENCE.sizeBytes());
                NativeMemory summary = NativeMemory.allocate(SUMMARY.sizeBytes())) {
            bounds.putLong(LOCATION_LIMIT, locationLimitBytes);
            bounds.putInt(GENERATION_LIMIT, generationLimit);
            comparison.into(bounds.pointer(), out.pointer(), summary.pointer());
            long[] byClassification = new long[CLASSIFICATIONS.size()];
            for (int i = 0; i < byClassification.length; i++) {
                byClassification[i] = summary.getLong(BY_CLASSIFICATION + (long) i * Long.BYTES);
            }
            List<Difference> differences = new ArrayList<>();
            long written = summary.getLong(DIFFERENCES_WRITTEN);
            for (int i = 0; i < written; i++) {
                differences.add(difference(out, (long) i * DIFFERENCE.sizeBytes()));
            }
            return new Verification(
                    summary.getLong(BYTES_VERIFIED), summary.getLong(RUNS_DIFFERING), byClassification, differences);
        }
    }

    private static Difference difference(NativeMemory out, long at) {
        return new Difference(
                out.getLong(at + RUN),
                out.getLong(at + FIRST_OFFSET),
                out.getLong(at + LAST_OFFSET),
                out.getLong(at + DIFFERING_BYTES),
                out.getLong(at + EXPECTED_WORD),
                out.getLong(at + FOUND_WORD),
                out.getLong(at + FOUND_LOCATION),
                out.getLong(at + SECOND_LOCATION),
                out.getLong(at + SHIFT),
                out.getLong(at + BOUNDARY_OFFSET),
                out.getInt(at + CLASSIFICATION),
                out.getInt(at + FOUND_KIND),
                out.getInt(at + FOUND_GENERATION),
                out.getInt(at + SECOND_KIND),
                out.getInt(at + SECOND_GENERATION),
                out.getInt(at + BIT_DISTANCE));
    }

    @Override
    public void close() {
        key.close();
    }
}
