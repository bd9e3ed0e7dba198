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
 * @param obstacle why the run could not begin, rendered; empty when it could
 */
public record RunReport(
        String cluster,
        Instant startedAt,
        List<Property> properties,
        List<MustJudge> mustJudge,
        Map<String, String> selection,
        List<String> leftovers,
        Optional<String> obstacle) {
    public RunReport {
        properties = List.copyOf(properties);
        mustJudge = List.copyOf(mustJudge);
        selection = Map.copyOf(selection);
        leftovers = List.copyOf(leftovers);
    }

    public record Property(String name, String value) {}

    /** One combination that must have at least one judged cell (CONFORMS or VIOLATES). */
    public record MustJudge(String backend, String placement, String memory) {}
}
