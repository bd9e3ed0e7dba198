package org.nixlconform.cluster;

import java.util.List;
import java.util.stream.Collectors;

/** The one place where words become a line for a shell. */
final class ShellWords {
    private ShellWords() {}

    /** A line that any POSIX shell takes apart into exactly these words. */
    static String line(List<String> words) {
        return words.stream().map(ShellWords::quoted).collect(Collectors.joining(" "));
    }

    static String quoted(String word) {
        if (word.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a word for a shell cannot hold a NUL character");
        }
        return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
