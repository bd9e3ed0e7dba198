package org.nixlconform.reports.results;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.report.Reporter;
import org.nixlconform.report.RunReport;
import org.nixlconform.report.TransferReport;

/**
 * Says on standard output how far the run is: one line when a cell begins, one when it ends, and its findings under
 * that where it does not conform. Plain text, line by line, so that a log file reads as a terminal does.
 */
public final class ConsoleReporter implements Reporter {
    private static final String INDENT = "      ";

    private final PrintStream out;
    private final Map<Standing, Integer> counts = new EnumMap<>(Standing.class);
    private int begun;
    private int ended;

    /** As {@link java.util.ServiceLoader} makes it. */
    public ConsoleReporter() {
        this(System.out);
    }

    ConsoleReporter(PrintStream out) {
        this.out = out;
    }

    @Override
    public void start(Path folder, RunReport run) {
        if (run.obstacle().isPresent()) {
            return; // Said by the failing test and by the gate.
        }
        out.println("nixlconform: cluster " + run.cluster() + ", reports in " + folder);
    }

    @Override
    public void begin(String cell) {
        begun++;
        line("begins", cell);
    }

    @Override
    public void publish(TransferReport report) {
        ended++;
        // A cell that was refused never began.
        begun = Math.max(begun, ended);
        Standing standing = Standing.of(
                report.verdict().outcome(),
                report.testResult(),
                report.knownIssue().isPresent());
        counts.merge(standing, 1, Integer::sum);
        String speed =
                Figures.speed(CellResult.of(report)).map(text -> "  " + text).orElse("");
        line(standing.label(), report.cell() + "  " + Figures.seconds(report.took()) + speed);
        report.knownIssue().ifPresent(id -> out.println(INDENT + "known issue " + id));
        if (standing == Standing.NOT_JUDGED) {
            report.verdict().findings().stream()
                    .findFirst()
                    .ifPresent(finding -> out.println(INDENT + finding.subject() + ": " + finding.headline()));
        } else if (!report.verdict().findings().isEmpty()) {
            indented(FindingRenderer.render(report.verdict().findings()));
        }
    }

    @Override
    public void finish(RunReport run) {
        if (run.obstacle().isEmpty()) {
            out.println("nixlconform: " + counted(counts));
            run.knownIssues().forEach(use -> out.println("nixlconform: known issue " + KnownIssueLine.of(use)));
        }
        run.leftovers().forEach(this::indented);
    }

    /** For example {@code 12 cells: conforms 10, not judged 2}. */
    static String counted(Map<Standing, Integer> counts) {
        int cells = counts.values().stream().mapToInt(Integer::intValue).sum();
        StringBuilder text = new StringBuilder(cells + (cells == 1 ? " cell" : " cells"));
        String separator = ": ";
        for (Standing standing : Standing.values()) {
            if (counts.containsKey(standing)) {
                text.append(separator).append(standing.label()).append(' ').append(counts.get(standing));
                separator = ", ";
            }
        }
        return text.toString();
    }

    private void indented(String text) {
        text.lines().map(line -> line.isBlank() ? "" : INDENT + line).forEach(out::println);
    }

    private void line(String word, String rest) {
        out.println(String.format(Locale.ROOT, "[%3d] %-11s  %s", begun, word, rest));
    }
}
