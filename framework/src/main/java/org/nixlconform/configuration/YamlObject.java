package org.nixlconform.configuration;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keys and values with a fixed set of keys: those that its reader asks for. */
final class YamlObject {
    private final YamlValue self;
    private final String noun;
    private final Map<String, YamlValue.Entry> entries = new LinkedHashMap<>();
    private final List<String> askedFor = new ArrayList<>();

    YamlObject(YamlValue self, String noun, List<YamlValue.Entry> entries) {
        this.self = self;
        this.noun = noun;
        entries.forEach(entry -> this.entries.put(entry.name(), entry));
    }

    Optional<YamlValue> optional(String key) {
        askedFor.add(key);
        return Optional.ofNullable(entries.get(key)).map(YamlValue.Entry::value);
    }

    /** @param expected what the value is, such as {@code a list of nodes} */
    Optional<YamlValue> required(String key, String expected) {
        Optional<YamlValue> value = optional(key);
        if (value.isEmpty()) {
            self.mistake("missing key '%s' in %s, expected %s".formatted(key, noun, expected));
        }
        return value;
    }

    /** For a reader that cannot tell which keys there may be. */
    void ignoreOtherKeys() {
        askedFor.addAll(entries.keySet());
    }

    /** After the reader asked for all that it knows. */
    void refuseOtherKeys() {
        entries.forEach((name, entry) -> {
            if (!askedFor.contains(name)) {
                entry.key().unknown("key", noun, askedFor);
            }
        });
    }
}
