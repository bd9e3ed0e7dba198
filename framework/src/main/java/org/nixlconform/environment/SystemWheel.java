package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.nixlconform.cluster.CommandOutcome;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.environment.NodeChanges.Kind;
import org.nixlconform.environment.NodePython.Distribution;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** Puts a wheel into a Python of the node, where serving engines find it, in place of every other NIXL there. */
final class SystemWheel {
    private static final Duration OTHERS_DEADLINE = Duration.ofMinutes(20);

    private final Node node;
    private final WheelInstall wheel;
    private final String environment;
    private final NodeFiles files;
    private final NodeChanges changes;
    private final Consumer<String> console;

    /** @param environment that asks for it, by name */
    SystemWheel(Node node, WheelInstall wheel, String environment, Consumer<String> console) {
        this.node = node;
        this.wheel = wheel;
        this.environment = environment;
        this.files = new NodeFiles(node.connection());
        this.changes = new NodeChanges(node);
        this.console = console;
    }

    /** @throws FindingException when it cannot be installed; a process that uses what is there is a reason */
    Installation install() throws IOException {
        NodePython python = NodePython.ask(node, wheel.python().orElse("python3"));
        Path lock = node.workFolder().resolve("environments").resolve("system-python.lock");
        try (NodeLock ignored = NodeLock.taken(node, lock, OTHERS_DEADLINE)) {
            List<Distribution> others =
                    python.nixl().stream().filter(this::isAnother).toList();
            Optional<InstalledWheel> present = present(python, "found there");
            Optional<String> wrong = present.isEmpty()
                    ? Optional.of("not there")
                    : present.get()
                            .changedIn(
                                    files,
                                    python.sitePackages(),
                                    wheel.efaPrefix().isPresent());
            if (others.isEmpty() && wrong.isEmpty()) {
                console.accept("%s is in %s already".formatted(wheel.described(), python.executable()));
                return described(present.orElseThrow(), python);
            }
            return replace(python, others);
        }
    }

    private String wanted() {
        return NodePython.normalized(wheel.distribution()) + "==" + wheel.version();
    }

    /** {@code nixl} of the same version only chooses between {@code nixl-cu12} and others, and belongs to them. */
    private boolean isAnother(Distribution distribution) {
        boolean same = distribution.version().equals(wheel.version());
        String wanted = NodePython.normalized(wheel.distribution());
        return !(same
                && (distribution.name().equals(wanted) || distribution.name().equals("nixl")));
    }

    private Optional<InstalledWheel> present(NodePython python, String by) throws IOException {
        return InstalledWheel.inspect(files, python.sitePackages(), wheel.distribution(), wheel.version(), by, "");
    }

    private Installation replace(NodePython python, List<Distribution> others) throws IOException {
        refuseManaged(python);
        WheelTool tool = WheelTool.of(node, python.executable());
        Path site = python.sitePackages();
        MappedFiles.refuse(
                node, List.of(site.resolve("nixl"), site.resolve(".nixl")), "replace NIXL in " + python.executable());
        new Restoration(node, console)
                .undoOrRefuse(change -> change.kind() == Kind.LINKED
                        && Path.of(change.subject()).startsWith(site));
        Path temporary = node.workFolder().resolve("environments").resolve("system-python-tmp");
        Path log = node.workFolder().resolve("logs").resolve("install-system-" + wheel.requirement() + ".log");
        files.makeFolders(temporary);
        try {
            WheelRun run = new WheelRun(node, wheel, tool, temporary, log, console);
            for (Distribution other : others) {
                remove(other, python, tool, run);
            }
            console.accept("installing %s into %s with %s"
                    .formatted(wheel.requirement(), python.executable(), tool.description()));
            if (python.nixl().stream().map(Distribution::requirement).noneMatch(wanted()::equals)) {
                changes.add(Kind.ADDED, python.executable(), wheel.requirement(), environment);
            }
            run.install(tool::install);
        } finally {
            files.remove(temporary);
        }
        InstalledWheel installed = present(python, tool.description())
                .orElseThrow(() -> new FindingException(Finding.of(
                                FindingKind.PREREQUISITE,
                                "environment",
                                wheel.described() + " has no library of NIXL's")
                        .with("expected", Installation.CORE_NAME + " among its files")
                        .with("where", site)
                        .with("node", node.name())
                        .with(
                                "remedy",
                                "name nixl-cu12 or nixl-cu13 (since 0.7 nixl alone only chooses between them)")));
        return described(installed, python);
    }

    private void remove(Distribution other, NodePython python, WheelTool tool, WheelRun run) throws IOException {
        console.accept("removing %s from %s".formatted(other.requirement(), python.executable()));
        // What a run of ours put there needs not be put back.
        boolean ours = changes.all().stream()
                .anyMatch(change -> change.kind() == Kind.ADDED
                        && change.subject().equals(python.executable())
                        && change.detail().equals(other.requirement()));
        if (!ours) {
            changes.add(Kind.REMOVED, python.executable(), other.requirement(), environment);
        }
        CommandOutcome outcome = run.run(tool.uninstall(other.name()));
        if (!outcome.succeeded()) {
            throw new FindingException(Finding.of(
                            FindingKind.PREREQUISITE,
                            "environment",
                            "%s cannot be removed from %s".formatted(other.requirement(), python.executable()))
                    .with("expected", tool.description() + " to uninstall it")
                    .with("actual", outcome.ending())
                    .with("node", node.name())
                    .with("log", InstallFailure.lastLines(outcome))
                    .with("remedy", "remove it by hand, or let NIXL go into a folder of ours, without 'system'"));
        }
        if (ours) {
            changes.forget(change -> change.kind() == Kind.ADDED
                    && change.subject().equals(python.executable())
                    && change.detail().equals(other.requirement()));
        }
    }

    private void refuseManaged(NodePython python) {
        if (python.managed()) {
            throw new FindingException(Finding.of(
                            FindingKind.PREREQUISITE,
                            "environment",
                            "%s on node %s belongs to the operating system".formatted(python.executable(), node.name()))
                    .with("expected", "a Python that pip may install into")
                    .with("actual", "it is marked EXTERNALLY-MANAGED")
                    .with("node", node.name())
                    .with("remedy", "name another Python under install.python, such as that of a virtual environment"));
        }
    }

    private static Installation described(InstalledWheel installed, NodePython python) {
        return installed.in(python.sitePackages(), new Fact("python", python.executable()));
    }
}
