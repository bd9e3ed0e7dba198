package org.nixlconform.configuration;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Which known name somebody may have meant. */
public final class NearestName {
    private NearestName() {}

    /** {@code "; did you mean 'port'?"}, or nothing where no known name is near. */
    static String suggestion(String given, Collection<String> known) {
        return of(given, known).map("; did you mean '%s'?"::formatted).orElse("");
    }

    /** The known name with the fewest edits, if one edit for every three letters leads there; letter case is free. */
    public static Optional<String> of(String given, Collection<String> known) {
        return known.stream()
                .filter(name -> edits(given, name) <= Math.max(1, Math.max(given.length(), name.length()) / 3))
                .filter(name -> !given.isBlank())
                .min(Comparator.comparingInt(name -> edits(given, name)));
    }

    /** Insertions, deletions, replacements and swaps of two neighbours. */
    static int edits(String first, String second) {
        String a = first.toLowerCase(Locale.ROOT);
        String b = second.toLowerCase(Locale.ROOT);
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    edits[i][j] = i + j;
                    continue;
                }
                int replaced = edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                edits[i][j] = Math.min(replaced, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
                boolean swap =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swap) {
                    edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
                }
            }
        }
        return edits[a.length()][b.length()];
    }
}
