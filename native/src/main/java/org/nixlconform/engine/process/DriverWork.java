package org.nixlconform.engine.process;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.nixlconform.binding.Device;
import org.nixlconform.binding.DeviceException;
import org.nixlconform.binding.DeviceQueue;
import org.nixlconform.binding.PlacedRuns;
import org.nixlconform.binding.RunList;
import org.nixlconform.engine.process.CacheOracle.Generations;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.ToRank;

/**
 * A thread that captures a graph, or loads a module, again and again, while NIXL moves blocks: what NIXL does to the driver
 * meanwhile can fail it, and the other way round.
 */
final class DriverWork implements StreamWork {
    private static final long LOOK_NANOS = 100_000L;

    private final DeviceQueue queue;
    private final String what;
    private final Runnable once;
    private @Nullable CompletableFuture<Void> running;
    private volatile boolean over;
    /** Counts beginnings and ends of the transfer: odd while it is in flight. */
    private final AtomicInteger turns = new AtomicInteger();

    private Tally tally;

    DriverWork(ToRank.StreamOrder order, Device device) {
        queue = DeviceQueue.open(device);
        boolean disturbed = order.fence().equals(NO_FENCE);
        if (order.work().equals("MODULES_BESIDE")) {
            what = "module load";
            once = queue::load;
        } else {
            what = "capture";
            boolean global = order.work().equals("CAPTURE_BESIDE");
            once = () -> queue.capture(global, disturbed);
        }
        tally = new Tally();
    }

    /** Read by others when the thread has ended. */
    private final class Tally {
        private final AtomicLong count = new AtomicLong();
        private long inFlight;
        private long failed;
        private String firstFailure = "";

        void add() {
            int before = turns.get();
            try {
                once.run();
            } catch (DeviceException refused) {
                firstFailure = failed == 0 ? String.valueOf(refused.getMessage()) : firstFailure;
                failed++;
            }
            inFlight += before % 2 == 1 || turns.get() != before ? 1 : 0;
            count.incrementAndGet();
        }

        FromRank.Rounds rounds() {
            return new FromRank.Rounds(what, count.get(), inFlight, failed, firstFailure);
        }
    }

    @Override
    public void beforeTransfer(CacheOracle oracle, Generations generations, RunList expected) {
        Tally counts = new Tally();
        tally = counts;
        over = false;
        CompletableFuture<Void> begun =
                CompletableFuture.runAsync(() -> run(counts), work -> new Thread(work, "driver").start());
        running = begun;
        while (counts.count.get() == 0 && !begun.isDone()) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void run(Tally counts) {
        while (!over) {
            counts.add();
        }
    }

    @Override
    public void atBegin() {
        turns.incrementAndGet();
    }

    @Override
    public void atEnd(PlacedRuns expected) {
        turns.incrementAndGet();
        stop();
    }

    @Override
    public FromRank.StreamWork settle(PlacedRuns expected) {
        return FromRank.StreamWork.of(List.of(tally.rounds()));
    }

    private void stop() {
        over = true;
        if (running != null) {
            running.join();
        }
        running = null;
    }

    @Override
    public void close() {
        stop();
        queue.close();
    }
}
