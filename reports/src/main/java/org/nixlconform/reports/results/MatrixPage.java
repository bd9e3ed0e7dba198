package org.nixlconform.reports.results;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.nixlconform.report.RunReport.KnownIssueUse;
import org.nixlconform.report.RunReport.Property;
import org.nixlconform.reports.results.RunFolder.Cells;

/** {@code matrix.md}: the whole run on one page, what does not conform before what was not judged. */
public final class MatrixPage {
    private final Cells cells;
    private final Optional<RunState> run;
    private final StringBuilder page = new StringBuilder();

    private MatrixPage(Cells cells, Optional<RunState> run) {
        this.cells = cells;
        this.run = run;
    }

    /** @param run empty when there is no {@code run.json} */
    public static String of(Cells cells, Optional<RunState> run) {
        return new MatrixPage(cells, run).text();
    }

    /** How many cells there are of each standing, in one line. */
    public static String counts(List<CellResult> cells) {
        Map<Standing, Integer> counts = new EnumMap<>(Standing.class);
        cells.forEach(cell -> counts.merge(cell.standing(), 1, Integer::sum));
        return ConsoleReporter.counted(counts);
    }

    private String text() {
        opening();
        Matrix.byEnvironment(cells.cells()).forEach(this::matrix);
        standingList("Does not conform", cell -> cell.standing().fails());
        standingList("Known issues", cell -> cell.standing() == Standing.KNOWN_ISSUE);
        run.ifPresent(this::records);
        notJudged();
        notes();
        costs();
        coldStart();
        run.ifPresent(this::runProperties);
        return page.toString();
    }

    private void opening() {
        line("# Conformance" + run.map(state -> " of " + state.cluster()).orElse(""));
        line("");
        line("**" + (cells.cells().isEmpty() ? "Nothing was judged" : counts(cells.cells())) + "**");
        line("");
        line(run.map(MatrixPage::course).orElse("There is no `run.json`: the run did not start as it should."));
        if (cells.unreadableLines() > 0) {
            line("");
            line("%d line(s) of `results.jsonl` are not whole and are left out.".formatted(cells.unreadableLines()));
        }
    }

    private static String course(RunState state) {
        String started = "Started " + state.startedAt();
        return state.finished()
                ? started + ", finished."
                : started + ". **The run did not finish**: what follows is what it had judged by then.";
    }

    private void matrix(Matrix matrix) {
        heading(matrix.environment());
        line(
                "GB/s where measured; 10^9 bytes per second of all initiators together. Micro: single transfers; serving: requests"
                        + " that engines serve on their own, many at once, out of caches whose blocks are reused; storm: many"
                        + " notifications; teardown, metadata, churn: trials of the life of agents."
                        + (matrix.isSimulated()
                                ? " Nothing here is device memory over EFA: it neither confirms nor refutes what is seen there."
                                : ""));
        line("");
        line(matrix.combinations().stream()
                .map(combination -> combination.path() + ", " + combination.manner())
                .collect(Collectors.joining(" | ", "| Topology | ", " |")));
        line("|---|" + "---|".repeat(matrix.combinations().size()));
        for (String topology : matrix.topologies()) {
            line(matrix.combinations().stream()
                    .map(combination -> entry(matrix.at(topology, combination)))
                    .collect(Collectors.joining(" | ", "| " + escaped(topology) + " | ", " |")));
        }
    }

    private static String entry(List<Matrix.Entry> entry) {
        String word = Matrix.word(entry);
        String emphasised = entry.stream().anyMatch(each -> each.standing().fails()) ? "**" + word + "**" : word;
        return emphasised
                + Matrix.speeds(entry).map(speeds -> ", " + speeds + " GB/s").orElse("");
    }

    private void costs() {
        List<Costs.Row> rows = Costs.of(cells.cells());
        if (rows.isEmpty()) {
            return;
        }
        heading("What a request costs");
        line("seconds = a + b x descriptors + c x bytes, fitted to the cells' requests without their first iterations."
                + " By descriptors: what b is of the field's request, 6,400 pieces of 64 KiB.");
        line("");
        line("| Path | Cells | a [us] | b [us] | 1/c | Off by | By descriptors |");
        line("|---|---|---|---|---|---|---|");
        for (Costs.Row row : rows) {
            DescriptorCost cost = row.cost();
            line("| %s | %d | %s | %s | %s | %s | %s |"
                    .formatted(
                            escaped(row.over()),
                            cost.measured(),
                            Costs.micros(cost.a()),
                            Costs.micros(cost.b()),
                            Costs.rate(cost),
                            Costs.percent(cost.deviation()),
                            Costs.percent(cost.shareOfDescriptors())
                                    + (cost.postingDominates() ? ", **posting dominates**" : "")));
        }
    }

