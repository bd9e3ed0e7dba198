package org.nixlconform.transfer;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.nixlconform.plan.RankId;
import org.nixlconform.transfer.TransferObservation.Integrity;

/**
 * What became of a storm of notifications. What ranks did meanwhile has the number of the iteration after the last one.
 *
 * @param pairs of ranks, in the order of their initiators
 * @param oddities notifications that were not as they were sent, the first of each rank
 * @param integrity of whole caches afterwards, by rank
 */
public record StormObservation(List<Pair> pairs, List<Oddity> oddities, List<Integrity> integrity) {
    public StormObservation {
        pairs = List.copyOf(pairs);
        oddities = List.copyOf(oddities);
        integrity = List.copyOf(integrity);
    }

    /**
     * Messages of one pair of ranks, each end's own counts.
     *
     * @param sent empty where the initiator gave no answer
     * @param received empty where the target gave none
     * @param bound how long notifications of transfers took
     * @param standalone how long those by themselves took
     * @param timesNotObserved why not, empty where they were
     */
    public record Pair(
            RankId initiator,
            RankId target,
            Optional<Sent> sent,
            Optional<Received> received,
            Optional<Times> bound,
            Optional<Times> standalone,
            Optional<String> timesNotObserved) {
        /** {@code decode-0-rank-0 to prefill-0-rank-0}. */
        public String label() {
            return initiator + " to " + target;
        }
    }

    /**
     * @param transfers that are done, each with a notification bound to it
     * @param inPost of them, how many were done in their post
     * @param standalone notifications by themselves
     * @param hollow transfers that were done and had left something as it was, as far as that was looked at
     * @param firstHollow number of the first, from 0
     */
    public record Sent(long transfers, long inPost, long standalone, long bytes, long hollow, long firstHollow) {}

    /**
     * @param bound as they were sent, from whom they were sent
     * @param again as they were sent, but more often
     * @param altered from this sender, and nothing that it sent to this rank
     * @param firstMissing least number of a message that did not come; empty when all did
     */
    public record Received(long bound, long standalone, long again, long altered, Optional<Long> firstMissing) {}

    /**
     * From DONE, or the call that sent it, until the target had it: of those whose times were kept at both ends.
     *
     * @param median zero where the target had it before its initiator saw DONE; so are the others
     * @param longestNumber of the one that took longest, among those of its kind, from 0
     * @param polled of them, those that were not done in their post
     * @param beforePoll of these, how many the target had before the initiator polled for the first time
     */
    public record Times(
            long kept,
            Duration median,
            Duration p99,
            Duration longest,
            long longestNumber,
            long polled,
            long beforePoll) {}

    /** What is wrong with a notification. */
    public enum Kind {
        /** No text that its sender sends to this rank. */
        ALTERED,
        /** A text that another sender sends to this rank. */
        OTHERS,
        /** It had come as often as it was sent. */
        AGAIN,
        /** From an agent that sends none. */
        STRANGER
    }

    /**
     * One notification that was not as it was sent.
     *
     * @param sender as NIXL says
     * @param named the message that its text names, such as {@code message 17 of decode-0-rank-0 to prefill-0-rank-1}; empty for none
     * @param meantFor the target of that message
     * @param difference in words, such as {@code byte 8 176 of 8 193 is 3f.., not 41..}
     */
    public record Oddity(
            RankId receiver,
            String sender,
            Kind kind,
            int length,
            Optional<String> named,
            Optional<RankId> meantFor,
            String difference) {}
}
