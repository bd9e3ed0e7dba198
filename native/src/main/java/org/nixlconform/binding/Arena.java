package org.nixlconform.binding;

import com.sun.jna.Pointer;

/** One rank's cache with its guards: anonymous, page-aligned memory. Its bytes never enter the heap. */
public final class Arena implements AutoCloseable {
    private final long address;
    private final long bytes;

    private Arena(long address, long bytes) {
        this.address = address;
        this.bytes = bytes;
    }

    /** @throws OutOfMemoryError when the system gives none */
    public static Arena allocate(long bytes) {
        long address = Pointer.nativeValue(Conform.nxc_arena_allocate(bytes));
        if (address == 0) {
            throw new OutOfMemoryError("no " + bytes + " bytes for a cache");
        }
        return new Arena(address, bytes);
    }

    public long address() {
        return address;
    }

    public long bytes() {
        return bytes;
    }

    Pointer pointer() {
        return new Pointer(address);
    }

    @Override
    public void close() {
        Conform.nxc_arena_release(pointer(), bytes);
    }
}
