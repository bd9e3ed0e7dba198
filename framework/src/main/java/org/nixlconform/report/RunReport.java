package org.nixlconform.report;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What is true of the whole run.
 *
 * @param cluster name of the cluster file
 * @param properties version, digest, variables, kernel, CPU, driver and fabric software found, in display order
 * @param mustJudge what the cluster file demands to be judged
 * @param leftovers findings about what closing left behind, rendered; empty when nothing is left
 */
public record RunReport(
        String cluster,
        Instant startedAt,
        List<Property> properties,
        List<MustJudge> mustJudge,
        Map<String, String> selection,
        List<String> leftovers) {
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
