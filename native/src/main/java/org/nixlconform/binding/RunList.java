package org.nixlconform.binding;

/** A growing array of {@code nxc_payload_run} outside the heap. */
public final class RunList implements AutoCloseable {
    private static final int RUN_BYTES = 48;

    private NativeMemory memory = NativeMemory.allocate(64L * RUN_BYTES);
    private int size;

    /**
     * One contiguous range of an arena and what must be in it. All offsets and locations in bytes.
     *
     * @param location in the location space, of the expected content's first byte
     * @param own in the location space, of this place itself
     * @param kind {@link Payload#DATA}, {@link Payload#POISON} or {@link Payload#GUARD}
     * @param selected a destination of the transfer; else any difference is an overrun
     * @param poisonGeneration of the poison that lay here before the transfer
     */
    public record Run(
            long offset,
            long length,
            long location,
            long own,
            int kind,
            int generation,
            boolean selected,
            int poisonGeneration) {}

    public void add(Run run) {
        long at = (long) size * RUN_BYTES;
        if (at == memory.bytes()) {
            grow();
        }
        memory.putLong(at, run.offset());
        memory.putLong(at + 8, run.length());
        memory.putLong(at + 16, run.location());
        memory.putLong(at + 24, run.own());
        memory.putInt(at + 32, run.kind());
        memory.putInt(at + 36, run.generation());
        memory.putInt(at + 40, run.selected() ? 1 : 0);
        memory.putInt(at + 44, run.poisonGeneration());
        size++;
    }

    public Run get(int index) {
        long at = (long) index * RUN_BYTES;
        return new Run(
                memory.getLong(at),
                memory.getLong(at + 8),
                memory.getLong(at + 16),
                memory.getLong(at + 24),
                memory.getInt(at + 32),
                memory.getInt(at + 36),
                memory.getInt(at + 40) != 0,
                memory.getInt(at + 44));
    }

    public int size() {
        return size;
    }

    NativeMemory memory() {
        return memory;
    }

    private void grow() {
        NativeMemory larger = NativeMemory.allocate(memory.bytes() * 2);
        larger.pointer().write(0, memory.getBytes(0, (int) memory.bytes()), 0, (int) memory.bytes());
        memory.close();
        memory = larger;
    }

    @Override
    public void close() {
        memory.close();
    }
}
