package org.nixlconform.configuration;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One value of a file and its place. Every method that reads it returns empty, and notes the mistake, where the value is
 * not what was asked for.
 *
 * <p>Text is what stands in the file: {@code on}, {@code 1.0} and {@code 022} stay as they are written.
 */
final class YamlValue {
    /** @param name text of the key */
    record Entry(String name, YamlValue key, YamlValue value) {}

    private static final Pattern WHOLE_NUMBER = Pattern.compile("0|-?[1-9][0-9]{0,8}");
    private static final int MOST_SHOWN_LETTERS = 60;

    private final YamlFile file;
    private final Node node;
    private final String place;

    YamlValue(YamlFile file, Node node, String place) {
        this.file = file;
        this.node = node;
        this.place = place;
    }

    Optional<String> text() {
        if (node instanceof ScalarNode scalar && !Tag.NULL.equals(node.getTag())) {
            // Neither a path nor the environment of a process can hold this one.
            if (scalar.getValue().indexOf('\0') < 0) {
                return Optional.of(scalar.getValue());
            }
        }
        return wrong("text");
    }

    Optional<String> text(Pattern shape, String expected) {
        Optional<String> text = text();
        if (text.isPresent() && !shape.matcher(text.get()).matches()) {
            return wrong(expected);
        }
        return text;
    }

    /** Case matters. */
    Optional<String> oneOf(Collection<String> known) {
        Optional<String> text = text();
        if (text.isPresent() && !known.contains(text.get())) {
            return wrong(expectedOf(known) + NearestName.suggestion(text.get(), known));
        }
        return text;
    }

    /** A decimal number without leading zeros, quotes or digit groups. */
    Optional<Integer> wholeNumber(int least, int most) {
        if (node instanceof ScalarNode scalar
                && scalar.isPlain()
                && WHOLE_NUMBER.matcher(scalar.getValue()).matches()) {
            int number = Integer.parseInt(scalar.getValue());
            if (number >= least && number <= most) {
                return Optional.of(number);
            }
        }
        boolean quoted = node instanceof ScalarNode scalar && !scalar.isPlain();
        return wrong("a whole number from %d to %d%s".formatted(least, most, quoted ? " without quotes" : ""));
    }

    /** Such as 12 or 0.178; above 0. */
    Optional<Double> positiveNumber() {
        if (node instanceof ScalarNode scalar
                && scalar.isPlain()
                && scalar.getValue().matches("\\d{1,9}(\\.\\d{1,9})?")
                && Double.parseDouble(scalar.getValue()) > 0) {
            return Optional.of(Double.parseDouble(scalar.getValue()));
        }
        return wrong("a number above 0, such as 12.5");
    }

    Optional<Boolean> trueOrFalse() {
        return oneOf(List.of("true", "false")).map(Boolean::valueOf);
    }

    List<YamlValue> list() {
        if (!(node instanceof SequenceNode sequence)) {
            wrong("a list");
            return List.of();
        }
        List<YamlValue> values = new ArrayList<>();
        for (Node each : sequence.getValue()) {
            values.add(new YamlValue(file, each, "entry %d of %s".formatted(values.size() + 1, place)));
        }
        return values;
    }

    /** A list with at least one entry, or a single value without the list around it. */
    List<YamlValue> oneOrMore() {
        return node instanceof ScalarNode ? List.of(this) : nonEmptyList();
    }

    /** A list with at least one entry. */
    List<YamlValue> nonEmptyList() {
        List<YamlValue> values = list();
        if (node instanceof SequenceNode && values.isEmpty()) {
            mistake("empty list for %s, expected at least one entry".formatted(place));
        }
        return values;
    }

    boolean isObject() {
        return node instanceof MappingNode;
    }

    /**
     * Keys and values whose keys are all known beforehand.
     *
     * @param noun what the object is, such as {@code node}
     * @param reader asks for each key that there may be; any other key is a mistake
     */
    <T> Optional<T> object(String noun, Function<YamlObject, T> reader) {
        if (!(node instanceof MappingNode)) {
            return wrong("keys and values");
        }
        YamlObject object = new YamlObject(this, noun, entries(noun));
        T value = reader.apply(object);
        object.refuseOtherKeys();
        return Optional.of(value);
    }

    /** Keys and values whose keys are free; each key once. */
    List<Entry> entries(String noun) {
        if (!(node instanceof MappingNode mapping)) {
            wrong("keys and values");
            return List.of();
        }
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            YamlValue key = new YamlValue(file, tuple.getKeyNode(), "a key in " + noun);
            key.text().ifPresent(name -> {
                YamlValue value = new YamlValue(file, tuple.getValueNode(), "'%s' in %s".formatted(name, noun));
                Entry first = entries.putIfAbsent(name, new Entry(name, key, value));
                if (first != null) {
                    key.mistake("duplicate key '%s' in %s, expected once; first given at %s"
                            .formatted(name, noun, first.key().position()));
                }
            });
        }
        return List.copyOf(entries.values());
    }

    /** {@code line:column}. */
    String position() {
        return YamlFile.position(node);
    }

    void mistake(String sentence) {
        file.mistake(node, sentence);
    }

    /**
     * Notes that this name is none of those that there are.
     *
     * @param what such as {@code key} or {@code environment}
     * @param noun the object that it stands in
     */
    void unknown(String what, String noun, Collection<String> known) {
        String name = node instanceof ScalarNode scalar ? scalar.getValue() : "";
        mistake("unknown %s '%s' in %s, expected %s%s"
                .formatted(what, name, noun, expectedOf(known), NearestName.suggestion(name, known)));
    }

    /** Notes that the key has no meaning here; always empty. */
    <T> Optional<T> onlyWith(String other) {
        mistake("%s has no meaning here, expected it only with %s".formatted(place, other));
        return Optional.empty();
    }

    /** Notes that the value is not what was expected; always empty. */
    <T> Optional<T> wrong(String expected) {
        mistake("%s for %s, expected %s".formatted(shown(), place, expected));
        return Optional.empty();
    }

    private String shown() {
        if (node instanceof ScalarNode scalar) {
            if (Tag.NULL.equals(node.getTag())) {
                return "no value";
            }
            String quote = scalar.isPlain() ? "'" : "\"";
            String text = scalar.getValue().replaceAll("\\p{Cntrl}", " ");
            boolean whole = text.length() <= MOST_SHOWN_LETTERS;
            return "wrong value " + quote + (whole ? text : text.substring(0, MOST_SHOWN_LETTERS) + "...") + quote;
        }
        return node instanceof SequenceNode ? "a list" : "keys and values";
    }

    private static String expectedOf(Collection<String> known) {
        return switch (known.size()) {
            case 0 -> "none";
            case 1 -> "only " + known.iterator().next();
            default -> "one of " + String.join(", ", known);
        };
    }
}
