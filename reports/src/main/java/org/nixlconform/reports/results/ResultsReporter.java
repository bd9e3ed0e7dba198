package org.nixlconform.reports.results;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nixlconform.report.Reporter;
import org.nixlconform.report.RunReport;
import org.nixlconform.report.TransferReport;

/**
 * Writes {@code results.jsonl}, one line for each cell, and {@code run.json}, once at the start and again at the end.
 * A run that is killed keeps the lines it had, and a {@code run.json} that does not say finished.
 */
public final class ResultsReporter implements Reporter {
    private @Nullable RunFolder folder;
    private @Nullable Writer results;

    @Override
    public void start(Path folder, RunReport run) {
        this.folder = new RunFolder(folder);
        try {
            Files.createDirectories(folder);
            this.folder.write(RunState.of(run, false));
            results = Files.newBufferedWriter(this.folder.resultsFile());
        } catch (IOException e) {
            throw new UncheckedIOException("results.jsonl and run.json cannot be written to " + folder, e);
        }
    }

    @Override
    public void publish(TransferReport report) {
        Writer open = Objects.requireNonNull(results, "start comes before publish");
        try {
            open.write(Json.line(CellResult.of(report)) + "\n");
            open.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("cell " + report.cell() + " cannot be written to results.jsonl", e);
        }
    }

    @Override
    public void finish(RunReport run) {
        try {
            Objects.requireNonNull(folder, "start comes before finish").write(RunState.of(run, true));
        } catch (IOException e) {
            throw new UncheckedIOException("run.json cannot be replaced", e);
        }
    }

    @Override
    public void close() {
        if (results == null) {
            return;
        }
        try {
            results.close();
        } catch (IOException e) {
            throw new UncheckedIOException("results.jsonl cannot be closed", e);
        }
    }
}
