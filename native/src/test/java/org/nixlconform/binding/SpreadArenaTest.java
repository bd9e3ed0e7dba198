package org.nixlconform.binding;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Pointer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Regions that take turns on two allocations, here of the host: what a run is of, and where it is, are two things. */
class SpreadArenaTest {
    private static final long GUARD_BYTES = 4096;
    private static final long STRIDE_BYTES = 1 << 20;
    private static final long BLOCK_BYTES = 1 << 16;
    private static final int REGIONS = 4;
    private static final int GENERATION = 7;

    private final long partBytes = SpreadArena.partBytes(2, REGIONS, GUARD_BYTES, STRIDE_BYTES);
    private final Arena first = Arena.onHost(partBytes);
    private final Arena second = Arena.onHost(partBytes);
    private final Arena arena = new SpreadArena(List.of(first, second), GUARD_BYTES, STRIDE_BYTES);
    private final Payload payload = new Payload(5);
    private final RunList runs = new RunList();

    /** A guard before all, then two blocks and the gap of each region, as an oracle lists them. */
    @BeforeEach
    void list() {
        add(0, GUARD_BYTES, Payload.GUARD, false);
        for (int region = 0; region < REGIONS; region++) {
            long begin = GUARD_BYTES + region * STRIDE_BYTES;
            add(begin, BLOCK_BYTES, Payload.DATA, true);
            add(begin + BLOCK_BYTES, BLOCK_BYTES, Payload.DATA, true);
            add(begin + 2 * BLOCK_BYTES, STRIDE_BYTES - 2 * BLOCK_BYTES, Payload.GUARD, false);
        }
    }

    private void add(long offset, long length, int kind, boolean selected) {
        runs.add(new RunList.Run(offset, length, offset, offset, kind, GENERATION, selected, 1));
    }

    @AfterEach
    void close() {
        runs.close();
        payload.close();
        arena.close();
    }

    @Test
    void eachRegionIsInItsOwnPart() {
        assertThat(partBytes).isEqualTo(GUARD_BYTES + 2 * STRIDE_BYTES);
        assertThat(arena.addresses()).containsExactly(first.address(), second.address());
        try (PlacedRuns placed = arena.place(payload, runs)) {
            assertThat(placed.landed()).isZero();
            placed.fill();
            assertThat(placed.landed()).isEqualTo(2 * REGIONS);
            Payload.Verification found = placed.verify(1L << 40, GENERATION, 10);
            assertThat(found.runsDiffering()).isZero();
            assertThat(found.bytesVerified()).isEqualTo(GUARD_BYTES + REGIONS * STRIDE_BYTES);
        }
        assertThat(IntStream.of(0, 1)
                        .mapToObj(place -> new Pointer(second.address() + GUARD_BYTES + place * STRIDE_BYTES)))
                .as("regions 1 and 3 begin in the second part")
                .allSatisfy(begin -> assertThat(begin.getLong(0)).isNotZero());
        assertThat(new Pointer(second.address()).getLong(0)).as("before them").isZero();
    }

    @Test
    void aBlockFromTheOtherPartIsMisplacedAtItsOwnPlace() {
        try (PlacedRuns placed = arena.place(payload, runs)) {
            placed.fill();
            // Region 2 is the second of the first part, region 3 that of the second.
            long place = GUARD_BYTES + STRIDE_BYTES + BLOCK_BYTES;
            byte[] other = new Pointer(first.address() + place).getByteArray(0, (int) BLOCK_BYTES);
            new Pointer(second.address() + place).write(0, other, 0, other.length);
            new Pointer(first.address() + 8).setByte(0, (byte) 1);

            Payload.Verification found = placed.verify(1L << 40, GENERATION, 10);

            assertThat(found.runsDiffering()).isEqualTo(2);
            assertThat(found.differences()).hasSize(2);
            assertThat(found.differences().get(0).run()).as("the guard").isZero();
            Payload.Difference block = found.differences().get(1);
            long own = GUARD_BYTES + 3 * STRIDE_BYTES + BLOCK_BYTES;
            assertThat(runs.get((int) block.run()).offset()).isEqualTo(own);
            assertThat(Payload.CLASSIFICATIONS.get(block.classification())).isEqualTo("MISPLACED");
            assertThat(block.firstOffset()).isBetween(own, own + 7);
            assertThat(block.foundLocation() - block.firstOffset()).isEqualTo(-STRIDE_BYTES);
        }
    }
}
