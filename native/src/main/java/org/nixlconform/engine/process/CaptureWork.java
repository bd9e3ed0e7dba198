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
 * A thread that captures a graph in global mode and loads a module, again and again, while NIXL moves blocks: what NIXL does to
 * the driver meanwhile can fail either, and the other way round.
 */
final class CaptureWork implements StreamWork {
    private static final long LOOK_NANOS = 100_000L;

    private final DeviceQueue queue;
    private final boolean disturbed;
    private @Nullable CompletableFuture<Void> running;
    private volatile boolean over;
    /** Counts beginnings and ends of the transfer: odd while it is in flight. */
    private final AtomicInteger turns = new AtomicInteger();

    private Tally captures = new Tally("capture");
    private Tally loads = new Tally("module load");

    CaptureWork(ToRank.StreamOrder order, Device device) {
        this.disturbed = order.fence().equals(NO_FENCE);
        this.queue = DeviceQueue.open(device);
    }

    /** Of one thing that is done again and again. Read by others when the thread has ended. */
    private final class Tally {
        private final String what;
        private final AtomicLong count = new AtomicLong();
        private long inFlight;
        private long failed;
        private String firstFailure = "";

        Tally(String what) {
            this.what = what;
        }

        void add(Runnable once) {
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
        captures = new Tally("capture");
        loads = new Tally("module load");
        over = false;
        CompletableFuture<Void> begun =
                CompletableFuture.runAsync(this::run, work -> new Thread(work, "captures").start());
        running = begun;
        while (loads.count.get() == 0 && !begun.isDone()) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void run() {
        while (!over) {
            captures.add(() -> queue.capture(disturbed));
            loads.add(queue::load);
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
        return FromRank.StreamWork.of(List.of(captures.rounds(), loads.rounds()));
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
