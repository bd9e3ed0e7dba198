package org.nixlconform.reports.results;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The folder of one run, {@code target/conformance}: where everything in it lies, and how it is read and written.
 */
public record RunFolder(Path folder) {

    /**
     * The cells of a run.
     *
     * @param unreadableLines lines that are not a whole cell; a run that was killed may leave one
     */
    public record Cells(List<CellResult> cells, int unreadableLines) {
        public Cells {
            cells = List.copyOf(cells);
        }
    }

    public Path resultsFile() {
        return folder.resolve("results.jsonl");
    }

    public Path runFile() {
        return folder.resolve("run.json");
    }

    public Path matrixFile() {
        return folder.resolve("matrix.md");
    }

    public Path versionsFile() {
        return folder.resolve("versions.md");
    }

    public Path indexFile() {
        return folder.resolve("index.html");
    }

    public Path allureResults() {
        return folder.resolve("allure-results");
    }

    public Path evidence() {
        return folder.resolve("evidence");
    }

    /** What {@code results.jsonl} holds; nothing when it is not there. */
    public Cells readCells() throws IOException {
        List<CellResult> cells = new ArrayList<>();
        int unreadable = 0;
        if (Files.exists(resultsFile())) {
            for (String line : Files.readAllLines(resultsFile())) {
                if (line.isBlank()) {
                    continue;
                }
                try {
                    cells.add(Json.read(line, CellResult.class));
                } catch (JsonProcessingException e) {
                    unreadable++;
                }
            }
        }
        return new Cells(cells, unreadable);
    }

    /** What {@code run.json} says; empty when it is not there. */
    public Optional<RunState> readRun() throws IOException {
        if (!Files.exists(runFile())) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.read(Files.readString(runFile()), RunState.class));
        } catch (JsonProcessingException e) {
            throw new IOException(runFile() + " is not what a run writes: " + e.getOriginalMessage(), e);
        }
    }

    /** Replaces {@code run.json} in one step, so that a reader never sees half of it. */
    void write(RunState run) throws IOException {
        Path next = folder.resolve("run.json.next");
        Files.writeString(next, Json.page(run));
        Files.move(next, runFile(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
