package org.nixlconform.plan;

import java.util.List;
import org.nixlconform.message.Finding;

/**
 * Requests that engines serve on their own, many at once, out of caches whose blocks are reused: prefill fills the blocks of a
 * request and offers them, they move, decode verifies them, prefill reuses them as soon as it was told that it may.
 *
 * @param requests in all, 1 to {@value #MOST_REQUESTS}
 * @param seconds after which no more begin; 0 for no limit
 * @param inFlight at once between each two engines, 1 to {@value #MOST_IN_FLIGHT}
 * @param fewestBlocks of a request, at least 1
 * @param mostBlocks of a request, as many as either cache holds at most
 * @param prefixHitPercent of requests of which decode holds leading blocks already, so that fewer move
 * @param layerGroups in which layers are filled and moved, one transfer and one notification for each group and pair of ranks;
 *     a divisor of the number of layers
 * @param registeredFirstPercent of requests, moved by WRITE, for which decode says where it wants them before prefill begins
 *     to fill them; for the others it does when prefill has filled them
 * @param refillInHandler prefill writes over blocks that were read the moment it takes the last notification, before anyone
 *     else hears of it
 */
public record PagedServing(
        int requests,
        int seconds,
        int inFlight,
        int fewestBlocks,
        int mostBlocks,
        int prefixHitPercent,
        Disturbance disturbance,
        Lease lease,
        int layerGroups,
        int registeredFirstPercent,
        boolean refillInHandler)
        implements Workload {

    /** Each has a generation of its own, of which there are 2^21. */
    public static final int MOST_REQUESTS = 2_000_000;

    /** Where other content is written over that of requests, which has generations of its own. */
    public static final int MOST_OVERWRITTEN_REQUESTS = 1_000_000;

    public static final int MOST_IN_FLIGHT = 256;

    /**
     * What becomes of some requests, chosen by the seed.
     *
     * @param abortPercent of requests that decode gives up before any block moves; prefill is still told
     * @param dropPercent of requests that decode drops while they are read: their blocks must wait until nothing moves to them
     * @param failPercent of requests of which one of the transfers fails, of the several that a decode rank makes for each: blocks
     *     of one prefill rank are offered by an agent that is gone
     * @param latePollPercent of requests after whose post the initiator does nothing for {@code latePollMillis}, as an engine
     *     in a long step
     * @param latePostPercent of requests that wait at the initiator for {@code latePostMillis} before they are posted, but for
     *     a transfer that is to fail
     */
    public record Disturbance(
            int abortPercent,
            int dropPercent,
            int failPercent,
            int latePollPercent,
            int latePollMillis,
            int latePostPercent,
            int latePostMillis) {
        public static final Disturbance NONE = new Disturbance(0, 0, 0, 0, 0, 0, 0);

        private String label() {
            return part("abort", abortPercent)
                    + part("drop", dropPercent)
                    + part("fail", failPercent)
                    + part("late polls", latePollPercent, latePollMillis)
                    + part("late posts", latePostPercent, latePostMillis);
        }
    }

    /**
     * How long prefill keeps blocks for decode.
     *
     * @param millis after which it takes them back and writes over them, read or not; 0 for ever
     * @param heartbeats decode tells it, six times a lease, that it still wants them, upon which the lease begins anew
     */
    public record Lease(int millis, boolean heartbeats) {
        public static final Lease NONE = new Lease(0, false);

        private String label() {
            return millis == 0 ? "" : ", lease " + millis + " ms" + (heartbeats ? " with heartbeats" : "");
        }
    }

    /** With nothing that disturbs. */
    public static PagedServing of(int requests, int inFlight, int fewestBlocks, int mostBlocks) {
        return new PagedServing(
                requests, 0, inFlight, fewestBlocks, mostBlocks, 0, Disturbance.NONE, Lease.NONE, 1, 0, false);
    }

    public PagedServing with(Disturbance other) {
        return new PagedServing(
                requests,
                seconds,
                inFlight,
                fewestBlocks,
                mostBlocks,
                prefixHitPercent,
                other,
                lease,
                layerGroups,
                registeredFirstPercent,
                refillInHandler);
    }

    public PagedServing with(Lease other) {
        return new PagedServing(
                requests,
                seconds,
                inFlight,
                fewestBlocks,
                mostBlocks,
                prefixHitPercent,
                disturbance,
                other,
                layerGroups,
                registeredFirstPercent,
                refillInHandler);
    }

    /** Such as {@code serving 1000 requests, 8 in flight, 1-10 blocks, prefix 25 %}; what is 0 is left out. */
    @Override
    public String label() {
        String blocks = fewestBlocks == mostBlocks ? "" + mostBlocks : fewestBlocks + "-" + mostBlocks;
        return "serving " + requests + " requests" + (seconds == 0 ? "" : " for " + seconds + " s") + ", " + inFlight
                + " in flight, " + blocks + " blocks"
                + part("prefix", prefixHitPercent)
                + disturbance.label()
                + lease.label()
                + (layerGroups == 1 ? "" : ", layers in " + layerGroups + " groups")
                + part("registered first", registeredFirstPercent)
                + (refillInHandler ? ", refilled in the handler" : "");
    }

    private static String part(String name, int percent) {
        return percent == 0 ? "" : ", " + name + " " + percent + " %";
    }

    private static String part(String name, int percent, int millis) {
        return percent == 0 ? "" : part(name, percent) + " of " + millis + " ms";
    }

    /** Whether blocks of some requests are written over with content of no request. */
    boolean writesOver() {
        return refillInHandler || lease.millis() > 0;
    }

    @Override
    public String word() {
        return "serving";
    }

    @Override
    public int repeats() {
        return requests;
    }

    @Override
    public List<Finding> refusals(PlanDraft draft) {
        return ServingRules.refusals(draft, this);
    }
}
