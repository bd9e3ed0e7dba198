package org.nixlconform.report;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is true of the whole run.
 *
 * @param cluster name of the cluster file
 * @param properties version, digest, variables, kernel, CPU, driver and fabric software found, in display order
 * @param mustJudge what the cluster file demands to be judged
 * @param leftovers findings about what closing left behind, rendered; empty when nothing is left
 * @param knownIssues what came of each record, in the order of the file
 * @param obstacle why the run could not begin, rendered; empty when it could
 */
public record RunReport(
        String cluster,
        Instant startedAt,
        List<Property> properties,
        List<MustJudge> mustJudge,
        Map<String, String> selection,
        List<String> leftovers,
        List<KnownIssueUse> knownIssues,
        Optional<String> obstacle) {
    public RunReport {
        properties = List.copyOf(properties);
        mustJudge = List.copyOf(mustJudge);
        selection = Map.copyOf(selection);
        leftovers = List.copyOf(leftovers);
        knownIssues = List.copyOf(knownIssues);
    }

    /**
     * One record of {@code config/known-issues.yaml}, and the cells that it says something about.
     *
     * @param hit cells that showed its symptom and nothing else
     * @param obsolete cells that had to show it and conform
     * @param notSeen cells that show it sometimes and conform
     */
    public record KnownIssueUse(
            String id, String statement, String link, List<String> hit, List<String> obsolete, List<String> notSeen) {
        public KnownIssueUse {
            hit = List.copyOf(hit);
            obsolete = List.copyOf(obsolete);
            notSeen = List.copyOf(notSeen);
        }

        /** Whether the run had no case in which it could have shown. */
        public boolean untried() {
            return hit.isEmpty() && obsolete.isEmpty() && notSeen.isEmpty();
        }
    }

    public record Property(String name, String value) {}

    /** One combination that must have at least one judged cell (CONFORMS or VIOLATES). */
    public record MustJudge(String backend, String placement, String memory) {}
}
