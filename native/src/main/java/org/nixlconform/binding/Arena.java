package org.nixlconform.binding;

import com.sun.jna.Pointer;
import java.util.List;
import java.util.zip.CRC32C;

/** One rank's cache with its guards, in host memory or on GPUs. Its bytes never enter the heap. */
public abstract sealed class Arena implements AutoCloseable permits Arena.Host, DeviceArena, SpreadArena, StagedArena {
    private final long address;
    private final long bytes;

    Arena(long address, long bytes) {
        this.address = address;
        this.bytes = bytes;
    }

    /**
     * Anonymous, page-aligned memory of the host.
     *
     * @throws OutOfMemoryError when the system gives none
     */
    public static Arena onHost(long bytes) {
        long address = Pointer.nativeValue(Conform.nxc_arena_allocate(bytes));
        if (address == 0) {
            throw new OutOfMemoryError("no " + bytes + " bytes for a cache");
        }
        return new Host(address, bytes, () -> Conform.nxc_arena_release(new Pointer(address), bytes));
    }

    /** Of its first byte, as NIXL is told. */
    public final long address() {
        return address;
    }

    /** Of all allocations that it consists of, as NIXL is told. */
    public List<Long> addresses() {
        return List.of(address);
    }

    public final long bytes() {
        return bytes;
    }

    final Pointer pointer() {
        return new Pointer(address);
    }

    /**
     * Of every byte, to see whether one changes: equal for equal contents, and unequal for unequal ones but for chance.
     *
     * @throws IllegalStateException where it is not one piece of the host's memory below 2 GiB
     */
    public final long digest() {
        if (!(this instanceof Host) || bytes > Integer.MAX_VALUE) {
            throw new IllegalStateException(
                    "no digest of " + bytes + " bytes in a " + getClass().getSimpleName());
        }
        CRC32C digest = new CRC32C();
        digest.update(pointer().getByteBuffer(0, bytes));
        return digest.getValue();
    }

    /** The runs where they are: to be filled, compared and counted there. They must stay open as long as that is. */
    public abstract PlacedRuns place(Payload payload, RunList runs);

    @Override
    public abstract void close();

    static final class Host extends Arena {
        private final Runnable release;

        Host(long address, long bytes, Runnable release) {
            super(address, bytes);
            this.release = release;
        }

        @Override
        public PlacedRuns place(Payload payload, RunList runs) {
            return new OnHost(this, payload, runs);
        }

        @Override
        public void close() {
            release.run();
        }
    }

    private record OnHost(Arena arena, Payload payload, RunList runs) implements PlacedRuns {
        @Override
        public void fill() {
            Conform.nxc_payload_fill(
                    arena.pointer(), payload.key(), runs.memory().pointer(), runs.size());
        }

        @Override
        public long landed() {
            return Conform.nxc_payload_landed(
                    arena.pointer(), payload.key(), runs.memory().pointer(), runs.size());
        }

        @Override
        public Payload.Verification verify(long locationLimitBytes, int generationLimit, int capacity) {
            return Payload.verification(
                    locationLimitBytes,
                    generationLimit,
                    capacity,
                    (bounds, differences, summary) -> Conform.nxc_payload_verify(
                            arena.pointer(),
                            payload.key(),
                            bounds,
                            runs.memory().pointer(),
                            runs.size(),
                            differences,
                            capacity,
                            summary));
        }

        @Override
        public void close() {}
    }
}
