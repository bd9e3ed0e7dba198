package org.nixlconform.binding;

/**
 * A cache on a GPU of which NIXL moves a copy in host memory, as large. What is written to the cache is copied there, before it
 * is offered, and all of it back before the cache is compared: bytes that went wrong in the copy are wrong in the cache.
 */
public final class StagedArena extends Arena {
    private static final long CHUNK_BYTES = 4L << 20;

    private final Device device;
    private final Arena cache;
    private final Arena copy;

    /** @param copy of as many bytes, in pinned memory */
    public StagedArena(Device device, Arena cache, Arena copy) {
        super(copy.address(), copy.bytes());
        this.device = device;
        this.cache = cache;
        this.copy = copy;
    }

    private void copyAll(Arena to, Arena from) {
        for (long at = 0; at < bytes(); at += CHUNK_BYTES) {
            long chunk = Math.min(CHUNK_BYTES, bytes() - at);
            device.copy(to.address() + at, from.address() + at, chunk, chunk);
        }
    }

    @Override
    public PlacedRuns place(Payload payload, RunList runs) {
        return new Staged(this, cache.place(payload, runs), copy.place(payload, runs));
    }

    @Override
    public void close() {
        cache.close();
        copy.close();
    }

    private record Staged(StagedArena arena, PlacedRuns inCache, PlacedRuns inCopy) implements PlacedRuns {
        @Override
        public void fill() {
            inCache.fill();
            arena.copyAll(arena.copy, arena.cache);
        }

        @Override
        public long landed() {
            return inCopy.landed();
        }

        @Override
        public Payload.Verification verify(long locationLimitBytes, int generationLimit, int capacity) {
            arena.copyAll(arena.cache, arena.copy);
            return inCache.verify(locationLimitBytes, generationLimit, capacity);
        }

        @Override
        public void close() {
            inCache.close();
            inCopy.close();
        }
    }
}
