package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.nixlconform.cluster.Node;

/** A file on a node that one run at a time holds, while it changes what several share; held until this is closed. */
record NodeLock(Node node, Path file) implements AutoCloseable {

    /** Empty where another run holds it and keeps it for that long. */
    static Optional<NodeLock> tried(Node node, Path file, Duration wait) {
        return holder(node, file, wait).isEmpty() ? Optional.of(new NodeLock(node, file)) : Optional.empty();
    }

    /** @throws IOException that says who keeps it for longer than that */
    static NodeLock taken(Node node, Path file, Duration wait) throws IOException {
        Optional<String> holder = holder(node, file, wait);
        if (holder.isPresent()) {
            throw new IOException(file + " is locked by " + holder.get());
        }
        return new NodeLock(node, file);
    }

    private static Optional<String> holder(Node node, Path file, Duration wait) {
        return node.connection().hold(file, "process " + ProcessHandle.current().pid(), wait);
    }

    @Override
    public void close() {
        node.connection().release(file);
    }
}
