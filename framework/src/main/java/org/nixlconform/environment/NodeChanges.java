package org.nixlconform.environment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.nixlconform.cluster.Node;

/**
 * What was changed on a node beyond adding folders of ours, in order; a file under {@code changes} in the work folder. A
 * change is written down before it is made, so that one that was cut off can be put back too.
 */
final class NodeChanges {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final NodeFiles files;
    private final Path file;

    enum Kind {
        /** A file was kept under another name and a link put in its place: file, target of the link. */
        LINKED,
        /** A distribution was taken out of a Python: interpreter, requirement. */
        REMOVED,
        /** A distribution was put into a Python: interpreter, requirement. */
        ADDED,
        /** Files were put under a prefix: prefix, folder of ours with their list and what they replaced. */
        PLACED,
        /** The linker was told of a folder: file that names it. */
        LINKER
    }

    /**
     * @param environment that asked for it
     * @param at ISO 8601
     */
    record Change(Kind kind, String subject, String detail, String environment, String at) {
        /** For the console. */
        String described() {
            return switch (kind) {
                case LINKED -> "%s linked to %s".formatted(subject, detail);
                case REMOVED -> "%s removed from %s".formatted(detail, subject);
                case ADDED -> "%s put into %s".formatted(detail, subject);
                case PLACED -> "a build placed in " + subject;
                case LINKER -> "the linker told by " + subject;
            };
        }
    }

    NodeChanges(Node node) {
        this.files = new NodeFiles(node.connection());
        // Nodes may share a home: what was changed on one was not on another.
        this.file = folder(node).resolve(node.facts().hostName() + ".json");
    }

    static Path folder(Node node) {
        return node.workFolder().resolve("changes");
    }

    /** In the order in which they were made. */
    List<Change> all() throws IOException {
        String text = files.connection().readText(file).orElse("");
        try {
            return text.isBlank() ? List.of() : JSON.readValue(text, new TypeReference<List<Change>>() {});
        } catch (JsonProcessingException unreadable) {
            throw new IOException(
                    file + " does not hold what we wrote: " + unreadable.getOriginalMessage(), unreadable);
        }
    }

    /** Notes a change that is about to be made; once, however often it is made. */
    void add(Kind kind, String subject, String detail, String environment) throws IOException {
        List<Change> changes = new ArrayList<>(all());
        boolean known = changes.stream()
                .anyMatch(each -> each.kind() == kind
                        && each.subject().equals(subject)
                        && each.detail().equals(detail));
        if (!known) {
            String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            changes.add(new Change(kind, subject, detail, environment, now));
            write(changes);
        }
    }

    /** Strikes those out that are no more. */
    void forget(Predicate<Change> gone) throws IOException {
        List<Change> left = all().stream().filter(gone.negate()).toList();
        if (left.size() < all().size()) {
            write(left);
        }
    }

    private void write(List<Change> changes) throws IOException {
        files.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(changes) + "\n");
    }
}
