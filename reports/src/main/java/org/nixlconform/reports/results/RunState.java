package org.nixlconform.reports.results;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.nixlconform.report.RunReport;
import org.nixlconform.report.RunReport.KnownIssueUse;
import org.nixlconform.report.RunReport.MustJudge;
import org.nixlconform.report.RunReport.Property;

/**
 * {@code run.json}: what is true of the whole run.
 *
 * @param startedAt ISO 8601, UTC
 * @param finished false until the last cell is published and everything is closed
 * @param selection what the caller asked for, by property; holds {@code list} when cells were only named
 * @param knownIssues what came of each record; complete once it is finished
 * @param obstacle why the run could not begin; null when it could
 */
public record RunState(
        String cluster,
        String startedAt,
        boolean finished,
        List<Property> properties,
        List<MustJudge> mustJudge,
        Map<String, String> selection,
        List<String> leftovers,
        List<KnownIssueUse> knownIssues,
        @Nullable String obstacle) {

    public RunState {
        properties = List.copyOf(properties);
        mustJudge = List.copyOf(mustJudge);
        leftovers = List.copyOf(leftovers);
        knownIssues = List.copyOf(knownIssues);
    }

    public static RunState of(RunReport run, boolean finished) {
        return new RunState(
                run.cluster(),
                run.startedAt().toString(),
                finished,
                run.properties(),
                run.mustJudge(),
                new TreeMap<>(run.selection()),
                run.leftovers(),
                run.knownIssues(),
                run.obstacle().orElse(null));
    }

    public boolean listOnly() {
        return selection.containsKey("list");
    }
}
