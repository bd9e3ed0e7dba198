package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.nixlconform.cluster.Command;
import org.nixlconform.cluster.CommandOutcome;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;

/**
 * One run of a node's installer; where the node reaches no package index, the wheel is carried over from this machine.
 *
 * @param temporary folder on the node for the installer's temporary files
 * @param log file on the node for what the installer says
 */
record WheelRun(Node node, WheelInstall wheel, WheelTool tool, Path temporary, Path log, Consumer<String> console) {
    private static final Duration DEADLINE = Duration.ofMinutes(15);
    private static final Duration CONFIGURATION_DEADLINE = Duration.ofSeconds(30);

    /**
     * @param words what to run for a requirement or for a wheel's file
     * @throws FindingException when it fails, with the reason that the installer's output shows
     */
    void install(Function<String, List<String>> words) throws IOException {
        CommandOutcome outcome = run(words.apply(wheel.requirement()));
        Optional<String> carried = Optional.empty();
        if (InstallFailure.isUnreached(outcome) && !node.isHere()) {
            try {
                console.accept("no package index from there: carrying %s over from this machine"
                        .formatted(wheel.requirement()));
                Path file = new WheelCarrier(node, wheel).carry(tool.python());
                outcome = run(words.apply(file.toString()));
            } catch (IOException neither) {
                carried = Optional.of(String.valueOf(neither.getMessage()));
            }
        }
        NodeFiles files = new NodeFiles(node.connection());
        files.write(log, InstallFailure.withoutCredentials(outcome.stdout() + outcome.stderr()));
        if (!outcome.succeeded()) {
            Path folder = temporary.resolveSibling("");
            Finding failure = InstallFailure.of(
                    wheel, node.name(), tool, outcome, configuration(), files.freeBytes(folder), folder, log);
            throw new FindingException(
                    carried.isEmpty() ? failure : failure.with("from here", "not carried over: " + carried.get()));
        }
    }

    /** Any other command of the installer. */
    CommandOutcome run(List<String> words) {
        return node.connection()
                .run(
                        Command.of(words)
                                .with(Map.of(
                                        "TMPDIR", temporary.toString(),
                                        "PIP_REQUIRE_VIRTUALENV", "0",
                                        "PIP_ROOT_USER_ACTION", "ignore",
                                        "LC_ALL", "C")),
                        DEADLINE);
    }

    private List<String> configuration() {
        if (tool.configuration().isEmpty()) {
            return List.of();
        }
        CommandOutcome pip = node.connection().run(Command.of(tool.configuration()), CONFIGURATION_DEADLINE);
        CommandOutcome variables = node.connection().run(Command.of("env"), CONFIGURATION_DEADLINE);
        String text = pip.stdout()
                + variables
                        .stdout()
                        .lines()
                        .filter(line -> line.matches("(?i)(https?|all|no)_proxy=.*"))
                        .reduce("", (a, b) -> a + b + "\n");
        return InstallFailure.withoutCredentials(text).lines().toList();
    }
}
