package org.nixlconform.plan;

import java.util.List;
import org.nixlconform.message.Finding;

/**
 * Requests that engines serve on their own, many at once, out of caches whose blocks are reused: prefill fills the blocks of a
 * request and offers them, they move, decode verifies them, prefill reuses them as soon as it was told that it may.
 *
 * @param requests in all, 1 to {@value #MOST_REQUESTS}
 * @param inFlight at once between each two engines, 1 to {@value #MOST_IN_FLIGHT}
 * @param fewestBlocks of a request, at least 1
 * @param mostBlocks of a request, as many as either cache holds at most
 * @param prefixHitPercent of requests of which decode holds leading blocks already, so that fewer move
 * @param abortPercent of requests that decode gives up before any block moves; prefill is still told
 * @param latePollPercent of requests after whose post the initiator does nothing for {@code latePollMillis}, as an engine in a
 *     long step
 */
public record PagedServing(
        int requests,
        int inFlight,
        int fewestBlocks,
        int mostBlocks,
        int prefixHitPercent,
        int abortPercent,
        int latePollPercent,
        int latePollMillis)
        implements Workload {

    /** Each has a generation of its own, of which there are 2^21. */
    public static final int MOST_REQUESTS = 2_000_000;

    public static final int MOST_IN_FLIGHT = 256;

    /** Such as {@code serving 1000 requests, 8 in flight, 1-10 blocks, prefix 25 %}; what is 0 is left out. */
    @Override
    public String label() {
        String blocks = fewestBlocks == mostBlocks ? "" + mostBlocks : fewestBlocks + "-" + mostBlocks;
        return "serving " + requests + " requests, " + inFlight + " in flight, " + blocks + " blocks"
                + (prefixHitPercent == 0 ? "" : ", prefix " + prefixHitPercent + " %")
                + (abortPercent == 0 ? "" : ", abort " + abortPercent + " %")
                + (latePollPercent == 0 ? "" : ", late polls " + latePollPercent + " % of " + latePollMillis + " ms");
    }

    @Override
    public String word() {
        return "serving";
    }

    @Override
    public List<Finding> refusals(PlanDraft draft) {
        return ServingRules.refusals(draft, this);
    }
}
