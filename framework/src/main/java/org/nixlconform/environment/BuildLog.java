package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nixlconform.cluster.Command;
import org.nixlconform.cluster.CommandOutcome;
import org.nixlconform.cluster.Node;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** Runs the commands of a build and keeps what they say, on the node and as evidence here. */
final class BuildLog {
    private static final Duration DEADLINE = Duration.ofMinutes(60);
    private static final int LAST_LINES = 8;

    private final Node node;
    private final Path file;
    private final Path evidence;
    private final Optional<Path> temporary;
    private final StringBuilder text = new StringBuilder();

    /**
     * @param file of the log on the node
     * @param evidence folder here, made if absent
     * @param temporary folder on the node for what the commands leave; their own choice when empty
     */
    BuildLog(Node node, Path file, Path evidence, Optional<Path> temporary) {
        this.node = node;
        this.file = file;
        this.evidence = evidence;
        this.temporary = temporary;
    }

    /** Runs a command to its end, however that is. */
    CommandOutcome run(List<String> words, Map<String, String> variables) {
        Map<String, String> all = new LinkedHashMap<>(Map.of("LC_ALL", "C"));
        temporary.ifPresent(folder -> all.put("TMPDIR", folder.toString()));
        all.putAll(variables);
        CommandOutcome outcome = node.connection().run(Command.of(words).with(all), DEADLINE);
        text.append("$ ")
                .append(String.join(" ", words))
                .append('\n')
                .append(InstallFailure.withoutCredentials(outcome.stdout() + outcome.stderr()))
                .append(outcome.ending())
                .append("\n\n");
        return outcome;
    }

    /**
     * @param step as messages say it
     * @throws FindingException when the command failed, with what was missing where its output says it
     */
    void check(CommandOutcome outcome, String step) throws IOException {
        if (outcome.succeeded()) {
            return;
        }
        keep();
        BuildFailure failure = BuildFailure.of(outcome.stdout() + "\n" + outcome.stderr());
        String headline = failure.missing()
                .map(missing -> "NIXL cannot be built on node %s without %s".formatted(node.name(), missing))
                .orElseGet(() -> "NIXL cannot be built on node %s: %s failed".formatted(node.name(), step));
        List<String> lines = (outcome.stdout() + outcome.stderr())
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        throw new FindingException(Finding.of(FindingKind.PREREQUISITE, "environment", headline)
                .with("expected", step + " to succeed")
                .with(
                        "actual",
                        failure.cause()
                                .map(cause -> outcome.ending() + ": " + InstallFailure.withoutCredentials(cause))
                                .orElseGet(outcome::ending))
                .with("node", node.name())
                .with(
                        "log",
                        InstallFailure.withoutCredentials(String.join(
                                "\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()))))
                .with("evidence", evidence.resolve("build.log"))
                .with("remedy", failure.remedy()));
    }

    /** Takes a file of the node into the log: what a command wrote there and did not say. Nothing when it is absent. */
    void take(Path written) {
        node.connection()
                .readText(written)
                .ifPresent(content -> text.append(written.getFileName())
                        .append(":\n")
                        .append(InstallFailure.withoutCredentials(content))
                        .append("\n\n"));
    }

    /** Writes what was said so far to the node, and brings it here. */
    void keep() throws IOException {
        new NodeFiles(node.connection()).write(file, text.toString());
        bring();
    }

    /** The log of the build as it lies on the node, also of an earlier run. */
    void bring() throws IOException {
        Optional<String> kept = node.connection().readText(file);
        if (kept.isPresent()) {
            Files.createDirectories(evidence);
            Files.writeString(evidence.resolve("build.log"), kept.get());
        }
    }
}
