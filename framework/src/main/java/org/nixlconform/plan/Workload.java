package org.nixlconform.plan;

import java.util.List;
import org.nixlconform.message.Finding;

/**
 * What engines do on their own, at full speed, after the iterations of a plan. A plan without one has single transfers alone:
 * one for each pair of ranks and iteration.
 */
public sealed interface Workload permits PagedServing, NotificationStorm, Lifecycle {
    /** Its part of a cell's name, such as {@code serving 1000 requests, 8 in flight, 1-10 blocks}; unequal for unequal ones. */
    String label();

    /** What the matrix of a report calls it, one word: {@code serving}. */
    String word();

    /** Why it cannot be in this draft, all reasons; none where it can. */
    List<Finding> refusals(PlanDraft draft);
}
