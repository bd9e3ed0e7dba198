package org.nixlconform.plan;

import java.util.ArrayList;
import java.util.List;
import org.nixlconform.message.Finding;

/**
 * Requests, memory and agents that are released, deregistered, forgotten and destroyed at the wrong time, twice, or in any order.
 *
 * @param cycles of {@link Trial#ORDERS}, 1 to {@value #MOST_CYCLES}; orders take turns
 */
public record Teardown(List<Trial> trials, int cycles) implements Lifecycle {
    public static final int MOST_CYCLES = 10_000;

    public Teardown {
        trials = trials.stream().distinct().sorted().toList();
    }

    @Override
    public String label() {
        return "teardown " + Trial.labels(trials) + (trials.contains(Trial.ORDERS) ? " x " + cycles : "");
    }

    @Override
    public List<Finding> refusals(PlanDraft draft) {
        List<Finding> refusals = new ArrayList<>(Lifecycle.super.refusals(draft));
        if (cycles < 1 || cycles > MOST_CYCLES) {
            refusals.add(PlanRules.refusal(
                    draft,
                    "cycles of a teardown must be 1 to " + MOST_CYCLES,
                    "cycles = " + cycles,
                    "1 to " + MOST_CYCLES,
                    "set cycles to 1 or more"));
        }
        return refusals;
    }

    @Override
    public String word() {
        return "teardown";
    }
}
