package org.nixlconform.jupiter;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nixlconform.report.Reporter;
import org.nixlconform.report.RunReport;
import org.nixlconform.report.TransferReport;

/** Keeps what a run reports; found as any reporter is. The last one made is the one of the last run. */
public final class RecordingReporter implements Reporter {
    private static Optional<RecordingReporter> last = Optional.empty();
    private static boolean throwing;

    private final List<String> begun = new ArrayList<>();
    private final List<TransferReport> published = new ArrayList<>();
    private Optional<RunReport> finished = Optional.empty();
    private boolean closed;

    public RecordingReporter() {
        last = Optional.of(this);
    }

    static RecordingReporter last() {
        return last.orElseThrow();
    }

    static void forget() {
        last = Optional.empty();
    }

    /** Whether reporters of the next runs throw when a cell is published. */
    static void throwing(boolean yes) {
        throwing = yes;
    }

    @Override
    public void start(Path folder, RunReport run) {}

    @Override
    public void begin(String cell) {
        begun.add(cell);
    }

    @Override
    public void publish(TransferReport report) {
        published.add(report);
        if (throwing) {
            throw new IllegalStateException("planted in the reporter");
        }
    }

    @Override
    public void finish(RunReport run) {
        finished = Optional.of(run);
    }

    @Override
    public void close() {
        closed = true;
    }

    List<String> begun() {
        return begun;
    }

    List<TransferReport> published() {
        return published;
    }

    RunReport finished() {
        return finished.orElseThrow();
    }

    boolean closed() {
        return closed;
    }
}
