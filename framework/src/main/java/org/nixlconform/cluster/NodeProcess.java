package org.nixlconform.cluster;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;

/** A process that a connection started on its node. Its standard error is in the file given at the start. */
public interface NodeProcess {
    /** To the process; closing it is the end of its input. */
    OutputStream stdin();

    InputStream stdout();

    /** On the node. */
    long pid();

    /** How it ended; empty when it still runs after {@code deadline}. */
    Optional<ProcessEnd> awaitExit(Duration deadline);

    /** Kills it and its descendants (SIGKILL). Does nothing when it is over. */
    void kill();
}
