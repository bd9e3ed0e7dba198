package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.nixlconform.cluster.Command;
import org.nixlconform.cluster.CommandOutcome;
import org.nixlconform.cluster.Node;
import org.nixlconform.environment.NodeChanges.Change;
import org.nixlconform.environment.NodePython.Distribution;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** Puts back what was changed on a node. What is as it was already is left alone, so it may be done again at any time. */
public final class Restoration {
    private static final Duration DEADLINE = Duration.ofMinutes(15);

    private final Node node;
    private final NodeFiles files;
    private final NodeChanges changes;
    private final Consumer<String> console;

    /** @param console takes a line for each change that is put back */
    public Restoration(Node node, Consumer<String> console) {
        this.node = node;
        this.files = new NodeFiles(node.connection());
        this.changes = new NodeChanges(node);
        this.console = console;
    }

    /**
     * Everything, the last change first.
     *
     * @return what could not be put back; it stays on the list
     */
    public List<Finding> restore() {
        try {
            if (changes.all().isEmpty()) {
                console.accept("nothing to put back");
                return List.of();
            }
            return undo(change -> true);
        } catch (IOException unreadable) {
            return List.of(Finding.of(
                            FindingKind.PREREQUISITE,
                            "restore",
                            "node %s does not say what was changed on it".formatted(node.name()))
                    .with("actual", unreadable)
                    .with("where", NodeChanges.folder(node)));
        }
    }

    /** The same of some changes. */
    List<Finding> undo(Predicate<Change> chosen) throws IOException {
        List<Change> latestFirst =
                new ArrayList<>(changes.all().stream().filter(chosen).toList());
        Collections.reverse(latestFirst);
        List<Finding> failures = new ArrayList<>();
        for (Change change : latestFirst) {
            try {
                undo(change);
                changes.forget(change::equals);
                console.accept("put back: " + change.described());
            } catch (IOException | FindingException failed) {
                failures.add(Finding.of(
                                FindingKind.PREREQUISITE,
                                "restore",
                                "node %s could not be put back as it was".formatted(node.name()))
                        .with("expected", "to undo: " + change.described())
                        .with("actual", String.valueOf(failed.getMessage()))
                        .with("node", node.name())
                        .with("remedy", "correct what is in the way and restore again, or do it by hand"));
            }
        }
        return failures;
    }

    private void undo(Change change) throws IOException {
        Path subject = Path.of(change.subject());
        switch (change.kind()) {
            case LINKED -> unlink(subject, change.detail());
            case REMOVED -> reinstall(change.subject(), change.detail());
            case ADDED -> uninstall(change.subject(), change.detail());
            case PLACED -> new PlacedFiles(files, Path.of(change.detail())).takeAway(subject);
            case LINKER -> {
                files.remove(subject);
                new LinkerCache(node).refresh();
            }
        }
    }

    private void unlink(Path link, String target) throws IOException {
        Path kept = EfaFix.kept(link);
        if (files.sizeBytes(kept) < 0) {
            return; // Put back already, or gone with the wheel.
        }
        Optional<String> now = files.linkTarget(link);
        if (now.isEmpty() && files.exists(link)) {
            files.remove(kept); // The wheel was installed anew: its own file is there again.
        } else if (now.isEmpty() || now.get().equals(target)) {
            MappedFiles.refuse(node, List.of(files.real(link.resolveSibling(""))), "put back " + link);
            files.rename(kept, link);
        } else {
            throw new IOException("%s is a link to %s, not to %s as we made it".formatted(link, now.get(), target));
        }
    }

    private void reinstall(String interpreter, String requirement) throws IOException {
        if (!has(interpreter, requirement)) {
            run(WheelTool.of(node, interpreter).install(requirement));
        }
    }

    private void uninstall(String interpreter, String requirement) throws IOException {
        if (has(interpreter, requirement)) {
            String distribution = requirement.substring(0, requirement.indexOf("=="));
            NodePython python = NodePython.ask(node, interpreter);
            MappedFiles.refuse(
                    node,
                    List.of(
                            python.sitePackages().resolve("nixl"),
                            python.sitePackages().resolve(".nixl")),
                    "take %s out of %s".formatted(requirement, interpreter));
            run(WheelTool.of(node, interpreter).uninstall(distribution));
        }
    }

    private boolean has(String interpreter, String requirement) {
        String wanted = NodePython.normalized(requirement.substring(0, requirement.indexOf("==")))
                + requirement.substring(requirement.indexOf("=="));
        return NodePython.ask(node, interpreter).nixl().stream()
                .map(Distribution::requirement)
                .anyMatch(wanted::equals);
    }

    private void run(List<String> words) throws IOException {
        CommandOutcome outcome = node.connection().run(Command.of(words), DEADLINE);
        if (!outcome.succeeded()) {
            throw new IOException(outcome.ending() + ": " + InstallFailure.lastLines(outcome));
        }
    }
}
