package org.nixlconform.reports.allure;

import io.qameta.allure.AllureResultsWriter;
import io.qameta.allure.FileSystemResultsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nixlconform.report.Reporter;
import org.nixlconform.report.RunReport;
import org.nixlconform.report.TransferReport;
import org.nixlconform.reports.results.CellResult;
import org.nixlconform.reports.results.Costs;
import org.nixlconform.reports.results.RunFolder;

/**
 * Writes {@code allure-results}: one result for each cell, with its stages as steps and its evidence attached, and
 * what is true of the whole run. It does not use Allure's adapter for JUnit, which would tell every cell a second
 * time and less.
 */
public final class AllureReporter implements Reporter {
    private @Nullable RunFolder run;
    private @Nullable AllureResultsWriter writer;
    private final Map<String, String> issueLinks = new HashMap<>();
    private final List<CellResult> cells = new ArrayList<>();

    @Override
    public void start(Path folder, RunReport run) {
        this.run = new RunFolder(folder);
        run.knownIssues().forEach(use -> issueLinks.put(use.id(), use.link()));
        writer = new FileSystemResultsWriter(this.run.allureResults());
        writeRunFiles(run);
    }

    @Override
    public void publish(TransferReport report) {
        AllureResultsWriter open = Objects.requireNonNull(writer, "start comes before publish");
        Attachments attachments = new Attachments(Objects.requireNonNull(run).folder(), open);
        cells.add(CellResult.of(report));
        open.write(new CellTest(report, attachments, issueLinks).result());
    }

    /** Properties may have become known only during the run. */
    @Override
    public void finish(RunReport run) {
        writeRunFiles(run);
    }

    private void writeRunFiles(RunReport report) {
        Path results = Objects.requireNonNull(run, "start comes first").allureResults();
        try {
            Files.createDirectories(results);
            Files.writeString(
                    results.resolve("environment.properties"), RunFiles.environment(report, Costs.described(cells)));
            Files.writeString(results.resolve("categories.json"), RunFiles.categories());
            Files.writeString(results.resolve("executor.json"), RunFiles.executor(report));
        } catch (IOException e) {
            throw new UncheckedIOException("what is true of the run cannot be written to " + results, e);
        }
    }
}
