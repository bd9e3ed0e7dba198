package org.nixlconform.engine;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.nixlconform.plan.Expectations;
import org.nixlconform.plan.RankId;

/** Decides from outside whether a transfer is over its time or stands still. */
final class ProgressWatch {
    private static final Duration FIRST_LOOK = Duration.ofSeconds(1);
    private static final Duration GRACE_AFTER_LOSS = Duration.ofSeconds(3);

    private final Duration within;
    private final Duration stall;
    private final Duration lookEvery;
    private final long begun = System.nanoTime();
    private final Map<RankId, Mark> marks = new HashMap<>();
    private long lastMove = begun;
    private long nextLook;
    private long lossSeen;

    /** What counts as progress. */
    private record Mark(int posted, int done, int failed, int notices, long landed) {}

    ProgressWatch(Expectations.Completion limits) {
        within = limits.within();
        stall = limits.stall();
        // Ranks are looked at often enough to see a stall in time, but never while a transfer of ordinary length runs.
        lookEvery = min(FIRST_LOOK, stall.dividedBy(4));
        nextLook = begun + min(FIRST_LOOK, stall.dividedBy(2)).toNanos();
    }

    boolean sampleDue() {
        long now = System.nanoTime();
        if (now < nextLook) {
            return false;
        }
        nextLook = now + lookEvery.toNanos();
        return true;
    }

    long nextLookNanos() {
        return Math.max(1, nextLook - System.nanoTime());
    }

    void saw(RankId rank, EngineStep.Sample sample) {
        Mark mark = new Mark(
                sample.posted(), sample.done(), sample.failed(), sample.noticesReceived(), sample.slicesLanded());
        if (!mark.equals(marks.put(rank, mark))) {
            moved();
        }
    }

    void moved() {
        lastMove = System.nanoTime();
    }

    boolean over() {
        return stalled() || System.nanoTime() - begun > within.toNanos();
    }

    boolean stalled() {
        return System.nanoTime() - lastMove > stall.toNanos();
    }

    /** A lost rank explains why others wait; they get a short while to end by themselves. */
    boolean abandoned(int ranksLost) {
        if (ranksLost > 0 && lossSeen == 0) {
            lossSeen = System.nanoTime();
        }
        return lossSeen != 0 && System.nanoTime() - lossSeen > GRACE_AFTER_LOSS.toNanos();
    }

    /** The limit that was passed. */
    Duration deadline() {
        return stalled() ? stall : within;
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
