package org.nixlconform.binding;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A captured graph that replays on a GPU without a pause, on a thread of its own; see {@code graph.h}. */
public final class DeviceGraph implements AutoCloseable {
    private static final long LOOK_NANOS = 200_000L;
    private static final long LONGEST_WAIT_NANOS = 20_000_000_000L;

    static final Mirror REPORT = new Mirror("nxc_graph_report", 48);
    private static final int REPLAYS = REPORT.field("replays", 0, 8);
    private static final int MISMATCHES = REPORT.field("mismatches", 8, 8);
    private static final int FIRST_MISMATCH = REPORT.field("first_mismatch", 16, 8);
    private static final int OWN_MISMATCHES = REPORT.field("own_mismatches", 24, 8);
    private static final int LONGEST_GAP_NANOS = REPORT.field("longest_gap_ns", 40, 8);

    private final Pointer graph;
    private final Thread replays = new Thread(this::replay, "replays");
    private volatile @Nullable DeviceException refused;

    private DeviceGraph(Pointer graph) {
        this.graph = graph;
        replays.setDaemon(true);
        replays.start();
    }

    /**
     * What replays found.
     *
     * @param replays that have ended
     * @param mismatches listed runs that held something else, each once a replay
     * @param firstMismatch number of the replay that found the first, from 1; 0 when none did
     * @param ownMismatches slots of the graph's own that did not hold what it had written, each once a replay
     * @param longestGapNanos from the end of one replay to the end of the next, by the GPU's clock
     */
    public record Report(long replays, long mismatches, long firstMismatch, long ownMismatches, long longestGapNanos) {}

    /**
     * Captures it, with an empty table, and begins to replay.
     *
     * @param own what it appends to; the content of these runs is its own from now on
     * @param slots of which each run of these has a whole number
     * @param mostListed entries that a table may have
     * @throws DeviceException when the driver refuses
     */
    public static DeviceGraph start(
            Device device, Arena arena, Payload payload, RunList own, int slots, int mostListed) {
        PointerByReference graph = new PointerByReference();
        Device.check(failure -> Conform.nxc_graph_open(
                device.pointer(),
                arena.address(),
                payload.key(),
                own.memory().pointer(),
                own.size(),
                slots,
                mostListed,
                graph,
                failure));
        return new DeviceGraph(graph.getValue());
    }

    private void replay() {
        try {
            Device.check(failure -> Conform.nxc_graph_replay(graph, failure));
        } catch (DeviceException failed) {
            refused = failed;
        }
    }

    /** Places another table on the GPU, which no replay reads yet. */
    public void prepare(RunList listed) {
        Device.check(failure -> Conform.nxc_graph_prepare(graph, listed.memory().pointer(), listed.size(), failure));
    }

    /** From the next replay on the prepared table is the one that is read. */
    public void handOver() {
        Device.check(failure -> Conform.nxc_graph_hand_over(graph, failure));
    }

    /** Waits until so many more replays have ended. @throws DeviceException when they do not */
    public Report await(int more) {
        long enough = look().replays() + more;
        long end = System.nanoTime() + LONGEST_WAIT_NANOS;
        while (System.nanoTime() < end) {
            DeviceException failed = refused;
            if (failed != null) {
                throw failed;
            }
            Report seen = look();
            if (seen.replays() >= enough) {
                return seen;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        throw new DeviceException("the captured graph stands still after " + look().replays() + " replays");
    }

    public Report look() {
        try (NativeMemory report = NativeMemory.allocate(REPORT.sizeBytes())) {
            Device.check(failure -> Conform.nxc_graph_look(graph, report.pointer(), failure));
            return new Report(
                    report.getLong(REPLAYS),
                    report.getLong(MISMATCHES),
                    report.getLong(FIRST_MISMATCH),
                    report.getLong(OWN_MISMATCHES),
                    report.getLong(LONGEST_GAP_NANOS));
        }
    }

    /** Ends the replays and the graph. */
    @Override
    public void close() {
        Conform.nxc_graph_stop(graph);
        boolean interrupted = false;
        while (replays.isAlive()) {
            try {
                replays.join();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Conform.nxc_graph_close(graph);
    }
}
