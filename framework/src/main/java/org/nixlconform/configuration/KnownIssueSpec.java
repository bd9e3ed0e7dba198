package org.nixlconform.configuration;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.nixlconform.message.FindingKind;

/**
 * One record of {@code config/known-issues.yaml}: a symptom that some NIXL releases are known to have.
 *
 * @param id unique in the file
 * @param statement one sentence: what is wrong, and whether it was seen here
 * @param distribution of the wheel; empty for any
 * @param versions exact, at least one, {@code PREFILL:DECODE} where the sides differ; a set, because release numbers do not order what a release contains
 * @param backend as in the plan; empty for any
 * @param provider the transports that the environment's variable names, all of them in any order; empty for any
 * @param expectation whether every case in its scope shows the symptom
 * @param link where it is told
 * @param since a date or a version, as text
 */
public record KnownIssueSpec(
        String id,
        String statement,
        Optional<String> distribution,
        Set<String> versions,
        Optional<String> backend,
        Set<String> provider,
        Condition condition,
        Signature signature,
        Expectation expectation,
        String link,
        String since) {

    public KnownIssueSpec {
        Objects.requireNonNull(id);
        Objects.requireNonNull(statement);
        versions = Set.copyOf(versions);
        provider = Set.copyOf(provider);
        Objects.requireNonNull(condition);
        Objects.requireNonNull(signature);
        Objects.requireNonNull(expectation);
        Objects.requireNonNull(link);
        Objects.requireNonNull(since);
    }

    public enum Expectation {
        /** A case in scope that conforms makes the record obsolete. */
        ALWAYS,
        /** A case in scope that conforms is reported, and passes. */
        SOMETIMES
    }

    /** What a plan must be, in the plan's words; a key that is not there is any. */
    public record Condition(Map<Key, String> wanted) {
        /** Every plan. */
        public static final Condition NONE = new Condition(Map.of());

        public Condition {
            wanted = Map.copyOf(wanted);
        }

        /** In the order of the documentation. */
        public enum Key {
            PLACEMENT,
            OPERATION,
            INITIATOR,
            MEMORY,
            LAYOUT,
            DTYPE,
            ATTENTION,
            PREFILL_TP,
            DECODE_TP,
            /** Of all engines together, at least. */
            MIN_RANKS,
            /** {@code equal} or {@code unequal}: whether the roles have as many, as their metadata say. */
            RAILS,
            /** When the plan ends a rank that others ask for blocks, or to take blocks. */
            TARGET_ENDS,
            /** The work on a stream of a GPU beside the transfer. */
            STREAM_ORDER,
            /** How caches on GPUs are held. */
            DEVICE_CACHE,
            /** A trial of the life of agents that the plan makes. */
            TRIAL
        }
    }

    /**
     * How it shows.
     *
     * @param kinds of findings that it may have, at least one
     * @param phase what the rank was doing; empty for any
     * @param log regular expression that a line of an engine's log contains; empty for any
     */
    public record Signature(Set<FindingKind> kinds, Optional<String> phase, Optional<String> log) {
        public Signature {
            kinds = Set.copyOf(kinds);
        }
    }
}
