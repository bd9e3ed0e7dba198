package org.nixlconform.engine.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;

/** What the controller asks of the one program that does its small errands on a node. Answers carry the same id. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "ask")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ToNode.Run.class, name = "run"),
    @JsonSubTypes.Type(value = ToNode.Read.class, name = "read"),
    @JsonSubTypes.Type(value = ToNode.Write.class, name = "write"),
    @JsonSubTypes.Type(value = ToNode.ListFolder.class, name = "list"),
    @JsonSubTypes.Type(value = ToNode.Examine.class, name = "examine"),
    @JsonSubTypes.Type(value = ToNode.Hold.class, name = "hold"),
    @JsonSubTypes.Type(value = ToNode.Release.class, name = "release"),
    @JsonSubTypes.Type(value = ToNode.Kill.class, name = "kill"),
    @JsonSubTypes.Type(value = ToNode.Ping.class, name = "ping"),
    @JsonSubTypes.Type(value = ToNode.Interfaces.class, name = "interfaces")
})
public sealed interface ToNode {
    long id();

    /**
     * Run a command without input to its end; kill it with its descendants at the deadline.
     *
     * @param words program and arguments; a program without a slash is looked for in {@code PATH}
     * @param variables on top of the program's own environment
     * @param folder working folder; the program's own when empty
     * @param limitBytes of standard output and of standard error, each; the rest is dropped
     */
    record Run(
            long id,
            List<String> words,
            Map<String, String> variables,
            String folder,
            long deadlineMillis,
            int limitBytes)
            implements ToNode {}

    /** The beginning of a file, at most {@code limitBytes}, each byte as one character. */
    record Read(long id, String file, int limitBytes) implements ToNode {}

    /** Make a file, and the folders above it; it appears whole or not at all. */
    record Write(long id, String file, String text) implements ToNode {}

    record ListFolder(long id, String folder) implements ToNode {}

    /** @param digests whether contents are to be hashed */
    record Examine(long id, List<String> files, boolean digests) implements ToNode {}

    /**
     * Lock a file until it is released or this program ends, however it ends.
     *
     * @param owner is written into it once it is ours; where it is not, its text is the answer's error
     * @param waitMillis how long to wait for it
     */
    record Hold(long id, String file, String owner, long waitMillis) implements ToNode {}

    record Release(long id, String file) implements ToNode {}

    /** Kill a process and its descendants (SIGKILL). */
    record Kill(long id, long pid) implements ToNode {}

    /** Network interfaces, each as {@code name address}, one for each address. Answered by {@link FromNode.Names}. */
    record Interfaces(long id) implements ToNode {}

    /** Proof that the controller lives. */
    record Ping(long id) implements ToNode {}
}
