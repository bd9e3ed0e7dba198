package org.nixlconform.engine.process;

import java.util.Optional;
import java.util.regex.Pattern;

/** How the libraries in an engine mark what is to be told of their standard error. */
enum LogLevel {
    WARN(
            // Abseil, as NIXL uses it.
            "^W\\d{4} \\d\\d:\\d\\d:\\d\\d", "\\bUCX\\s+WARN\\b", "^libfabric:.*<warn>", "VM warning:"),
    ERROR(
            "^[EF]\\d{4} \\d\\d:\\d\\d:\\d\\d",
            "\\bUCX\\s+(ERROR|FATAL)\\b",
            "^# A fatal error has been detected",
            // Its warnings speak of the host (container limits, huge pages), not of NIXL.
            "^\\[[0-9.,]+s\\]\\[error *\\]",
            "^terminate called",
            "^Exception in thread|^java\\.lang\\.|^org\\.nixlconform\\.",
            "^nixlconform engine:"),
    /** No complaint: which transports UCX takes to a peer, and which provider LIBFABRIC's rails are of. */
    PATH(
            "\\bUCX\\s+INFO\\s+\\S+ (?:intra-node|inter-node) cfg#\\d",
            "^I\\d{4} .*\\bCreated \\d+ rails using provider=");

    /** The first characters of what the patterns look for at the begin of a line. */
    private static final String MARKS_BEGIN_WITH = "WlEF#[tjon";

    private final Pattern pattern;

    LogLevel(String... alternatives) {
        pattern = Pattern.compile(String.join("|", alternatives));
    }

    static Optional<LogLevel> of(String line) {
        if (!mayBeMarked(line)) {
            return Optional.empty();
        }
        if (ERROR.pattern.matcher(line).find()) {
            return Optional.of(ERROR);
        }
        if (WARN.pattern.matcher(line).find()) {
            return Optional.of(WARN);
        }
        return PATH.pattern.matcher(line).find() ? Optional.of(PATH) : Optional.empty();
    }

    /** Patterns take their time, and an engine may write millions of lines of which none has a mark. */
    private static boolean mayBeMarked(String line) {
        return !line.isEmpty()
                && (MARKS_BEGIN_WITH.indexOf(line.charAt(0)) >= 0
                        || line.contains("UCX")
                        || line.contains("VM warning:")
                        || line.contains("rails using provider="));
    }
}
