package org.nixlconform.engine.process;

import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nixlconform.binding.Arena;
import org.nixlconform.binding.Device;
import org.nixlconform.binding.DeviceQueue;
import org.nixlconform.binding.Drive;
import org.nixlconform.binding.NixlCallException;
import org.nixlconform.binding.Payload;
import org.nixlconform.binding.PlacedRuns;
import org.nixlconform.binding.RunList;
import org.nixlconform.binding.RunList.Run;
import org.nixlconform.engine.process.CacheOracle.Generations;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.ToRank;

/**
 * Kernels that are queued on a stream. It is held, so that the work is certainly not over when
 * the transfer could begin: with a fence for a moment, which the rank waits for; without one until the transfer is over. A
 * kernel that compares what came is not held, but launched then, also after each of many repeats.
 */
final class HeldWork implements StreamWork {
    private static final long FENCED_HOLD_NANOS = 20_000_000L;
    /** Longer than any transfer; who ends without letting go leaves a stream that ends by itself. */
    private static final long LONGEST_HOLD_NANOS = 120_000_000_000L;

    private static final String FILL = "FILL_BEFORE_OFFER";
    private static final String ZERO = "ZERO_FILL_QUEUED";
    private static final String STALE = "STALE_WRITER_QUEUED";
    private static final String CHECK = "KERNEL_AFTER_DONE";
    private static final String EVENT = "EVENT";

    private final ToRank.StreamOrder order;
    private final Arena arena;
    private final Payload payload;
    private final DeviceQueue queue;
    private @Nullable PlacedRuns placed;
    private long heldNanos;
    private long fenceNanos;
    private boolean pendingAtEnd;
    private @Nullable PlacedRuns poison;
    private Drive.@Nullable Repeats repeats;

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
            if (repeats() > 0) {
                placed = incoming(expected, run -> run);
                poison = incoming(expected, run -> poison(run, generations.poison()));
            }
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
        return incoming(expected, run -> order.work().equals(STALE) ? older(run, generations.older()) : run);
    }

    /** The places of what comes, with some content. */
    private PlacedRuns incoming(RunList expected, UnaryOperator<Run> content) {
        try (RunList incoming = new RunList()) {
            for (int i = 0; i < expected.size(); i++) {
                if (expected.get(i).selected()) {
                    incoming.add(content.apply(expected.get(i)));
                }
            }
            return arena.place(payload, incoming);
        }
    }

    private static Run poison(Run run, int generation) {
        return new Run(run.offset(), run.length(), run.own(), run.own(), Payload.POISON, generation, false, generation);
    }

    @Override
    public int repeats() {
        return order.repeats() - 1;
    }

    @Override
    public void repeat(Drive drive, long[] requests) throws NixlCallException {
        PlacedRuns before = poison;
        PlacedRuns after = placed;
        if (before == null || after == null) {
            throw new IllegalStateException("nothing is prepared to be repeated");
        }
        repeats = drive.repeat(requests, queue, before, after, repeats());
        before.fill();
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
        release(placed);
        release(poison);
        placed = null;
        poison = null;
        return new FromRank.StreamWork(heldNanos, fenceNanos, pendingAtEnd, differing, null, rounds());
    }

    private static void release(@Nullable PlacedRuns runs) {
        if (runs != null) {
            runs.close();
        }
    }

    private List<FromRank.Rounds> rounds() {
        Drive.Repeats done = repeats;
        repeats = null;
        return done == null
                ? List.of()
                : List.of(new FromRank.Rounds(
                        "transfer", done.ended(), done.ended(), done.differing(), firstDifference(done)));
    }

    private static String firstDifference(Drive.Repeats done) {
        return done.differing() == 0
                ? ""
                : done.firstRuns() + " stretches in repeat " + done.first() + "; in " + done.lasting()
                        + " repeats some were not right a moment later either";
    }

    @Override
    public void close() {
        queue.close();
    }
}
