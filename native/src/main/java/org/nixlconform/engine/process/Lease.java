package org.nixlconform.engine.process;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends a process whose controller has not been heard for a while: a connection that went silent is not noticed
 * otherwise, until the system gives it up after minutes.
 */
final class Lease {
    private final long nanos;
    private volatile long renewedAt = System.nanoTime();

    /** @param seconds 0 for ever */
    Lease(long seconds) {
        this.nanos = Duration.ofSeconds(seconds).toNanos();
    }

    void renew() {
        renewedAt = System.nanoTime();
    }

    /** @param end is called once, on a thread of its own, when it has run out */
    void begin(Runnable end) {
        if (nanos == 0) {
            return;
        }
        Thread watch = new Thread(
                () -> {
                    while (System.nanoTime() - renewedAt < nanos) {
                        LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
                    }
                    System.err.println("nixlconform engine: nothing heard of the controller for "
                            + Duration.ofNanos(nanos).toSeconds() + " s, ending");
                    end.run();
                },
                "lease");
        watch.setDaemon(true);
        watch.start();
    }
}
