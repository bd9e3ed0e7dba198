package org.nixlconform.binding;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;

/**
 * Zeroed memory outside the heap, freed by {@link #close()} and by nothing else: NIXL and the C loops keep addresses of
 * it, so the garbage collector must not own it.
 */
public final class NativeMemory implements AutoCloseable {
    private static final long COPY_BYTES = 1L << 30;

    private final long bytes;
    private long address;

    private NativeMemory(long address, long bytes) {
        this.address = address;
        this.bytes = bytes;
    }

    /** @param bytes at least 1 */
    public static NativeMemory allocate(long bytes) {
        long address = Native.malloc(bytes);
        if (address == 0) {
            throw new OutOfMemoryError("no " + bytes + " bytes of native memory");
        }
        new Pointer(address).clear(bytes);
        return new NativeMemory(address, bytes);
    }

    public long address() {
        if (address == 0) {
            throw new IllegalStateException("native memory was closed");
        }
        return address;
    }

    public long bytes() {
        return bytes;
    }

    public int getInt(long offset) {
        return at(offset, Integer.BYTES).getInt(0);
    }

    public long getLong(long offset) {
        return at(offset, Long.BYTES).getLong(0);
    }

    public void putInt(long offset, int value) {
        at(offset, Integer.BYTES).setInt(0, value);
    }

    public void putLong(long offset, long value) {
        at(offset, Long.BYTES).setLong(0, value);
    }

    public void putByte(long offset, int value) {
        at(offset, 1).setByte(0, (byte) value);
    }

    public void putInts(long offset, int[] values) {
        at(offset, (long) values.length * Integer.BYTES).write(0, values, 0, values.length);
    }

    public byte[] getBytes(long offset, int count) {
        return at(offset, count).getByteArray(0, count);
    }

    /** Writes the text and a terminating zero. */
    public void putText(long offset, String text, int roomBytes) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        if (encoded.length >= roomBytes) {
            throw new IllegalArgumentException("'" + text + "' does not fit into " + roomBytes + " bytes");
        }
        at(offset, roomBytes).write(0, encoded, 0, encoded.length);
        putByte(offset + encoded.length, 0);
    }

    public String getText(long offset) {
        return at(offset, 1).getString(0, StandardCharsets.UTF_8.name());
    }

    public void clear() {
        pointer().clear(bytes);
    }

    /** Copies all of the other's bytes to the beginning of these. They may be more than the heap can hold. */
    void copyFrom(NativeMemory other) {
        for (long offset = 0; offset < other.bytes; offset += COPY_BYTES) {
            long count = Math.min(COPY_BYTES, other.bytes - offset);
            at(offset, count)
                    .getByteBuffer(0, count)
                    .put(other.at(offset, count).getByteBuffer(0, count));
        }
    }

    Pointer pointer() {
        return new Pointer(address());
    }

    private Pointer at(long offset, long length) {
        if (offset < 0 || offset + length > bytes) {
            throw new IndexOutOfBoundsException(offset + " + " + length + " is outside " + bytes + " bytes");
        }
        return new Pointer(address() + offset);
    }

    @Override
    public void close() {
        if (address != 0) {
            Native.free(address);
            address = 0;
        }
    }
}
