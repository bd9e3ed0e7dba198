package org.nixlconform.engine.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** What a node's program for small errands answers. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "answer")
@JsonSubTypes({
    @JsonSubTypes.Type(value = FromNode.Ready.class, name = "ready"),
    @JsonSubTypes.Type(value = FromNode.Ran.class, name = "ran"),
    @JsonSubTypes.Type(value = FromNode.Text.class, name = "text"),
    @JsonSubTypes.Type(value = FromNode.Names.class, name = "names"),
    @JsonSubTypes.Type(value = FromNode.Examined.class, name = "examined"),
    @JsonSubTypes.Type(value = FromNode.Done.class, name = "done")
})
public sealed interface FromNode {
    long id();

    /** Said once, with id 0. @param droppedVariables names that the launching shell took out of the environment */
    record Ready(long id, long pid, List<String> droppedVariables) implements FromNode {}

    /**
     * @param exitCode as a shell gives it; -1 when it was killed at its deadline
     * @param nanos from its start to its end
     */
    record Ran(long id, int exitCode, String stdout, String stderr, long nanos) implements FromNode {}

    /** @param there false when the file is absent or may not be read */
    record Text(long id, boolean there, String text) implements FromNode {}

    record Names(long id, List<String> names) implements FromNode {}

    /** One for each file asked for, in order. */
    record Examined(long id, List<Seen> files) implements FromNode {}

    /**
     * @param sizeBytes -1 when it is no regular file
     * @param sha256 hexadecimal; empty when it was not asked for or cannot be read
     */
    record Seen(long sizeBytes, String sha256) {}

    /** @param error empty when it was done */
    record Done(long id, String error) implements FromNode {}
}
