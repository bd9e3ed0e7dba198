package org.nixlconform.message;

/**
 * What kind of departure a finding is. The names are part of {@code results.jsonl} and of known-issue signatures; they
 * are never renamed silently.
 */
public enum FindingKind {
    // Integrity, one for each classification of the payload.
    ZERO,
    POISON,
    STALE,
    MISPLACED,
    SHIFTED,
    TORN,
    OVERRUN,
    FOREIGN,
    /** The source cache is no longer what it was before the transfer. */
    SOURCE_CHANGED,

    // Completion: the ways of not ending, told apart.
    NEVER_STARTED,
    STALLED,
    NOT_NOTIFIED,
    /** NIXL said that a transfer was done before its data were there. */
    EARLY_DONE,
    SLOW,
    ENGINE_DIED,
    PEER_LOST,
    REFUSED,
    CALL_NEVER_RETURNED,
    /** Metadata were loaded, but as those of another agent. */
    METADATA_MISREAD,

    // Notifications that arrived, but not as sent.
    NOTIFICATION_DUPLICATED,
    NOTIFICATION_ALTERED,
    NOTIFICATION_WRONG_SENDER,
    /** It reached another rank than the one that it was meant for. */
    NOTIFICATION_MISDELIVERED,
    /** It reached the destination before the data that it speaks of. */
    EARLY_NOTIFICATION,

    /** An invalid request was accepted. */
    ACCEPTED,
    /** Requests that engines served on their own were not kept apart, or not in order. */
    LEDGER,
    /** A call about the life of an agent, a request or metadata did otherwise than NIXL documents. */
    LIFECYCLE,
    /** A captured graph that replayed beside a transfer met blocks that did not hold what they must. */
    GRAPH_MISMATCH,
    /** A graph could not be captured, or a module not be loaded, while a transfer was in flight. */
    CAPTURE_REFUSED,
    /** What an engine holds grows while it does the same again and again. */
    GROWTH,
    /** A fault that the case plants on purpose was not caught. */
    NOT_CAUGHT,

    THROUGHPUT,
    REFERENCE_DEGRADED,
    /** Blocks went another way than the one that the cluster names for data. */
    WRONG_PATH,
    /** A rail that was to carry blocks carried none, or far from its share of them. */
    RAIL_SHARE,
    LOG,
    /** Nothing was moved or verified, or the destination was already right. */
    VACUOUS,

    // What is not the library under test: a declaration, a file, a node, a stage, a leftover.
    DECLARATION,
    CONFIGURATION,
    PREREQUISITE,
    NODE,
    STAGE,
    CHECK,
    LEFTOVER
}
