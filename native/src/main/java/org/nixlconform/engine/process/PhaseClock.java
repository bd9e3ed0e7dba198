package org.nixlconform.engine.process;

import java.util.ArrayList;
import java.util.List;
import org.nixlconform.engine.protocol.FromRank.Phase;

/** Takes the time of the phases of one step, and knows which one runs. */
final class PhaseClock {
    private final List<Phase> phases = new ArrayList<>();
    private volatile String current = "";
    private long begun;

    /** Ends the current phase and begins the next. */
    void enter(String phase) {
        end();
        current = phase;
        begun = System.nanoTime();
    }

    void end() {
        if (!current.isEmpty()) {
            phases.add(new Phase(current, System.nanoTime() - begun));
            current = "";
        }
    }

    String current() {
        return current;
    }

    /** Ends the current phase and gives all. */
    List<Phase> finish() {
        end();
        return List.copyOf(phases);
    }
}
