package org.nixlconform.cluster;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to run on a node.
 *
 * @param words program and arguments; a program without a slash is looked for in the {@code PATH} of the command
 * @param variables set on top of what the connection passes on; handed over in the environment, never as words, which
 *     every user of the node can read
 * @param folder working folder; the connection's own when empty
 */
public record Command(List<String> words, Map<String, String> variables, Optional<Path> folder) {
    public Command {
        words = List.copyOf(words);
        variables = Map.copyOf(variables);
        if (words.isEmpty()) {
            throw new IllegalArgumentException("a command needs at least the name of a program");
        }
    }

    public static Command of(String... words) {
        return of(List.of(words));
    }

    public static Command of(List<String> words) {
        return new Command(words, Map.of(), Optional.empty());
    }

    public Command with(Map<String, String> variables) {
        return new Command(words, variables, folder);
    }

    public Command in(Path folder) {
        return new Command(words, variables, Optional.of(folder));
    }

    /** The name of the program, as messages say it. */
    public String program() {
        return words.get(0);
    }
}
