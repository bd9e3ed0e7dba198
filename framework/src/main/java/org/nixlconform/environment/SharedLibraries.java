package org.nixlconform.environment;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nixlconform.cluster.Command;
import org.nixlconform.cluster.CommandOutcome;
import org.nixlconform.cluster.NodeConnection;

/** What the dynamic linker says that a library lacks: NIXL itself gives no reason at its default log level. */
final class SharedLibraries {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final Pattern ABSENT = Pattern.compile("(?m)^\\s*(\\S+) => not found");
    private static final Pattern FOUND = Pattern.compile("(?m)^\\s*(\\S+) => (?:(/.*) \\(0x[0-9a-f]+\\)|not found)");
    private static final Pattern OLD = Pattern.compile("(?m)^\\S+?:? ?(\\S+): version `([^']+)' not found");

    private static final Pattern UNDEFINED = Pattern.compile("(?m)^undefined symbol: ([^\\s,]+)");

    private SharedLibraries() {}

    /**
     * Libraries that cannot be found, and symbol versions that those found do not have.
     *
     * @param variables of the process that would load it
     * @return empty when {@code ldd} is not there or cannot read the file
     */
    static Optional<List<String>> lacking(NodeConnection connection, Path library, Map<String, String> variables) {
        return ldd(connection, library, variables).map(SharedLibraries::read);
    }

    /**
     * The files that the loader finds for what a library needs, directly or not, by the name that it is needed by; empty
     * text where it finds none.
     *
     * @param variables of the process that would load it
     * @return empty when {@code ldd} is not there or cannot read the file
     */
    static Optional<Map<String, String>> found(NodeConnection connection, Path library, Map<String, String> variables) {
        return ldd(connection, library, variables).map(text -> {
            Map<String, String> found = new LinkedHashMap<>();
            FOUND.matcher(text)
                    .results()
                    .forEach(match -> found.put(match.group(1), Objects.requireNonNullElse(match.group(2), "")));
            return found;
        });
    }

    /**
     * Symbols that a library needs and nothing has, where others are loaded before it.
     *
     * @return empty, too, when {@code ldd} is not there, or does not find a library that may have them
     */
    static List<String> undefined(NodeConnection connection, Path library, List<Path> before) {
        String loaded = before.stream().map(Path::toString).collect(Collectors.joining(":"));
        CommandOutcome ldd = connection.run(
                Command.of("ldd", "-r", library.toString()).with(Map.of("LD_PRELOAD", loaded)), DEADLINE);
        return undefined(ldd.stdout() + "\n" + ldd.stderr());
    }

    /** Of the output of {@code ldd -r}. */
    static List<String> undefined(String ldd) {
        return ABSENT.matcher(ldd).find()
                ? List.of()
                : UNDEFINED
                        .matcher(ldd)
                        .results()
                        .map(match -> match.group(1))
                        .distinct()
                        .toList();
    }

    private static Optional<String> ldd(NodeConnection connection, Path library, Map<String, String> variables) {
        CommandOutcome ldd =
                connection.run(Command.of("ldd", library.toString()).with(variables), DEADLINE);
        String text = ldd.stdout() + "\n" + ldd.stderr();
        return ldd.succeeded()
                        || ABSENT.matcher(text).find()
                        || OLD.matcher(text).find()
                ? Optional.of(text)
                : Optional.empty();
    }

    /** Of {@code ldd}'s output. */
    static List<String> read(String ldd) {
        List<String> absent = ABSENT.matcher(ldd)
                .results()
                .map(match -> match.group(1))
                .distinct()
                .toList();
        List<String> old = OLD.matcher(ldd)
                .results()
                .map(match -> match.group(2) + " in " + match.group(1))
                .distinct()
                .toList();
        return Stream.concat(absent.stream(), old.stream()).toList();
    }

    /** UCX's version is in its core library only as text. */
    static Optional<String> ucxVersion(String libraryText) {
        Matcher matcher =
                Pattern.compile("(?<![0-9.])1\\.[1-9]\\d\\.\\d{1,2}(?![0-9.])").matcher(libraryText);
        List<String> versions =
                matcher.results().map(match -> match.group()).distinct().toList();
        return versions.size() == 1 ? Optional.of(versions.get(0)) : Optional.empty();
    }
}
