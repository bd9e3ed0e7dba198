package org.nixlconform.engine.process;

import org.jspecify.annotations.Nullable;
import org.nixlconform.binding.Arena;
import org.nixlconform.binding.Device;
import org.nixlconform.binding.DeviceQueue;
import org.nixlconform.binding.Payload;
import org.nixlconform.binding.PlacedRuns;
import org.nixlconform.binding.RunList;
import org.nixlconform.binding.RunList.Run;
import org.nixlconform.engine.process.CacheOracle.Generations;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.ToRank;

/**
 * Kernels that are queued on a stream. It is held, so that the work is certainly not over when
 * the transfer could begin: with a fence for a moment, which the rank waits for; without one until the transfer is over.
 */
final class HeldWork implements StreamWork {
    private static final long FENCED_HOLD_NANOS = 20_000_000L;
    /** Longer than any transfer; who ends without letting go leaves a stream that ends by itself. */
    private static final long LONGEST_HOLD_NANOS = 120_000_000_000L;

    private static final String FILL = "FILL_BEFORE_OFFER";
    private static final String ZERO = "ZERO_FILL_QUEUED";
    private static final String STALE = "STALE_WRITER_QUEUED";
    private static final String CHECK = "KERNEL_AFTER_DONE";
    private static final String NO_FENCE = "NONE";
    private static final String EVENT = "EVENT";

    private final ToRank.StreamOrder order;
    private final Arena arena;
    private final Payload payload;
    private final DeviceQueue queue;
    private @Nullable PlacedRuns placed;
    private long heldNanos;
    private long fenceNanos;
    private boolean pendingAtEnd;

    HeldWork(ToRank.StreamOrder order, Device device, Arena arena, Payload payload) {
        this.order = order;
        this.arena = arena;
        this.payload = payload;
        this.queue = DeviceQueue.open(device);
    }

    @Override
    public boolean fills() {
        return order.work().equals(FILL);
    }

    @Override
    public void beforeTransfer(CacheOracle oracle, Generations generations, RunList expected) {
        boolean fenced = !order.fence().equals(NO_FENCE);
        if (order.work().equals(CHECK)) {
            return;
        }
        // Memory is allocated before the stream is held: the driver may wait for it otherwise.
        placed = place(oracle, generations, expected);
        heldNanos = fenced ? FENCED_HOLD_NANOS : LONGEST_HOLD_NANOS;
        queue.hold(heldNanos);
        if (order.work().equals(ZERO)) {
            queue.zero(placed);
        } else {
            queue.fill(placed);
        }
        fenceNanos = fenced ? queue.await(order.fence().equals(EVENT)) : 0;
    }

    private PlacedRuns place(CacheOracle oracle, Generations generations, RunList expected) {
        if (fills()) {
            try (RunList arming = oracle.arming(generations)) {
                return arena.place(payload, arming);
            }
        }
        try (RunList incoming = new RunList()) {
            for (int i = 0; i < expected.size(); i++) {
                Run run = expected.get(i);
                if (run.selected()) {
                    incoming.add(order.work().equals(STALE) ? older(run, generations.older()) : run);
                }
            }
            return arena.place(payload, incoming);
        }
    }

    private static Run older(Run run, int generation) {
        return new Run(
                run.offset(),
                run.length(),
                run.location(),
                run.own(),
                run.kind(),
                generation,
                run.selected(),
                run.poisonGeneration());
    }

    @Override
    public void atEnd(PlacedRuns expected) {
        if (order.work().equals(CHECK)) {
            queue.check(expected);
        } else {
            pendingAtEnd = queue.pending();
        }
    }

    @Override
    public FromRank.StreamWork settle(PlacedRuns expected) {
        long differing = order.work().equals(CHECK) ? queue.differing(expected) : -1;
        queue.letGo();
        queue.await(false);
        PlacedRuns done = placed;
        if (done != null) {
            done.close();
            placed = null;
        }
        return new FromRank.StreamWork(heldNanos, fenceNanos, pendingAtEnd, differing, null);
    }

    @Override
    public void close() {
        queue.close();
    }
}
