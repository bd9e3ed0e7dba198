package org.nixlconform.launcher;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/**
 * A command line, read.
 *
 * @param properties of the run, by name
 * @param tests {@code CLASS} or {@code CLASS#METHOD}; empty for all
 * @param tags an expression of JUnit's
 */
record Request(Command command, Map<String, String> properties, List<String> tests, Optional<String> tags) {
    private static final String TEST = "\\w+(\\.\\w+)*(#\\w+)?";

    Request {
        properties = Map.copyOf(properties);
        tests = List.copyOf(tests);
    }

    /**
     * @param here the folder that paths start from
     * @throws FindingException when the words ask for nothing that there is
     */
    static Request read(List<String> words, Path here) {
        Command command = command(words.isEmpty() ? "" : words.get(0));
        Map<String, String> properties = new LinkedHashMap<>();
        List<String> tests = new ArrayList<>();
        Optional<String> tags = Optional.empty();
        // Where the program is called, and not in its own folder, which Maven's is.
        properties.put("results", here.resolve("conformance").toString());
        command.properties().forEach(name -> properties.put(name, "true"));
        for (int at = 1; at < words.size(); at++) {
            String word = words.get(at);
            if (word.matches("-D[\\w.]+(=.*)?")) {
                String[] parts = word.substring(2).split("=", 2);
                properties.put(parts[0], parts.length > 1 ? parts[1] : "true");
                continue;
            }
            int equals = word.indexOf('=');
            Option option = option(command, equals < 0 ? word : word.substring(0, equals));
            if (equals < 0) {
                at++;
            }
            String value = equals >= 0 ? word.substring(equals + 1) : at < words.size() ? words.get(at) : "";
            if (value.isEmpty() || (equals < 0 && value.startsWith("--"))) {
                throw refused(option.word() + " has no value", option.usage(), String.join(" ", words));
            }
            switch (option) {
                case TEST -> tests.add(test(value));
                case TAGS -> tags = Optional.of(value);
                case RESULTS, WORK, FILE ->
                    properties.put(
                            option.property().orElseThrow(), here.resolve(value).toString());
                default -> properties.put(option.property().orElseThrow(), value);
            }
        }
        if (command == Command.REPLAY && !properties.containsKey("replay")) {
            throw refused("replay names no file", "replay --file evidence/CELL/replay.json", String.join(" ", words));
        }
        return new Request(command, properties, tests, tags);
    }

    private static Command command(String word) {
        if (word.isEmpty() || List.of("help", "--help", "-h").contains(word)) {
            return Command.HELP;
        }
        return Arrays.stream(Command.values())
                .filter(each -> each.word().equals(word))
                .findFirst()
                .orElseThrow(() -> refused(
                        "there is no such command",
                        Arrays.stream(Command.values()).map(Command::word).collect(Collectors.joining(", ")),
                        word));
    }

    private static Option option(Command command, String word) {
        List<Option> fitting = Arrays.stream(Option.values())
                .filter(each -> each.goesWith(command))
                .toList();
        return fitting.stream()
                .filter(each -> each.word().equals(word))
                .findFirst()
                .orElseThrow(() -> refused(
                        "%s takes no such option".formatted(command.word()),
                        fitting.stream().map(Option::word).collect(Collectors.joining(", ")) + ", -DNAME=VALUE",
                        word));
    }

    private static String test(String value) {
        if (!value.matches(TEST)) {
            throw refused("--test names neither a class nor a method", Option.TEST.usage(), value);
        }
        return value;
    }

    private static FindingException refused(String headline, String expected, String actual) {
        return new FindingException(Finding.of(FindingKind.CONFIGURATION, "launcher", headline)
                .with("expected", expected)
                .with("actual", actual)
                .with("where", "the command line")
                .with("remedy", "see nixlconform help"));
    }
}
