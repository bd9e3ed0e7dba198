package org.nixlconform.fault;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One entry of the plan that the fault library reads: a fault and its settings.
 *
 * @param name as {@code docs/judge.md} lists them, such as {@code flip}
 * @param settings texts, whole numbers, fractions and booleans; {@code rank}, {@code request} and {@code times} among them
 */
public record LibraryFault(String name, Map<String, Object> settings) {
    public LibraryFault {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /** On one rank. */
    public static LibraryFault on(String rank, String name) {
        return new LibraryFault(name, Map.of("rank", rank));
    }

    public LibraryFault with(String setting, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(settings);
        more.put(setting, value);
        return new LibraryFault(name, more);
    }

    /**
     * The whole plan as JSON.
     *
     * @param library the real one, a path on the node
     * @param trace where the library writes what it applied, a path on the node
     */
    public static String plan(String library, String trace, long seed, List<LibraryFault> faults) {
        return faults.stream()
                .map(LibraryFault::json)
                .collect(Collectors.joining(
                        ",\n  ",
                        "{\"library\": " + value(library) + ", \"trace\": " + value(trace) + ", \"seed\": " + seed
                                + ", \"faults\": [\n  ",
                        "\n]}\n"));
    }

    private String json() {
        return "{\"fault\": " + value(name)
                + settings.entrySet().stream()
                        .map(setting -> ", " + value(setting.getKey()) + ": " + value(setting.getValue()))
                        .collect(Collectors.joining())
                + "}";
    }

    private static String value(Object value) {
        if (!(value instanceof String text)) {
            return String.valueOf(value);
        }
        StringBuilder quoted = new StringBuilder("\"");
        for (char each : text.toCharArray()) {
            if (each == '"' || each == '\\') {
                quoted.append('\\').append(each);
            } else if (each < ' ') {
                quoted.append(String.format("\\u%04x", (int) each));
            } else {
                quoted.append(each);
            }
        }
        return quoted.append('"').toString();
    }
}
