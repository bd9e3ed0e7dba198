package org.nixlconform.engine;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.nixlconform.engine.protocol.RunningTime;
import org.nixlconform.plan.Expectations;
import org.nixlconform.plan.RankId;

/** Decides from outside whether a transfer is over its time or stands still. Time in which we did not run ourselves is none. */
final class ProgressWatch {
    private static final Duration FIRST_LOOK = Duration.ofSeconds(1);
    private static final Duration GRACE_AFTER_LOSS = Duration.ofSeconds(3);

    private final Duration within;
    private final Duration stall;
    private final Duration lookEvery;
    private final LongSupplier clock;
    private final long begun;
    private final Map<RankId, Mark> marks = new HashMap<>();
    private long lastMove;
    private long nextLook;
    private long lossSeen;

    /** What counts as progress. */
    private record Mark(int posted, int done, int failed, int notices, long landed) {}

    ProgressWatch(Expectations.Completion limits) {
        this(limits, new RunningTime());
    }

    /** @param clock nanoseconds since any time */
    ProgressWatch(Expectations.Completion limits, LongSupplier clock) {
        this.clock = clock;
        begun = clock.getAsLong();
        lastMove = begun;
        within = limits.within();
        stall = limits.stall();
        // Ranks are looked at often enough to see a stall in time, but never while a transfer of ordinary length runs.
        lookEvery = min(FIRST_LOOK, stall.dividedBy(4));
        nextLook = begun + min(FIRST_LOOK, stall.dividedBy(2)).toNanos();
    }

    boolean sampleDue() {
        long now = clock.getAsLong();
        if (now < nextLook) {
            return false;
        }
        nextLook = now + lookEvery.toNanos();
        return true;
    }

    long nextLookNanos() {
        return Math.max(1, nextLook - clock.getAsLong());
    }

    void saw(RankId rank, EngineStep.Sample sample) {
        Mark mark = new Mark(
                sample.posted(), sample.done(), sample.failed(), sample.noticesReceived(), sample.slicesLanded());
        if (!mark.equals(marks.put(rank, mark))) {
            moved();
        }
    }

    void moved() {
        lastMove = clock.getAsLong();
    }

    boolean over() {
        return stalled() || clock.getAsLong() - begun > within.toNanos();
    }

    boolean stalled() {
        return clock.getAsLong() - lastMove > stall.toNanos();
    }

    /** A lost rank explains why others wait; they get a short while to end by themselves. */
    boolean abandoned(int ranksLost) {
        if (ranksLost > 0 && lossSeen == 0) {
            lossSeen = clock.getAsLong();
        }
        return lossSeen != 0 && clock.getAsLong() - lossSeen > GRACE_AFTER_LOSS.toNanos();
    }

    /** The limit that was passed; the time until now where ranks were abandoned before any was. */
    Duration deadline() {
        return stalled() ? stall : min(within, Duration.ofNanos(clock.getAsLong() - begun));
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
