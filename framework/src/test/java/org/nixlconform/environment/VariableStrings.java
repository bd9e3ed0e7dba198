package org.nixlconform.environment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nixlconform.environment.VariableTable.Line;

/**
 * Names of variables in NIXL's libraries. A compiler often makes several numbers of eight characters of a name, so that
 * it stands nowhere as a whole; what is left behind the last eight is not looked at.
 */
record VariableStrings(Map<String, String> libraries) {
    private static final int PIECE = 8;
    private static final String COMPOSED = "NIXL_LIBFABRIC_";
    /** A constant of sixteen characters may be half of a longer name. */
    private static final Pattern WHOLE = Pattern.compile("\\x00(NIXL_[A-Z_]+)(?=\\x00)");

    static VariableStrings in(Path folder) throws IOException {
        Map<String, String> libraries = new LinkedHashMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".so")).toList()) {
                libraries.put(String.valueOf(file.getFileName()), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return new VariableStrings(libraries);
    }

    /** Names that stand somewhere as a whole. */
    Set<String> whole() {
        Set<String> names = new TreeSet<>();
        libraries
                .values()
                .forEach(text -> WHOLE.matcher(text)
                        .results()
                        .map(found -> found.group(1))
                        .filter(name -> name.length() > PIECE && name.length() != 2 * PIECE)
                        .forEach(names::add));
        return names;
    }

    /** Lines on NIXL's variables of which this release shows the contrary. */
    List<Line> departures(VariableTable table, String release) {
        return table.lines().stream()
                .filter(line -> line.name().startsWith("NIXL_"))
                .filter(line -> isRead(line)
                        != (!line.reader().equals("nobody") && line.releases().contain(release)))
                .toList();
    }

    private boolean isRead(Line line) {
        String only = line.readerAfter("plug-in").map(Plugins::fileName).orElse("");
        return libraries.entrySet().stream()
                .filter(library -> only.isEmpty() || library.getKey().equals(only))
                .anyMatch(library -> occurs(line, library.getValue()));
    }

    /** The LIBFABRIC plug-in makes the names of its variables from those of its parameters. */
    private static boolean occurs(Line line, String text) {
        boolean composed = line.name().startsWith(COMPOSED) && !line.reader().equals("nobody");
        return composed
                ? pieces(COMPOSED, text)
                        && pieces(line.name().substring(COMPOSED.length()).toLowerCase(Locale.ROOT), text)
                : pieces(line.name(), text);
    }

    private static boolean pieces(String name, String text) {
        return text.contains(name)
                || IntStream.rangeClosed(1, name.length() / PIECE)
                        .allMatch(piece -> text.contains(name.substring((piece - 1) * PIECE, piece * PIECE)));
    }
}
