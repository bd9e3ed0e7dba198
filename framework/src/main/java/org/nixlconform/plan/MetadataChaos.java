package org.nixlconform.plan;

import java.util.ArrayList;
import java.util.List;
import org.nixlconform.message.Finding;

/**
 * Damaged metadata of a peer: none, cut, of another backend, with flipped bits.
 *
 * @param cuts lengths that are tried, evenly spread from 1 byte to all but one; 0 to {@value #MOST}
 * @param flips of one bit each, drawn by the plan's seed; 0 to {@value #MOST}
 */
public record MetadataChaos(int cuts, int flips) implements Lifecycle {
    public static final int MOST = 10_000;

    @Override
    public List<Trial> trials() {
        return List.of(Trial.DAMAGED_METADATA);
    }

    @Override
    public String label() {
        return "damaged metadata, " + cuts + " cuts, " + flips + " flips";
    }

    @Override
    public List<Finding> refusals(PlanDraft draft) {
        List<Finding> refusals = new ArrayList<>(Lifecycle.super.refusals(draft));
        if (Math.min(cuts, flips) < 0 || Math.max(cuts, flips) > MOST) {
            refusals.add(PlanRules.refusal(
                    draft,
                    "cuts and flips of metadata must be 0 to " + MOST,
                    "cuts = " + cuts + ", flips = " + flips,
                    "0 to " + MOST,
                    "set both to 0 or more"));
        }
        return refusals;
    }

    @Override
    public String word() {
        return "metadata";
    }
}
