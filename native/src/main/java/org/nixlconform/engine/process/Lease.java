package org.nixlconform.engine.process;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.nixlconform.engine.protocol.RunningTime;

/**
 * Ends a process whose controller has not been heard for a while: a connection that went silent is not noticed
 * otherwise, until the system gives it up after minutes. Only time in which the process ran is counted: words that came
 * while the machine stood still are read first.
 */
final class Lease {
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    private final Duration length;
    private final LongSupplier time;
    private volatile boolean heard = true;
    private long heardAt;

    /** @param seconds 0 for ever */
    Lease(long seconds) {
        this(seconds, new RunningTime());
    }

    /** @param time nanoseconds that count */
    Lease(long seconds, LongSupplier time) {
        this.length = Duration.ofSeconds(seconds);
        this.time = time;
    }

    Duration length() {
        return length;
    }

    void renew() {
        heard = true;
    }

    /** To be asked several times a second. */
    boolean isOver() {
        long now = time.getAsLong();
        if (heard) {
            heard = false;
            heardAt = now;
        }
        return now - heardAt >= length.toNanos();
    }

    /** @param end is called once, on a thread of its own, when it has run out */
    void begin(Runnable end) {
        if (length.isZero()) {
            return;
        }
        Thread watch = new Thread(
                () -> {
                    while (!isOver()) {
                        LockSupport.parkNanos(LOOK_EVERY.toNanos());
                    }
                    System.err.println("nixlconform engine: nothing heard of the controller for " + length.toSeconds()
                            + " s, ending");
                    end.run();
                },
                "lease");
        watch.setDaemon(true);
        watch.start();
    }
}
