package org.nixlconform.reports;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.report.RunReport.MustJudge;
import org.nixlconform.reports.results.CellResult;
import org.nixlconform.reports.results.RunFolder;
import org.nixlconform.reports.results.RunFolder.Cells;
import org.nixlconform.reports.results.RunState;
import org.nixlconform.reports.results.Standing;

/**
 * Decides whether a run may end with 0: something was judged, all that had to be was, nothing violates, nothing is
 * broken, the run came to its end and left nothing behind. Says everything that is missing in one message, on
 * standard error.
 */
public final class Gate {
    private static final int MOST_NAMED = 3;

    private Gate() {}

    /** @param arguments the run's folder */
    public static void main(String[] arguments) {
        if (arguments.length != 1) {
            System.err.println("gate: expected one argument, the folder of the run, and got " + arguments.length);
            System.exit(2);
        }
        Optional<String> message = message(new RunFolder(Path.of(arguments[0])));
        message.ifPresent(text -> System.err.println("\n" + text + "\n"));
        System.exit(message.isPresent() ? 1 : 0);
    }

    /**
     * Takes away what an earlier run would be passed by, should the next one not begin at all.
     *
     * @param folder the run's; need not exist
     */
    public static void forget(Path folder) throws IOException {
        RunFolder run = new RunFolder(folder);
        Files.deleteIfExists(run.runFile());
        Files.deleteIfExists(run.resultsFile());
    }

    /** @param folder the run's; what {@link #main} would say of it, empty where it would end with 0 */
    public static Optional<String> message(Path folder) {
        return message(new RunFolder(folder));
    }

    /** What a run that does not pass ends with: why it could not begin, or else all that is missing. */
    static Optional<String> message(RunFolder run) {
        return obstacle(run).or(() -> objection(run).map(FindingRenderer::render));
    }

    private static Optional<String> obstacle(RunFolder run) {
        try {
            return run.readRun().map(RunState::obstacle);
        } catch (IOException unreadable) {
            return Optional.empty(); // An objection, which says so.
        }
    }

    /** What keeps a run that began from passing; empty when it passes. */
    static Optional<Finding> objection(RunFolder run) {
        List<Fact> reasons;
        try {
            Optional<RunState> state = run.readRun();
            if (state.map(RunState::listOnly).orElse(false)) {
                return Optional.empty();
            }
            reasons = reasons(run, state, run.readCells());
        } catch (IOException e) {
            reasons = List.of(new Fact("unreadable", String.valueOf(e.getMessage())));
        }
        if (reasons.isEmpty()) {
            return Optional.empty();
        }
        List<Fact> facts = new ArrayList<>(reasons);
        facts.add(
                new Fact("evidence", run.matrixFile() + (Files.exists(run.indexFile()) ? ", " + run.indexFile() : "")));
        String headline = "the run does not pass, for %d %s"
                .formatted(reasons.size(), reasons.size() == 1 ? "reason" : "reasons");
        return Optional.of(new Finding(FindingKind.CHECK, "gate", headline, Optional.empty(), facts));
    }

    private static List<Fact> reasons(RunFolder run, Optional<RunState> state, Cells read) {
        List<Fact> reasons = new ArrayList<>();
        List<CellResult> judged =
                read.cells().stream().filter(CellResult::judged).toList();
        if (judged.isEmpty()) {
            reasons.add(new Fact("judged", nothingJudged(run, read.cells())));
        }
        failing(read.cells(), Standing.VIOLATES).ifPresent(text -> reasons.add(new Fact("violates", text)));
        failing(read.cells(), Standing.BROKEN).ifPresent(text -> reasons.add(new Fact("broken", text)));
        failing(read.cells(), Standing.TEST_FAILED).ifPresent(text -> reasons.add(new Fact("test", text)));
        if (read.unreadableLines() > 0) {
            reasons.add(new Fact(
                    "results", "%d line(s) of %s are not whole".formatted(read.unreadableLines(), run.resultsFile())));
        }
        if (state.isEmpty()) {
            reasons.add(new Fact("run", run.runFile() + " is not there: the run did not start, or wrote elsewhere"));
        } else {
            addReasonsOfRun(state.get(), judged, reasons);
        }
        return reasons;
    }

    private static void addReasonsOfRun(RunState state, List<CellResult> judged, List<Fact> reasons) {
        List<MustJudge> missing = state.mustJudge().stream()
                .filter(must -> judged.stream().noneMatch(cell -> answers(cell, must)))
                .toList();
        if (!missing.isEmpty()) {
            String combinations = missing.stream()
                    .map(must -> "%s %s %s".formatted(must.backend(), must.placement(), must.memory()))
                    .collect(Collectors.joining("\n"));
            reasons.add(new Fact(
                    "must judge",
                    combinations + "\nhad no judged cell; cluster %s demands one of each".formatted(state.cluster())));
        }
        if (!state.finished()) {
            reasons.add(new Fact("unfinished", "the run was cut short: run.json does not say that it came to its end"));
        }
        if (!state.leftovers().isEmpty()) {
            reasons.add(new Fact("left", String.join("\n", state.leftovers())));
        }
    }

    private static String nothingJudged(RunFolder run, List<CellResult> cells) {
        return cells.isEmpty()
                ? "nothing: %s has no cell".formatted(run.resultsFile())
                : "nothing: none of the %d cells of %s is CONFORMS or VIOLATES"
                        .formatted(cells.size(), run.resultsFile());
    }

    private static Optional<String> failing(List<CellResult> cells, Standing standing) {
        List<CellResult> failing =
                cells.stream().filter(cell -> cell.standing() == standing).toList();
        if (failing.isEmpty()) {
            return Optional.empty();
        }
        List<String> lines = new ArrayList<>();
        failing.stream()
                .limit(MOST_NAMED)
                .map(cell -> cell.cell() + "\n  " + cell.headline())
                .forEach(lines::add);
        if (failing.size() > MOST_NAMED) {
            lines.add("and %d more".formatted(failing.size() - MOST_NAMED));
        }
        return Optional.of(String.join("\n", lines));
    }

    private static boolean answers(CellResult cell, MustJudge must) {
        return must.backend().equalsIgnoreCase(cell.backend())
                && must.placement().equalsIgnoreCase(cell.placement())
                && must.memory().equalsIgnoreCase(cell.memory());
    }
}
