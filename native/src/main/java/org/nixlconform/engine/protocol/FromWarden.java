package org.nixlconform.engine.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** What a warden says by itself. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "answer")
@JsonSubTypes({
    @JsonSubTypes.Type(value = FromWarden.Up.class, name = "up"),
    @JsonSubTypes.Type(value = FromWarden.Ended.class, name = "ended"),
    @JsonSubTypes.Type(value = FromWarden.Logged.class, name = "logged"),
    @JsonSubTypes.Type(value = FromWarden.CannotStart.class, name = "cannotStart")
})
public sealed interface FromWarden {

    record Up(int pid) implements FromWarden {}

    /**
     * A rank's process ended.
     *
     * @param signal number, 0 when it exited by itself
     * @param lastLogLines the end of its standard error
     */
    record Ended(String label, int exitCode, int signal, List<String> lastLogLines) implements FromWarden {}

    /**
     * A rank wrote a warning or worse.
     *
     * @param level {@code WARN} or {@code ERROR}
     */
    record Logged(String label, String level, String text) implements FromWarden {}

    record CannotStart(String label, String message) implements FromWarden {}
}
