package org.nixlconform.cluster;

import org.nixlconform.message.Finding;
import org.nixlconform.plan.Fit;
import org.nixlconform.plan.TransferPlan;

/** Whether the cluster can carry a plan. */
public sealed interface Assigned {

    /**
     * @param plan the plan to run: the one asked for, or one with fewer cached blocks where it is scalable and memory is
     *     short
     * @param name of the cell; says so when the caches were lowered, see {@link Fit.Lowered#name()}
     */
    record On(TransferPlan plan, String name, RankAssignment ranks) implements Assigned {}

    /** Not here. The case is inconclusive, not broken. */
    record Impossible(Finding reason) implements Assigned {}
}
