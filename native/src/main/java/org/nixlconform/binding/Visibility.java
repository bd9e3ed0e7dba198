package org.nixlconform.binding;

import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;

/** What of WRITEs is in the memory of their targets, on the same machine, once they are DONE: {@code nxc_visibility}. */
public final class Visibility implements AutoCloseable {
    /** How many ranges one look at a target can have. */
    public static final int MOST_RANGES = 512;

    static final Mirror MIRROR = new Mirror("nxc_visibility", 56);
    private static final int RANGES = MIRROR.field("ranges", 0, 8);
    private static final int COUNT = MIRROR.field("count", 8, 8);
    private static final int PID = MIRROR.field("pid", 16, 4);
    private static final int ERROR = MIRROR.field("error", 20, 4);
    private static final int LIMIT = MIRROR.field("limit_ns", 24, 8);
    private static final int HIDDEN = MIRROR.field("hidden", 32, 8);
    private static final int MISSING = MIRROR.field("missing", 40, 8);
    private static final int LATEST = MIRROR.field("latest_ns", 48, 8);

    private final NativeMemory memory;
    private final List<NativeMemory> ranges = new ArrayList<>();

    /**
     * What to look at after the DONE of one request.
     *
     * @param pid of the target
     * @param ranges at most {@link #MOST_RANGES}; none when nobody is to look
     */
    public record Watch(int pid, List<Drive.CopyRange> ranges) {}

    /**
     * What was seen of one request.
     *
     * @param looked ranges that were looked at; 0 when nobody looked
     * @param hidden of them, how many were not there at DONE
     * @param missing of these, how many were not there at the last look either
     * @param latestNanos from DONE until the last of the others was seen; 0 when none came later
     * @param errorNumber why the kernel refused a look; 0 when it did not
     */
    public record Seen(long looked, long hidden, long missing, long latestNanos, int errorNumber) {}

    /** @param limitNanos how long to look, from each DONE on */
    public Visibility(List<Watch> watches, long limitNanos) {
        memory = NativeMemory.allocate((long) Math.max(1, watches.size()) * MIRROR.sizeBytes());
        for (int i = 0; i < watches.size(); i++) {
            long at = (long) i * MIRROR.sizeBytes();
            Watch watch = watches.get(i);
            if (watch.ranges().size() > MOST_RANGES) {
                throw new IllegalArgumentException(
                        watch.ranges().size() + " ranges to look at are more than " + MOST_RANGES);
            }
            NativeMemory array = Drive.array(watch.ranges());
            ranges.add(array);
            memory.putLong(at + RANGES, array.address());
            memory.putLong(at + COUNT, watch.ranges().size());
            memory.putInt(at + PID, watch.pid());
            memory.putLong(at + LIMIT, limitNanos);
        }
    }

    /** By the number of the request. */
    public Seen seen(int request) {
        long at = (long) request * MIRROR.sizeBytes();
        return new Seen(
                memory.getLong(at + COUNT),
                memory.getLong(at + HIDDEN),
                memory.getLong(at + MISSING),
                memory.getLong(at + LATEST),
                memory.getInt(at + ERROR));
    }

    Pointer pointer() {
        return memory.pointer();
    }

    @Override
    public void close() {
        ranges.forEach(NativeMemory::close);
        memory.close();
    }
}
