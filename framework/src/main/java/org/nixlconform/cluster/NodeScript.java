package org.nixlconform.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Programs of ours that a node's own shell or Python runs; they go there as text and leave no file. */
final class NodeScript {
    private NodeScript() {}

    /** @param name of the file beside this class, such as {@code doctor.sh} */
    static String text(String name) {
        try (InputStream in = Objects.requireNonNull(NodeScript.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
