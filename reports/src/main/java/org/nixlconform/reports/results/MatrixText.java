package org.nixlconform.reports.results;

import java.util.ArrayList;
import java.util.List;
import org.nixlconform.reports.results.Matrix.Combination;

/** The matrix in plain text that fits a console. Columns that do not fit side by side follow below. */
public final class MatrixText {
    static final int WIDTH = 120;
    private static final String GAP = "  ";

    private MatrixText() {}

    public static String of(List<CellResult> cells) {
        StringBuilder text = new StringBuilder();
        for (Matrix matrix : Matrix.byEnvironment(cells)) {
            text.append(text.isEmpty() ? "" : "\n").append(cut(matrix.environment() + ", GB/s where measured"));
            text.append('\n');
            append(matrix, text);
        }
        return text.toString();
    }

    private static void append(Matrix matrix, StringBuilder text) {
        List<String> head = new ArrayList<>(List.of("", ""));
        head.addAll(matrix.topologies());
        List<List<String>> columns =
                matrix.combinations().stream().map(c -> column(matrix, c)).toList();
        int next = 0;
        while (next < columns.size()) {
            List<List<String>> shown = new ArrayList<>(List.of(head));
            int width = width(head);
            do {
                shown.add(columns.get(next));
                width += GAP.length() + width(columns.get(next));
                next++;
            } while (next < columns.size() && width + GAP.length() + width(columns.get(next)) <= WIDTH);
            appendSideBySide(shown, text);
        }
    }

    private static List<String> column(Matrix matrix, Combination combination) {
        List<String> column = new ArrayList<>(List.of(combination.path(), combination.manner()));
        for (String topology : matrix.topologies()) {
            List<Matrix.Entry> entry = matrix.at(topology, combination);
            column.add(Matrix.word(entry)
                    + Matrix.speeds(entry).map(speeds -> ", " + speeds).orElse(""));
        }
        return column;
    }

    private static void appendSideBySide(List<List<String>> columns, StringBuilder text) {
        for (int row = 0; row < columns.get(0).size(); row++) {
            StringBuilder line = new StringBuilder();
            for (List<String> column : columns) {
                String value = column.get(row);
                line.append(value)
                        .append(" ".repeat(width(column) - value.length()))
                        .append(GAP);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
    }

    private static int width(List<String> column) {
        return column.stream().mapToInt(String::length).max().orElse(0);
    }

    private static String cut(String line) {
        return line.length() <= WIDTH ? line : line.substring(0, WIDTH - 3) + "...";
    }
}
