package org.nixlconform.reports.allure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nixlconform.message.FindingKind;
import org.nixlconform.report.RunReport;
import org.nixlconform.report.RunReport.Property;
import org.nixlconform.reports.results.Costs.Cost;
import org.nixlconform.reports.results.Json;
import org.nixlconform.reports.results.Standing;

/** The three files in {@code allure-results} that say what is true of the whole run. */
final class RunFiles {
    private RunFiles() {}

    /** {@code environment.properties}, in ASCII as Java's properties are. */
    static String environment(RunReport run, List<Cost> costs) {
        StringBuilder text = new StringBuilder();
        append(text, "cluster", run.cluster());
        for (Property property : run.properties()) {
            append(text, property.name(), property.value());
        }
        costs.forEach(cost -> append(text, "cost of a request, " + cost.over(), cost.described()));
        return text.toString();
    }

    /**
     * {@code categories.json}: cells that do not conform, by the kind of what was found. It matches what {@link
     * CellTest} writes in front of a trace.
     */
    static String categories() {
        List<Map<String, Object>> categories = new ArrayList<>();
        for (FindingKind kind : FindingKind.values()) {
            String name = "Violates: " + kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            categories.add(category(name, "failed", "(?s).*" + CellTest.KINDS + "[^\\n]*\\b" + kind.name() + "\\b.*"));
        }
        categories.add(category(
                "Test failed beside its verdict",
                "failed",
                "(?s).*" + CellTest.STANDING + Standing.TEST_FAILED.label() + ".*"));
        categories.add(category("Broken before anything was judged", "broken", "(?s).*"));
        categories.add(
                category("Known issue", "skipped", "(?s).*" + CellTest.STANDING + Standing.KNOWN_ISSUE.label() + ".*"));
        categories.add(
                category("Not judged", "skipped", "(?s).*" + CellTest.STANDING + Standing.NOT_JUDGED.label() + ".*"));
        return Json.page(categories);
    }

    /** {@code executor.json}. */
    static String executor(RunReport run) {
        Map<String, String> executor = new LinkedHashMap<>();
        executor.put("name", "nixlconform");
        executor.put("type", "maven");
        executor.put("buildName", "cluster " + run.cluster() + ", started " + run.startedAt());
        return Json.page(executor);
    }

    private static Map<String, Object> category(String name, String status, String traceRegex) {
        Map<String, Object> category = new LinkedHashMap<>();
        category.put("name", name);
        category.put("matchedStatuses", List.of(status));
        category.put("traceRegex", traceRegex);
        return category;
    }

    private static void append(StringBuilder text, String name, String value) {
        text.append(escaped(name, true))
                .append('=')
                .append(escaped(value, false))
                .append('\n');
    }

    private static String escaped(String text, boolean name) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character == '\n') {
                escaped.append("\\n");
            } else if (character < ' ' || character > '~') {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) character));
            } else if (character == '\\' || (name && " :=#!".indexOf(character) >= 0)) {
                escaped.append('\\').append(character);
            } else {
                escaped.append(character);
            }
        }
        // A blank at the beginning of a value is lost without this.
        return !name && escaped.indexOf(" ") == 0 ? "\\" + escaped : escaped.toString();
    }
}
