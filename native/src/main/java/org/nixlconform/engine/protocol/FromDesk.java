package org.nixlconform.engine.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What the desk, which gives out blocks to engines that serve, asks of a rank, over a connection of their own. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "ask")
@JsonSubTypes({
    @JsonSubTypes.Type(value = FromDesk.Fill.class, name = "fill"),
    @JsonSubTypes.Type(value = FromDesk.Await.class, name = "await"),
    @JsonSubTypes.Type(value = FromDesk.Move.class, name = "move"),
    @JsonSubTypes.Type(value = FromDesk.Tell.class, name = "tell"),
    @JsonSubTypes.Type(value = FromDesk.Finish.class, name = "finish")
})
public sealed interface FromDesk {

    /**
     * A source writes the content of a request. Answered by {@link ToDesk.Filled}.
     *
     * @param request negative for a fault that is planted, of which nobody wants to hear
     */
    record Fill(int request, int generation, int[] blocks) implements FromDesk {}

    /**
     * A target which is the destination verifies these blocks once each of its peers there has notified it. Answered by
     * {@link ToDesk.Verified}.
     *
     * @param peers beginning of the labels of the other engine's ranks
     */
    record Await(int request, String peers, int generation, int[] ownBlocks, int[] peerBlocks) implements FromDesk {}

    /**
     * An initiator moves blocks, from or to each of its peers there. Answered by {@link ToDesk.Moved}, and where it is the
     * destination by {@link ToDesk.Verified} after that.
     *
     * @param peers beginning of the labels of the other engine's ranks
     * @param lateMillis for which it does nothing after its post
     */
    record Move(int request, String peers, int generation, int[] ownBlocks, int[] peerBlocks, int lateMillis)
            implements FromDesk {}

    /** An initiator notifies each of its peers there though nothing moves. Answered by {@link ToDesk.Moved}. */
    record Tell(int request, String peers) implements FromDesk {}

    /** No more requests. */
    record Finish() implements FromDesk {}
}
