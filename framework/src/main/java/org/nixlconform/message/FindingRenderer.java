package org.nixlconform.message;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The one form in which findings reach people: a headline, a blank line, aligned facts.
 *
 * <p>A finding takes at most {@value #MOST_LINES} lines: the longest fact is cut and says by how much. A list shows its
 * first {@value #MOST_FINDINGS} findings, then a count.
 */
public final class FindingRenderer {
    static final int MOST_LINES = 20;
    static final int MOST_FINDINGS = 3;

    /** Facts of different findings line up under each other: no name column is narrower than the usual names. */
    private static final int USUAL_NAME_LENGTH = "expected".length();

    private FindingRenderer() {}

    /** Renders one finding, without a line break at the end. */
    public static String render(Finding finding) {
        StringBuilder text = new StringBuilder(finding.subject() + ": " + finding.headline());
        if (finding.facts().isEmpty()) {
            return text.toString();
        }
        int nameLength =
                finding.facts().stream().mapToInt(fact -> fact.name().length()).reduce(USUAL_NAME_LENGTH, Math::max);
        List<List<String>> values = valuesWithin(MOST_LINES - 2, finding.facts());
        text.append('\n');
        for (int i = 0; i < values.size(); i++) {
            String opening = "  %s : ".formatted(padded(finding.facts().get(i).name(), nameLength));
            for (String line : values.get(i)) {
                text.append('\n').append((opening + line).stripTrailing());
                opening = " ".repeat(opening.length());
            }
        }
        return text.toString();
    }

    /** Renders the first findings with a blank line between them, and counts the rest. */
    public static String render(List<Finding> findings) {
        List<String> parts = new ArrayList<>();
        findings.stream().limit(MOST_FINDINGS).map(FindingRenderer::render).forEach(parts::add);
        int more = findings.size() - MOST_FINDINGS;
        if (more > 0) {
            parts.add("... and %d more finding%s".formatted(more, more == 1 ? "" : "s"));
        }
        return String.join("\n\n", parts);
    }

    private static String padded(String name, int length) {
        return name + " ".repeat(length - name.length());
    }

    private static List<List<String>> valuesWithin(int mostLines, List<Fact> facts) {
        List<List<String>> values = new ArrayList<>();
        facts.forEach(fact -> values.add(fact.value().lines().toList()));
        // A fact without a value still takes its line.
        values.replaceAll(lines -> lines.isEmpty() ? List.of("") : lines);
        int excess = values.stream().mapToInt(List::size).sum() - mostLines;
        while (excess > 0) {
            List<String> longest = Collections.max(values, (a, b) -> Integer.compare(a.size(), b.size()));
            if (longest.size() < 3) {
                // More facts than lines: a matter of the finding's author, and no reason to hide one.
                break;
            }
            int kept = Math.max(1, longest.size() - excess - 1);
            List<String> cut = new ArrayList<>(longest.subList(0, kept));
            cut.add("... and %d more lines".formatted(longest.size() - kept));
            values.set(values.indexOf(longest), cut);
            excess -= longest.size() - cut.size();
        }
        return values;
    }
}
