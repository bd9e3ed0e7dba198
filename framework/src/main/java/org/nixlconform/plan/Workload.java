package org.nixlconform.plan;

import java.util.List;
import org.nixlconform.message.Finding;

/**
 * What engines do on their own, at full speed, after the iterations of a plan. A plan without one has single transfers alone:
 * one for each pair of ranks and iteration.
 */
public sealed interface Workload permits PagedServing, NotificationStorm, Lifecycle {
    /** What is done so often is the same again and again: engines that hold ever more meanwhile leak. */
    int LASTING = 2_000;

    /** Its part of a cell's name, such as {@code serving 1000 requests, 8 in flight, 1-10 blocks}; unequal for unequal ones. */
    String label();

    /** What the matrix of a report calls it, one word: {@code serving}. */
    String word();

    /** How often each pair of engines does the same at most; 0 where it does one thing after the other. */
    default int repeats() {
        return 0;
    }

    /** Whether what engines hold meanwhile is judged. */
    default boolean isLasting() {
        return repeats() >= LASTING;
    }

    /** Why it cannot be in this draft, all reasons; none where it can. */
    List<Finding> refusals(PlanDraft draft);
}
