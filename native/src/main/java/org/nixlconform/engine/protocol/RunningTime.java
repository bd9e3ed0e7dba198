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
    private final long longestNanos;
    private long looked;
    private long ran;

    public RunningTime() {
        this(System::nanoTime);
    }

    /** @param clock nanoseconds since any time */
    public RunningTime(LongSupplier clock) {
        this(clock, LONGEST_NANOS);
    }

    /** @param longestNanos of a wait; what is longer was none */
    public RunningTime(LongSupplier clock, long longestNanos) {
        this.clock = clock;
        this.longestNanos = longestNanos;
        this.looked = clock.getAsLong();
    }

    /** @return nanoseconds since it was made, of those between two calls as many as a wait has at most */
    @Override
    public synchronized long getAsLong() {
        long now = clock.getAsLong();
        ran += Math.min(now - looked, longestNanos);
        looked = now;
        return ran;
    }
}
