package org.nixlconform.configuration;

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

    /**
     * What a plan must be, in the plan's words. Empty is any.
     *
     * @param minRanks of all engines together
     * @param rails {@code equal} or {@code unequal}: whether the roles have as many, as their metadata say
     * @param targetEnds when the plan ends a rank that others ask for blocks, or to take blocks
     */
    public record Condition(
            Optional<String> placement,
            Optional<String> operation,
            Optional<String> initiator,
            Optional<String> memory,
            Optional<String> layout,
            Optional<String> dtype,
            Optional<String> attention,
            Optional<Integer> prefillTp,
            Optional<Integer> decodeTp,
            Optional<Integer> minRanks,
            Optional<String> rails,
            Optional<String> targetEnds) {
        /** Every plan. */
        public static final Condition NONE = new Condition(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
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
