package org.nixlconform.environment;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nixlconform.cluster.Command;
import org.nixlconform.cluster.CommandOutcome;
import org.nixlconform.cluster.Node;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/**
 * The program of a node that can install a wheel into a folder: the pip of a Python that NIXL's wheels support, or uv.
 *
 * @param description such as {@code pip 23.2.1, Python 3.11.7}
 * @param python version that it installs for
 * @param install words up to the folder, which comes next, then the requirement
 * @param configuration words that print which index and options are in force; empty where there are none
 */
record WheelTool(String description, String python, List<String> install, List<String> configuration) {
    /** NIXL's wheels since 0.10 are for Python 3.10 and later. */
    private static final int[] OLDEST = {3, 10};

    private static final List<String> PYTHONS =
            List.of("python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10");
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final String QUESTION = """
            import sys
            print('%d.%d.%d' % sys.version_info[:3])
            try:
                import pip
                print(pip.__version__)
            except Exception:
                print('-')
            """;

    /** @param pip its version; empty when it has none */
    private record Python(String command, String version, Optional<String> pip) {

        boolean isSupported() {
            String[] parts = version.split("\\.", -1);
            int major = Integer.parseInt(parts[0]);
            return major > OLDEST[0] || (major == OLDEST[0] && Integer.parseInt(parts[1]) >= OLDEST[1]);
        }
    }

    /** @throws FindingException when the node has none, with what it has and the command that helps */
    static WheelTool find(Node node) {
        List<Python> seen = new ArrayList<>();
        for (String command : PYTHONS) {
            Optional<Python> python = ask(node, command);
            if (python.isPresent()) {
                seen.add(python.get());
                if (python.get().isSupported() && python.get().pip().isPresent()) {
                    return pip(python.get());
                }
            }
        }
        Optional<Python> supported = seen.stream().filter(Python::isSupported).findFirst();
        return uv(node, supported).orElseThrow(() -> new FindingException(refusal(node, seen, supported)));
    }

    List<String> installCommand(Path folder, String requirement) {
        List<String> words = new ArrayList<>(install);
        words.add(folder.toString());
        words.add(requirement);
        return words;
    }

    private static Optional<Python> ask(Node node, String command) {
        CommandOutcome answer = node.connection().run(Command.of(command, "-c", QUESTION), DEADLINE);
        List<String> lines = answer.stdout().lines().toList();
        if (!answer.succeeded() || lines.size() < 2 || !lines.get(0).matches("\\d+\\.\\d+\\.\\d+")) {
            return Optional.empty();
        }
        return Optional.of(
                new Python(command, lines.get(0), Optional.of(lines.get(1)).filter(pip -> !pip.equals("-"))));
    }

    private static WheelTool pip(Python python) {
        return new WheelTool(
                "pip " + python.pip().orElseThrow() + ", Python " + python.version(),
                python.version(),
                List.of(
                        python.command(),
                        "-m",
                        "pip",
                        "install",
                        // The wheel asks for torch and numpy; the C API needs neither.
                        "--no-deps",
                        // Without byte code the folder holds what the wheel's list of files says, and nothing else.
                        "--no-compile",
                        "--only-binary=:all:",
                        // A user's settings must not redirect the files, ask questions, or colour the log.
                        "--no-user",
                        "--no-input",
                        "--no-color",
                        "--progress-bar=off",
                        "--disable-pip-version-check",
                        "--retries=2",
                        "--target"),
                List.of(python.command(), "-m", "pip", "config", "list"));
    }

    /** uv brings no pip of its own need: it installs for a Python that has none, and fetches one where there is none. */
    private static Optional<WheelTool> uv(Node node, Optional<Python> python) {
        CommandOutcome answer = node.connection().run(Command.of("uv", "--version"), DEADLINE);
        if (!answer.succeeded()) {
            return Optional.empty();
        }
        String interpreter = python.map(Python::command).orElse("3.12");
        return Optional.of(new WheelTool(
                answer.stdout().strip() + ", Python "
                        + python.map(Python::version).orElse("of uv"),
                python.map(Python::version).orElse("3.12.0"),
                List.of(
                        "uv",
                        "pip",
                        "install",
                        "--no-deps",
                        "--only-binary=:all:",
                        "--no-progress",
                        "--color=never",
                        "--python",
                        interpreter,
                        "--target"),
                List.of()));
    }

    private static Finding refusal(Node node, List<Python> seen, Optional<Python> supported) {
        String headline;
        String actual;
        String remedy;
        if (supported.isPresent()) {
            headline = "Python on node %s has no pip, which installs NIXL's wheel".formatted(node.name());
            actual = "%s is Python %s, without pip; no uv"
                    .formatted(supported.get().command(), supported.get().version());
            remedy = "sudo apt-get install python3-pip, or: %s -m ensurepip --user"
                    .formatted(supported.get().command());
        } else if (seen.isEmpty()) {
            headline = "node %s has no Python, which installs NIXL's wheel".formatted(node.name());
            actual = "none of %s runs, and no uv".formatted(String.join(", ", PYTHONS));
            remedy = "sudo apt-get install python3 python3-pip (Fedora: sudo dnf install python3 python3-pip)";
        } else {
            headline = "Python on node %s is too old for NIXL's wheels".formatted(node.name());
            actual = seen.stream()
                    .map(python -> "%s is Python %s".formatted(python.command(), python.version()))
                    .reduce((a, b) -> a + ", " + b)
                    .orElseThrow();
            remedy = "sudo apt-get install python3.11 python3-pip (Fedora: sudo dnf install python3.11 python3.11-pip)";
        }
        return Finding.of(FindingKind.PREREQUISITE, "environment", headline)
                .with("expected", "Python 3.10 or later with pip, or uv")
                .with("actual", actual)
                .with("node", node.name())
                .with("remedy", remedy);
    }
}
