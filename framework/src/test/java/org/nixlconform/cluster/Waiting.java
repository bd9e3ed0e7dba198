package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Callable;

/** For what takes its time on a busy machine. */
public final class Waiting {
    private static final Duration SOON = Duration.ofSeconds(20);

    private Waiting() {}

    public static void until(Callable<Boolean> fact) throws Exception {
        until(SOON, fact);
    }

    public static void until(Duration within, Callable<Boolean> fact) throws Exception {
        long end = System.nanoTime() + within.toNanos();
        while (!fact.call()) {
            assertThat(System.nanoTime()).as("within " + within).isLessThan(end);
            Thread.sleep(100);
        }
    }
}
