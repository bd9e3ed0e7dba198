package org.nixlconform.environment;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.nixlconform.cluster.Command;
import org.nixlconform.cluster.CommandOutcome;
import org.nixlconform.cluster.Node;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/**
 * The program of a node that installs wheels: the pip of a Python that NIXL's wheels support, or uv.
 *
 * @param description such as {@code pip 23.2.1, Python 3.11.7}
 * @param python version that it installs for
 * @param interpreter the command of that Python, or what uv is to find or fetch
 * @param uv whether it is uv
 */
record WheelTool(String description, String python, String interpreter, boolean uv) {
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

    /**
     * For one Python of the node, in whatever version: that of the wheel may be for it.
     *
     * @throws FindingException when it has no pip and the node no uv
     */
    static WheelTool of(Node node, String interpreter) {
        Optional<Python> python = ask(node, interpreter);
        if (python.isPresent() && python.get().pip().isPresent()) {
            return pip(python.get());
        }
        return uv(node, python)
                .orElseThrow(
                        () -> new FindingException(refusal(node, python.stream().toList(), python)));
    }

    /** Into a folder, which is made if absent. */
    List<String> installInto(Path folder, String requirement) {
        return command(installing(), List.of("--target", folder.toString(), requirement));
    }

    /** Below a folder as below {@code /usr}, also what does not belong into Python: a target folder would not have that. */
    List<String> installBelow(Path prefix, String requirement) {
        return command(
                installing(),
                List.of(uv ? "--reinstall" : "--ignore-installed", "--prefix", prefix.toString(), requirement));
    }

    /** Into the Python itself, also over what is there. */
    List<String> install(String requirement) {
        return command(installing(), List.of(uv ? "--reinstall" : "--force-reinstall", requirement));
    }

    /** Out of the Python itself. */
    List<String> uninstall(String distribution) {
        return uv
                ? List.of("uv", "pip", "uninstall", "--python", interpreter, distribution)
                : List.of(interpreter, "-m", "pip", "uninstall", "--yes", "--disable-pip-version-check", distribution);
    }

    /** Words that print which index and options are in force; none for uv. */
    List<String> configuration() {
        return uv ? List.of() : List.of(interpreter, "-m", "pip", "config", "list");
    }

    private List<String> installing() {
        return uv
                ? List.of(
                        "uv",
                        "pip",
                        "install",
                        "--no-deps",
                        "--only-binary=:all:",
                        "--no-progress",
                        "--color=never",
                        "--python",
                        interpreter)
                : List.of(
                        interpreter,
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
                        "--retries=2");
    }

    private static List<String> command(List<String> words, List<String> more) {
        return Stream.concat(words.stream(), more.stream()).toList();
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
                python.command(),
                false);
    }

    /** uv brings no pip of its own need: it installs for a Python that has none, and fetches one where there is none. */
    private static Optional<WheelTool> uv(Node node, Optional<Python> python) {
        CommandOutcome answer = node.connection().run(Command.of("uv", "--version"), DEADLINE);
        if (!answer.succeeded()) {
            return Optional.empty();
        }
        return Optional.of(new WheelTool(
                answer.stdout().strip() + ", Python "
                        + python.map(Python::version).orElse("of uv"),
                python.map(Python::version).orElse("3.12.0"),
                python.map(Python::command).orElse("3.12"),
                true));
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
