package org.nixlconform.engine;

import java.time.Duration;
import org.nixlconform.engine.EngineStep.Sample;
import org.nixlconform.plan.RankId;

/** Kills a rank as soon as blocks of a transfer have begun to move and have not all arrived. */
final class MidTransferEnd {
    /** Short against any transfer that is worth it, and long against what it costs a rank to look at itself. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(5);

    private final RankRoster roster;
    private final RankId rank;
    private long nextLook = System.nanoTime();
    private boolean sent;

    MidTransferEnd(RankRoster roster, RankId rank) {
        this.roster = roster;
        this.rank = rank;
    }

    boolean sampleDue() {
        long now = System.nanoTime();
        if (sent || now < nextLook) {
            return false;
        }
        nextLook = now + LOOK_EVERY.toNanos();
        return true;
    }

    /** At most so long until it wants to look again. */
    long nextLookNanos(long otherwise) {
        return sent ? otherwise : Math.min(otherwise, Math.max(1, nextLook - System.nanoTime()));
    }

    void saw(Sample sample) {
        boolean landing = sample.slicesLanded() > 0 && sample.slicesLanded() < sample.slices();
        boolean posted = sample.posted() > sample.done() + sample.failed();
        if (!sent && (landing || posted)) {
            sent = roster.signal(rank, "KILL");
        }
    }
}
