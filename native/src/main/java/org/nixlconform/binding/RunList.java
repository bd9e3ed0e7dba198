package org.nixlconform.binding;

/** A growing array of {@code nxc_payload_run} outside the heap. */
public final class RunList implements AutoCloseable {
    static final Mirror RUN = new Mirror("nxc_payload_run", 48);
    private static final int RUN_BYTES = RUN.sizeBytes();
    private static final int OFFSET = RUN.field("offset", 0, 8);
    private static final int LENGTH = RUN.field("length", 8, 8);
    private static final int LOCATION = RUN.field("location", 16, 8);
    private static final int OWN = RUN.field("own", 24, 8);
    private static final int KIND = RUN.field("kind", 32, 4);
    private static final int GENERATION = RUN.field("generation", 36, 4);
    private static final int FLAGS = RUN.field("flags", 40, 4);
    private static final int POISON_GENERATION = RUN.field("poison_generation", 44, 4);

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
            int poisonGeneration) {

        /** The same elsewhere in memory. */
        Run at(long otherOffset) {
            return new Run(otherOffset, length, location, own, kind, generation, selected, poisonGeneration);
        }
    }

    public void add(Run run) {
        long at = (long) size * RUN_BYTES;
        if (at == memory.bytes()) {
            grow();
        }
        memory.putLong(at + OFFSET, run.offset());
        memory.putLong(at + LENGTH, run.length());
        memory.putLong(at + LOCATION, run.location());
        memory.putLong(at + OWN, run.own());
        memory.putInt(at + KIND, run.kind());
        memory.putInt(at + GENERATION, run.generation());
        memory.putInt(at + FLAGS, run.selected() ? 1 : 0);
        memory.putInt(at + POISON_GENERATION, run.poisonGeneration());
        size++;
    }

    public Run get(int index) {
        long at = (long) index * RUN_BYTES;
        return new Run(
                memory.getLong(at + OFFSET),
                memory.getLong(at + LENGTH),
                memory.getLong(at + LOCATION),
                memory.getLong(at + OWN),
                memory.getInt(at + KIND),
                memory.getInt(at + GENERATION),
                memory.getInt(at + FLAGS) != 0,
                memory.getInt(at + POISON_GENERATION));
    }

    public int size() {
        return size;
    }

    NativeMemory memory() {
        return memory;
    }

    private void grow() {
        NativeMemory larger = NativeMemory.allocate(memory.bytes() * 2);
        larger.copyFrom(memory);
        memory.close();
        memory = larger;
    }

    @Override
    public void close() {
        memory.close();
    }
}