    private void coldStart() {
        List<ColdStart> rows = ColdStart.of(cells.cells());
        if (rows.isEmpty()) {
            return;
        }
        heading("Cold start");
        line("Milliseconds of a rank or request, the median over cells; a dash where there is no such phase.");
        line("");
        line(ColdStart.COLUMNS.stream().collect(Collectors.joining(" | ", "| Environment | Cells | ", " |")));
        line("|---|---|" + "---|".repeat(ColdStart.COLUMNS.size()));
        for (ColdStart row : rows) {
            line("| %s | %d | %s |".formatted(escaped(row.over()), row.cells(), String.join(" | ", row.millis())));
        }
    }

    private void standingList(String heading, Predicate<CellResult> chosen) {
        List<CellResult> listed = cells.cells().stream().filter(chosen).toList();
        if (listed.isEmpty()) {
            return;
        }
        heading(heading);
        for (CellResult cell : listed) {
            String issue = cell.knownIssue() == null ? "" : " (known issue " + cell.knownIssue() + ")";
            line("* **%s** %s".formatted(cell.standing().label(), escaped(cell.cell() + issue)));
            if (cell.findings().isEmpty()) {
                line("  * " + escaped(cell.headline()));
            }
            cell.findings().forEach(finding -> line("  * " + escaped(finding.text())));
            String where = cell.environment() == null ? "" : "environment " + cell.environment() + ", ";
            String evidence = cell.evidence() == null
                    ? "no evidence files"
                    : "evidence in [%1$s](<%1$s>)".formatted(cell.evidence());
            line("  * %s`%s.%s`, %s".formatted(where, cell.testClass(), cell.testMethod(), evidence));
        }
    }

    private void records(RunState state) {
        if (state.knownIssues().isEmpty()) {
            return;
        }
        heading("Records of known issues");
        for (KnownIssueUse use : state.knownIssues()) {
            line("* " + escaped(KnownIssueLine.of(use)));
            line("  * %s <%s>".formatted(escaped(use.statement()), use.link()));
            use.obsolete().forEach(cell -> line("  * **obsolete**: " + escaped(cell)));
        }
    }

    private void notJudged() {
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        cells.cells().stream()
                .filter(cell -> cell.standing() == Standing.NOT_JUDGED)
                .forEach(cell -> byReason.computeIfAbsent(cell.headline(), reason -> new ArrayList<>())
                        .add(cell.cell()));
        grouped("Not judged", byReason);
    }

    private void notes() {
        Map<String, List<String>> byNote = new TreeMap<>();
        for (CellResult cell : cells.cells()) {
            cell.notes()
                    .forEach(note -> byNote.computeIfAbsent(note, text -> new ArrayList<>())
                            .add(cell.cell()));
        }
        grouped("Notes", byNote);
    }

    private void grouped(String heading, Map<String, List<String>> cellsByReason) {
        if (cellsByReason.isEmpty()) {
            return;
        }
        heading(heading);
        cellsByReason.forEach((reason, names) -> {
            line("* %s (%d %s)".formatted(escaped(reason), names.size(), names.size() == 1 ? "cell" : "cells"));
            names.forEach(name -> line("  * " + escaped(name)));
        });
    }

    private void runProperties(RunState state) {
        heading("Run");
        line("| Property | Value |");
        line("|---|---|");
        for (Property property : state.properties()) {
            line("| %s | %s |".formatted(escaped(property.name()), escaped(property.value())));
        }
        state.selection().forEach((name, value) -> line("| -D%s | %s |".formatted(escaped(name), escaped(value))));
        heading("Left behind");
        if (state.leftovers().isEmpty()) {
            line(state.finished() ? "Nothing." : "Not known: the run did not finish.");
        }
        for (String leftover : state.leftovers()) {
            line("```");
            line(leftover.stripTrailing());
            line("```");
        }
    }

    private void heading(String text) {
        line("");
        line("## " + escaped(text));
        line("");
    }

    private void line(String text) {
        page.append(text).append('\n');
    }

    /** Text that neither ends a table's cell nor opens a tag. */
    static String escaped(String text) {
        return text.strip()
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace("|", "\\|")
                .replace("\n", "<br>");
    }
}
