package org.nixlconform.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class NativeMemoryTest {
    private static final long BYTES = (16 << 20) + 64;

    @Test
    void numbersAreWhereTheyWerePutInAnyPart() {
        try (NativeMemory memory = NativeMemory.allocate(BYTES)) {
            for (long at : new long[] {0, (16 << 20) - 16, 16 << 20, BYTES - 16}) {
                memory.putLong(at, 0x0102030405060708L);
                memory.putInt(at + 8, 0x11223344);
                memory.putByte(at + 12, 5);
                assertThat(memory.getLong(at)).isEqualTo(0x0102030405060708L);
                assertThat(memory.getInt(at + 8)).isEqualTo(0x11223344);
                assertThat(memory.getBytes(at, 13)).containsExactly(8, 7, 6, 5, 4, 3, 2, 1, 0x44, 0x33, 0x22, 0x11, 5);
            }
        }
    }

    @Test
    void aLargerCopyHasTheSameBytes() {
        try (NativeMemory memory = NativeMemory.allocate(BYTES);
                NativeMemory larger = NativeMemory.allocate(2 * BYTES)) {
            memory.putLong(8, 1);
            memory.putLong(BYTES - 8, 2);
            larger.copyFrom(memory);
            assertThat(larger.getLong(8)).isEqualTo(1);
            assertThat(larger.getLong(BYTES - 8)).isEqualTo(2);
            assertThat(larger.getLong(BYTES)).isZero();
            assertThatThrownBy(() -> memory.copyFrom(larger)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void nothingIsReadOrWrittenOutsideOrAfterwards() {
        NativeMemory memory = NativeMemory.allocate(16);
        assertThatThrownBy(() -> memory.putLong(-8, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> memory.putLong(9, 1))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("9 + 8 is outside 16 bytes");
        assertThatThrownBy(() -> memory.getInt(13)).isInstanceOf(IndexOutOfBoundsException.class);
        memory.close();
        assertThatThrownBy(() -> memory.getInt(0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> memory.putText(0, "", 1)).isInstanceOf(IllegalStateException.class);
    }
}
