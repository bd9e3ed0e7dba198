package org.nixlconform.binding;

/** Runs of an arena, at the place where its bytes are. */
public interface PlacedRuns extends AutoCloseable {

    /** Writes to each run its content. */
    void fill();

    /** How many selected runs hold their expected content in their last word. Safe beside a running transfer. */
    long landed();

    /**
     * Compares every run with what it must hold.
     *
     * @param locationLimitBytes size of the location space
     * @param generationLimit highest generation handed out so far
     * @param capacity differences to list; all are counted
     */
    Payload.Verification verify(long locationLimitBytes, int generationLimit, int capacity);

    @Override
    void close();
}
