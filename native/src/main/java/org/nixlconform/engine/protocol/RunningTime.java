package org.nixlconform.engine.protocol;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The time in which this process ran, for whoever waits for a word of another. A process that is stopped, or whose machine
 * stands still as a virtual one does while it is moved, hears nobody, and that says nothing of them.
 */
public final class RunningTime implements LongSupplier {
    /** Who waits looks at least once a second. What is longer than this was no wait. */
    private static final long LONGEST_NANOS = Duration.ofSeconds(2).toNanos();

    private final LongSupplier clock;
    private long looked;
    private long ran;

    public RunningTime() {
        this(System::nanoTime);
    }

    /** @param clock nanoseconds since any time */
    public RunningTime(LongSupplier clock) {
        this.clock = clock;
        this.looked = clock.getAsLong();
    }

    /** @return nanoseconds since it was made, of those between two calls 2 s at most */
    @Override
    public synchronized long getAsLong() {
        long now = clock.getAsLong();
        ran += Math.min(now - looked, LONGEST_NANOS);
        looked = now;
        return ran;
    }
}
