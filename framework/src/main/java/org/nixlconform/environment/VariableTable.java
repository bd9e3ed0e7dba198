package org.nixlconform.environment;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.nixlconform.configuration.NearestName;

/** What the project knows of environment variables without a node: the lines of {@code variables.txt}. */
record VariableTable(List<Line> lines) {
    private static final String FILE = "variables.txt";
    private static final String RELEASES = "releases";
    private static final int COLUMNS = 4;

    /**
     * @param name of a variable; ends in {@code *} where all that begin so are meant
     * @param reader as the file explains it
     * @param releases of NIXL in which it is so
     * @param words what it does, or what to set instead; may be empty
     */
    record Line(String name, String reader, Releases releases, String words) {
        boolean isOf(String variable) {
            return name.endsWith("*")
                    ? variable.startsWith(name.substring(0, name.length() - 1))
                    : variable.equals(name);
        }

        /** The rest of the reader after a word such as {@code plug-in}; empty where it begins otherwise. */
        Optional<String> readerAfter(String word) {
            return reader.startsWith(word + " ") ? Optional.of(reader.substring(word.length() + 1)) : Optional.empty();
        }
    }

    /**
     * From one release to another, both included.
     *
     * @param first empty: from the first on
     * @param last empty: without an end
     */
    record Releases(String first, String last) {
        boolean contain(String version) {
            return !isAfter(version) && (last.isEmpty() || InstallFailure.compareVersions(version, last) <= 0);
        }

        /** Whether all of them are later. */
        boolean isAfter(String version) {
            return !first.isEmpty() && InstallFailure.compareVersions(version, first) < 0;
        }

        @Override
        public String toString() {
            return last.isEmpty() ? "from %s on".formatted(first) : "from %s to %s".formatted(first, last);
        }

        private static Releases of(String text) {
            String[] ends = text.split("-", 2);
            return new Releases(ends[0].strip(), ends.length < 2 ? "" : ends[1].strip());
        }
    }

    /** The project's own. */
    static VariableTable read() {
        try (InputStream in = Objects.requireNonNull(VariableTable.class.getResourceAsStream(FILE), FILE)) {
            return of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** @throws IllegalArgumentException with a line that is not as the file explains */
    static VariableTable of(String text) {
        return new VariableTable(text.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(VariableTable::line)
                .toList());
    }

    private static Line line(String text) {
        String[] columns = text.split("\\|", -1);
        if (columns.length != COLUMNS || columns[0].isBlank() || columns[1].isBlank()) {
            throw new IllegalArgumentException("expected 'name | reader | releases | words', found '" + text + "'");
        }
        return new Line(columns[0].strip(), columns[1].strip(), Releases.of(columns[2]), columns[3].strip());
    }

    /** Releases of NIXL that the table was made from. */
    Releases releases() {
        return lines.stream()
                .filter(line -> line.name().equals(RELEASES))
                .findFirst()
                .orElseThrow()
                .releases();
    }

    /** Lines of the variable's own name, else of its family; none where the table does not know it. */
    List<Line> about(String variable) {
        List<Line> all = lines.stream().filter(line -> line.isOf(variable)).toList();
        List<Line> own =
                all.stream().filter(line -> line.name().equals(variable)).toList();
        return own.isEmpty() ? all : own;
    }

    /**
     * The variable that somebody may have meant: one that continues the given name by a word, or that is near to it. None
     * that nobody reads.
     *
     * @param more names that are known besides
     */
    Optional<String> nearest(String variable, Set<String> more) {
        Set<String> known = new LinkedHashSet<>(more);
        lines.stream()
                .filter(line -> !line.reader().equals("nobody") && !line.name().endsWith("*"))
                .forEach(line -> known.add(line.name()));
        Stream<String> continued = known.stream().filter(name -> name.startsWith(variable + "_"));
        return continued.min(String::compareTo).or(() -> NearestName.of(variable, known));
    }
}
