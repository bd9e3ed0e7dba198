package org.nixlconform.engine.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What the desk, which gives out blocks to engines that serve, asks of a rank, over a connection of their own. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "ask")
@JsonSubTypes({
    @JsonSubTypes.Type(value = FromDesk.Fill.class, name = "fill"),
    @JsonSubTypes.Type(value = FromDesk.Keep.class, name = "keep"),
    @JsonSubTypes.Type(value = FromDesk.Await.class, name = "await"),
    @JsonSubTypes.Type(value = FromDesk.Move.class, name = "move"),
    @JsonSubTypes.Type(value = FromDesk.Tell.class, name = "tell"),
    @JsonSubTypes.Type(value = FromDesk.Finish.class, name = "finish")
})
public sealed interface FromDesk {

    /**
     * A source writes the content of a request. Answered by {@link ToDesk.Filled}.
     *
     * @param request negative for content that is to be seen by nobody, of which nobody wants to hear
     * @param peers beginning of the labels of the other engine's ranks
     * @param group of layers, from 0; {@link #ALL_LAYERS}
     */
    record Fill(int request, String peers, int generation, int[] blocks, int group) implements FromDesk {
        public static final int ALL_LAYERS = -1;
    }

    /** A decode rank keeps the lease of a request that waits alive by heartbeats to each of its peers there, until it moved. */
    record Keep(int request, String peers) implements FromDesk {}

    /**
     * A target which is the destination verifies these blocks once each of its peers there has notified it. Answered by
     * {@link ToDesk.Verified}; where there are no blocks, by nothing.
     *
     * @param peers beginning of the labels of the other engine's ranks
     */
    record Await(int request, String peers, int generation, int[] ownBlocks, int[] peerBlocks) implements FromDesk {}

    /**
     * An initiator moves blocks, from or to each of its peers there. When all groups of layers of the request have ended,
     * answered by {@link ToDesk.Moved}, and where it is the destination by {@link ToDesk.Verified} after that.
     *
     * @param peers beginning of the labels of the other engine's ranks
     * @param group of layers, from 0; they come in order
     * @param postMillis for which the request waits before its post, while others go on
     * @param lateMillis for which it does nothing after its post
     * @param dropped nobody wants it any more: {@link ToDesk.Posted} comes before {@link ToDesk.Moved} where it is under way
     *     then, and it is not verified
     * @param failing the peer whose blocks are offered by an agent that is gone; empty where none are. It does not wait. When the
     *     transfer has failed, {@link ToDesk.Failed} comes, and that peer is notified all the same
     */
    record Move(
            int request,
            String peers,
            int generation,
            int[] ownBlocks,
            int[] peerBlocks,
            int group,
            int postMillis,
            int lateMillis,
            boolean dropped,
            String failing)
            implements FromDesk {}

    /** An initiator notifies each of its peers there though nothing moves. Answered by {@link ToDesk.Moved}. */
    record Tell(int request, String peers) implements FromDesk {}

    /** No more requests. */
    record Finish() implements FromDesk {}
}
