package org.nixlconform.binding;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Zeroed memory outside the heap, freed by {@link #close()} and by nothing else: NIXL and the C loops keep addresses of
 * it, so the garbage collector must not own it.
 */
public final class NativeMemory implements AutoCloseable {
    private static final int VIEW_BITS = 24;
    private static final long VIEW_BYTES = 1L << VIEW_BITS;

    private final long bytes;
    /** One for each 16 MiB: a buffer reaches no farther than 2 GiB. */
    private final ByteBuffer[] views;

    private long address;

    private NativeMemory(long address, long bytes) {
        this.address = address;
        this.bytes = bytes;
        views = new ByteBuffer[Math.toIntExact((bytes + VIEW_BYTES - 1) >> VIEW_BITS)];
        for (int i = 0; i < views.length; i++) {
            long from = i * VIEW_BYTES;
            views[i] = new Pointer(address + from)
                    .getByteBuffer(0, Math.min(VIEW_BYTES, bytes - from))
                    .order(ByteOrder.nativeOrder());
        }
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
        return view(offset, Integer.BYTES).getInt(within(offset));
    }

    public long getLong(long offset) {
        return view(offset, Long.BYTES).getLong(within(offset));
    }

    public void putInt(long offset, int value) {
        view(offset, Integer.BYTES).putInt(within(offset), value);
    }

    public void putLong(long offset, long value) {
        view(offset, Long.BYTES).putLong(within(offset), value);
    }

    public void putByte(long offset, int value) {
        view(offset, 1).put(within(offset), (byte) value);
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
        at(0, other.bytes);
        for (int i = 0; i < other.views.length; i++) {
            views[i].duplicate().put(other.views[i].duplicate());
        }
    }

    Pointer pointer() {
        return new Pointer(address());
    }

    /** Numbers are aligned, so none lies in two views. They are what a loop over thousands of structs can afford: no object
     * and no call into C for each. */
    private ByteBuffer view(long offset, int length) {
        check(offset, length);
        return views[(int) (offset >> VIEW_BITS)];
    }

    private static int within(long offset) {
        return (int) (offset & VIEW_BYTES - 1);
    }

    private Pointer at(long offset, long length) {
        check(offset, length);
        return new Pointer(address + offset);
    }

    private void check(long offset, long length) {
        address();
        if (offset < 0 || offset + length > bytes) {
            throw new IndexOutOfBoundsException(offset + " + " + length + " is outside " + bytes + " bytes");
        }
    }

    @Override
    public void close() {
        if (address != 0) {
            Native.free(address);
            address = 0;
        }
    }
}
