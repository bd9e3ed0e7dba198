package org.nixlconform.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The few things that the pipeline does on a node. Paths are the node's own.
 *
 * <p>A command inherits the environment of the connection but for the variables that change what NIXL, its libraries or
 * an engine's JVM do ({@link #droppedVariables()}): only an environment file sets those, so that a run does not
 * depend on the shell it was started from.
 */
public interface NodeConnection extends AutoCloseable {
    /** Of standard output and of standard error of {@link #run}, each. */
    int OUTPUT_LIMIT_BYTES = 4 << 20;

    /**
     * Starts a process that is talked to.
     *
     * @param standardError file that its standard error is appended to
     * @throws org.nixlconform.message.FindingException when it cannot be started
     */
    NodeProcess start(Command command, Path standardError);

    /**
     * Runs a short command without input to its end, and kills it with its descendants at the deadline. A program that is
     * not there ends with 127, one that may not be executed with 126, as in a shell.
     */
    CommandOutcome run(Command command, Duration deadline);

    /** A small text file, at most 1 MiB of it; empty when it is absent or may not be read. */
    Optional<String> readText(Path file);

    /** Names in a folder, sorted; none when it is absent or may not be read. */
    List<String> list(Path folder);

    /** Names of the variables of the connection's environment that no command inherits, sorted. */
    List<String> droppedVariables();

    /** Kills what it started and still runs. */
    @Override
    void close();
}
