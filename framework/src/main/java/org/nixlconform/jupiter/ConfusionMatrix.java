package org.nixlconform.jupiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** Planted faults against the kinds of findings that they brought. */
final class ConfusionMatrix {
    private static final String BEGIN = "<!-- matrix -->";
    private static final String END = "<!-- /matrix -->";

    private final List<Row> rows = new ArrayList<>();
    private final List<Set<FindingKind>> clean = new ArrayList<>();
    private int cleanFindings;

    /**
     * One fault and seed.
     *
     * @param expected declared with the fault
     * @param planted whether it was really applied; if not, nothing was proven
     */
    record Row(
            String fault,
            String family,
            long seed,
            Set<FindingKind> expected,
            boolean planted,
            Set<FindingKind> found,
            Duration took) {
        Row {
            expected = Set.copyOf(expected);
            found = Set.copyOf(found);
        }

        boolean right() {
            return planted && found.equals(expected);
        }
    }

    void add(Row row) {
        rows.add(row);
    }

    void addClean(List<Finding> findings) {
        clean.add(findings.stream().map(Finding::kind).collect(Collectors.toSet()));
        cleanFindings += findings.size();
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** For example {@code 3 of 4 planted faults were found as what they are; 0 findings in 10 clean cases}. */
    String summary() {
        return "%d of %d planted faults were found as what they are; %d findings in %d clean cases"
                .formatted(rows.stream().filter(Row::right).count(), rows.size(), cleanFindings, clean.size());
    }

    String json() {
        return rows.stream()
                .map(ConfusionMatrix::json)
                .collect(Collectors.joining(
                        ",\n",
                        "{\"cleanCases\": %d, \"findingsInCleanCases\": %d, \"faults\": [\n"
                                .formatted(clean.size(), cleanFindings),
                        "\n]}\n"));
    }

    private static String json(Row row) {
        return String.format(
                Locale.ROOT,
                "  {\"fault\": \"%s\", \"family\": \"%s\", \"expected\": %s, \"found\": %s, \"planted\": %s, \"seed\": %d,"
                        + " \"seconds\": %.3f}",
                row.fault(),
                row.family(),
                array(row.expected()),
                array(row.found()),
                row.planted(),
                row.seed(),
                row.took().toMillis() / 1e3);
    }

    private static String array(Set<FindingKind> kinds) {
        return kinds.stream().sorted().map(kind -> '"' + kind.name() + '"').collect(Collectors.joining(", ", "[", "]"));
    }

    /**
     * A page with this matrix in the place of the last one.
     *
     * @throws FindingException when the page does not mark that place
     */
    String into(String page, String file) {
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new FindingException(
                    Finding.of(FindingKind.CONFIGURATION, "judge", file + " has no place for the confusion matrix")
                            .with("expected", BEGIN + "\n" + END)
                            .with("actual", begin < 0 ? "no " + BEGIN : "no " + END + " after " + BEGIN)
                            .with("where", file)
                            .with("remedy", "add the lines where the matrix is to stand; confusion.json is written"));
        }
        return page.substring(0, begin + BEGIN.length()) + "\n" + markdown() + page.substring(end);
    }

    private String markdown() {
        return summary() + ".\n\n" + byKind() + "\n" + byFamily();
    }

    /** A short table for each family: only what went wrong has more than a count. */
    private String byFamily() {
        StringBuilder text = new StringBuilder();
        grouped(rows, Row::family).forEach((family, ofFamily) -> {
            text.append("### Family: ").append(family).append("\n\n| Fault | Expected | Found |\n|---|---|---|\n");
            grouped(ofFamily, Row::fault)
                    .forEach((fault, same) ->
                            text.append("| %s | %s | %s |%n".formatted(fault, expected(same), found(same))));
            text.append('\n');
        });
        return text.toString();
    }

    private static Map<String, List<Row>> grouped(List<Row> rows, Function<Row, String> by) {
        return rows.stream().collect(Collectors.groupingBy(by, LinkedHashMap::new, Collectors.toList()));
    }

    private static String expected(List<Row> same) {
        return names(same.get(0).expected());
    }

    private static String found(List<Row> same) {
        long right = same.stream().filter(Row::right).count();
        String count = right + " of " + same.size();
        String wrong = same.stream()
                .filter(row -> !row.right())
                .map(row ->
                        "; seed %d: **%s**".formatted(row.seed(), row.planted() ? names(row.found()) : "not planted"))
                .collect(Collectors.joining());
        return count + wrong;
    }

    private static String names(Set<FindingKind> kinds) {
        return kinds.isEmpty()
                ? "nothing"
                : kinds.stream().sorted().map(Enum::name).collect(Collectors.joining(", "));
    }

    /**
     * Kinds against kinds, columns by the numbers of the rows. A run counts once for each kind that it was to bring: in
     * that kind's own column, or as missed; and in the column of each kind that it was not to bring.
     */
    private String byKind() {
        SortedSet<FindingKind> all = new TreeSet<>();
        rows.forEach(row -> {
            all.addAll(row.expected());
            all.addAll(row.found());
        });
        clean.forEach(all::addAll);
        List<FindingKind> kinds = List.copyOf(all);
        StringBuilder text = new StringBuilder("| | Expected |");
        for (int column = 1; column <= kinds.size(); column++) {
            text.append(' ').append(column).append(" |");
        }
        text.append(" missed |\n|--:|---|")
                .append("--:|".repeat(kinds.size() + 1))
                .append('\n');
        for (FindingKind expected : kinds) {
            List<Row> of = rows.stream()
                    .filter(row -> row.expected().contains(expected))
                    .toList();
            text.append("| %d | %s |".formatted(kinds.indexOf(expected) + 1, expected));
            kinds.forEach(found -> text.append(cell(of, row -> brought(row, expected, found), found == expected)));
            text.append(cell(of, row -> !brought(row, expected, expected), false))
                    .append('\n');
        }
        text.append("| | clean cases |");
        kinds.forEach(found -> text.append(
                number(clean.stream().filter(each -> each.contains(found)).count(), false)));
        return text.append(" |\n").toString();
    }

    private static boolean brought(Row row, FindingKind expected, FindingKind found) {
        return row.planted()
                && row.found().contains(found)
                && (found == expected || !row.expected().contains(found));
    }

    private static String cell(List<Row> rows, Predicate<Row> counts, boolean diagonal) {
        return number(rows.stream().filter(counts).count(), diagonal);
    }

    private static String number(long count, boolean diagonal) {
        return count == 0 ? " |" : diagonal ? " **" + count + "** |" : " " + count + " |";
    }
}
