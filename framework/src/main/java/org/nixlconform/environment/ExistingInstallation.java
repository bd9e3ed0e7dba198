package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.InstallSpec.InstalledAt;
import org.nixlconform.configuration.InstallSpec.Place;
import org.nixlconform.environment.NodePython.Distribution;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** Finds NIXL where the environment's file says that it is. Changes nothing. */
final class ExistingInstallation {
    /** As deep as {@code lib/x86_64-linux-gnu} under a prefix, with one more for an unpacked wheel. */
    private static final int DEPTH = 4;

    private final Node node;
    private final NodeFiles files;

    ExistingInstallation(Node node) {
        this.node = node;
        this.files = new NodeFiles(node.connection());
    }

    /** @throws FindingException when it is not there */
    Installation find(InstalledAt at) throws IOException {
        return at.place() == Place.PYTHON ? inPython(at.path()) : below(at.path());
    }

    private Installation inPython(Path path) throws IOException {
        Path inEnvironment = path.resolve("bin").resolve("python");
        NodePython python = NodePython.ask(node, (files.exists(inEnvironment) ? inEnvironment : path).toString());
        for (Distribution each : python.nixl()) {
            Path folder = Path.of(each.folder());
            Optional<InstalledWheel> wheel =
                    InstalledWheel.inspect(files, folder, each.name(), each.version(), "others", "");
            if (wheel.isPresent()) {
                return wheel.get().in(folder, new Fact("python", python.executable()));
            }
        }
        throw absent(
                path, python.nixl().isEmpty() ? "no NIXL in " + python.folder() : python.nixl() + " without a library");
    }

    /** The library and what lies beside it; others of that name further down are not taken. */
    Installation below(Path folder) throws IOException {
        if (!files.exists(folder)) {
            throw absent(folder, "no such folder");
        }
        Optional<Path> capi = first(folder, Installation.CAPI_NAME);
        Optional<Path> core = capi.map(library -> library.resolveSibling(Installation.CORE_NAME))
                .or(() -> nearest(folder));
        if (core.isEmpty()) {
            throw absent(folder, "no %s within %d folders".formatted(Installation.CORE_NAME, DEPTH));
        }
        return new Installation(
                "NIXL in " + folder,
                Optional.empty(),
                folder,
                core.get(),
                capi,
                Map.of("LD_LIBRARY_PATH", String.valueOf(core.get().getParent())),
                Map.of(),
                List.of(
                        new Fact("nixl", "in " + folder),
                        new Fact(Installation.CORE_NAME, "sha256 " + files.sha256(core.get()))));
    }

    private Optional<Path> nearest(Path folder) {
        try {
            return first(folder, Installation.CORE_NAME);
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private Optional<Path> first(Path folder, String name) throws IOException {
        return files.find(folder, DEPTH, name).stream()
                .min((a, b) -> a.getNameCount() != b.getNameCount()
                        ? Integer.compare(a.getNameCount(), b.getNameCount())
                        : a.compareTo(b));
    }

    private FindingException absent(Path path, String actual) {
        return new FindingException(Finding.of(
                        FindingKind.PREREQUISITE,
                        "environment",
                        "node %s has no NIXL in %s".formatted(node.name(), path))
                .with("expected", Installation.CAPI_NAME + " or " + Installation.CORE_NAME + " there")
                .with("actual", actual)
                .with("node", node.name())
                .with(
                        "remedy",
                        "name where it is under install in the environment's file, or install it by 'mode: wheel'"));
    }
}
