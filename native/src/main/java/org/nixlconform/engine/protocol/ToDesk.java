package org.nixlconform.engine.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What a rank that serves tells the desk. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "say")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ToDesk.Join.class, name = "join"),
    @JsonSubTypes.Type(value = ToDesk.Filled.class, name = "filled"),
    @JsonSubTypes.Type(value = ToDesk.Posted.class, name = "posted"),
    @JsonSubTypes.Type(value = ToDesk.Failed.class, name = "failed"),
    @JsonSubTypes.Type(value = ToDesk.Moved.class, name = "moved"),
    @JsonSubTypes.Type(value = ToDesk.Notified.class, name = "notified"),
    @JsonSubTypes.Type(value = ToDesk.Renewed.class, name = "renewed"),
    @JsonSubTypes.Type(value = ToDesk.Verified.class, name = "verified")
})
public sealed interface ToDesk {

    /** First message. @param secret of the run, without which nobody is let in */
    record Join(String label, String secret) implements ToDesk {}

    /** A group of layers of it. */
    record Filled(int request) implements ToDesk {}

    /** Transfers of a request that is to be dropped were posted and have not ended. */
    record Posted(int request) implements ToDesk {}

    /**
     * The first transfer of a request failed at an initiator, which still has others of it.
     *
     * @param underWay how many of these had not ended
     * @param failure call and status
     */
    record Failed(int request, int underWay, String failure) implements ToDesk {}

    /**
     * All that an initiator has to move of it has ended.
     *
     * @param done transfers, one a peer and group of layers, that ended with success; notifications where nothing was to move
     * @param failure of the first that did not: call and status; empty when all did
     */
    record Moved(int request, int done, long bytes, String failure) implements ToDesk {}

    /** A peer's notification came. */
    record Notified(int request) implements ToDesk {}

    /** A peer's heartbeat came, for these. */
    record Renewed(int[] requests) implements ToDesk {}

    /** @param differing runs that do not hold what they must */
    record Verified(int request, long differing) implements ToDesk {}
}
