package org.nixlconform.report;

import java.nio.file.Path;

/**
 * Carries reports out of the run. Found by {@link java.util.ServiceLoader}. One instance serves one run; calls come from
 * one thread at a time. A reporter that throws is named on the console and does not change a verdict; the run does not
 * pass, as what it did not carry out is missing. One that throws in {@link #start} is not called again.
 */
public interface Reporter extends AutoCloseable {

    /**
     * Before the first cell.
     *
     * @param folder {@code target/conformance}; empty when the run starts
     */
    void start(Path folder, RunReport run);

    /** A cell is about to begin. */
    default void begin(String cell) {}

    /** After each cell. */
    void publish(TransferReport report);

    /** After the last cell. The run report is complete now: it knows about leftovers. */
    void finish(RunReport run);

    @Override
    default void close() {}
}
