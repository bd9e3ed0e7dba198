package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/**
 * Puts a wheel into a folder of its own under the work folder, once; later runs find it there. Nothing is installed
 * anywhere else. A folder appears whole or not at all; two runs at once wait for each other.
 */
final class WheelInstaller {
    private static final Duration OTHERS_DEADLINE = Duration.ofMinutes(20);

    private final Node node;
    private final NodeFiles files;
    private final WheelInstall wheel;
    private final Consumer<String> console;
    private final CarriedFolders carried;
    private final Path parent;
    private final String digest;

    /** @param console takes one line about what is done */
    WheelInstaller(Node node, WheelInstall wheel, Consumer<String> console) {
        this(node, wheel, console, CarriedFolders.ofThisProcess());
    }

    /** @param carried where a wheel may lie that is fetched from nowhere */
    WheelInstaller(Node node, WheelInstall wheel, Consumer<String> console, CarriedFolders carried) {
        this.carried = carried;
        this.node = node;
        this.files = new NodeFiles(node.connection());
        this.wheel = wheel;
        this.console = console;
        this.parent = node.workFolder().resolve("environments");
        this.digest = Digest.ofWheel(wheel, node.facts().machine());
    }

    /** @throws FindingException when it cannot be installed */
    Installation install() {
        try {
            files.makeFolders(parent);
            try (NodeLock ignored = lock(parent.resolve(digest + ".lock"))) {
                return locked();
            }
        } catch (IOException e) {
            throw new FindingException(
                    Finding.of(FindingKind.PREREQUISITE, "environment", "the work folder cannot be used")
                            .with("expected", "to install " + wheel.requirement())
                            .with("actual", e)
                            .with("where", parent)
                            .with("node", node.name())
                            .with("remedy", "make it writable, free space there, or choose another work folder"),
                    e);
        }
    }

    private Installation locked() throws IOException {
        Path folder = parent.resolve(digest);
        long startedAt = System.nanoTime();
        removePartial();
        Optional<InstalledWheel> present = InstalledWheel.read(files, folder);
        if (present.isPresent()) {
            Optional<String> changed =
                    present.get().changedIn(files, folder, wheel.efaPrefix().isPresent());
            if (changed.isEmpty()) {
                say("reused from " + folder, startedAt);
                return present.get().in(folder, new Fact("environment digest", digest));
            }
            console.accept("%s was changed (%s): installing it anew".formatted(folder, changed.get()));
        }
        Optional<Path> ours = carried.folder(digest);
        InstalledWheel installed = ours.isPresent() ? putInto(folder, ours.get()) : installInto(folder);
        say("installed into " + folder + " by " + installed.installedBy(), startedAt);
        return installed.in(folder, new Fact("environment digest", digest));
    }

    private NodeLock lock(Path file) throws IOException {
        Optional<NodeLock> free = NodeLock.tried(node, file, Duration.ZERO);
        if (free.isPresent()) {
            return free.get();
        }
        console.accept("waiting for another run that installs %s %s".formatted(wheel.distribution(), wheel.version()));
        return NodeLock.taken(node, file, OTHERS_DEADLINE);
    }

    private void say(String what, long startedAt) {
        console.accept(String.format(
                Locale.ROOT,
                "%s %s %s, %.1f s",
                wheel.distribution(),
                wheel.version(),
                what,
                (System.nanoTime() - startedAt) / 1e9));
    }

    private InstalledWheel installInto(Path folder) throws IOException {
        WheelTool tool = WheelTool.find(node);
        Path partial =
                parent.resolve(digest + ".partial-" + ProcessHandle.current().pid());
        Path temporary = partial.resolveSibling(partial.getFileName() + "-tmp");
        Path log = node.workFolder().resolve("logs").resolve("install-" + digest + ".log");
        files.makeFolders(temporary);
        try {
            console.accept("installing %s with %s".formatted(wheel.requirement(), tool.description()));
            // Temporary files beside the folder: pip moves what it unpacked, and /tmp is often small.
            new WheelRun(node, wheel, tool, temporary, log, console)
                    .install(requirement -> tool.installInto(partial, requirement));
            String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            InstalledWheel installed = InstalledWheel.inspect(
                            files, partial, wheel.distribution(), wheel.version(), tool.description(), now)
                    .orElseThrow(() -> new FindingException(withoutLibrary(log)));
            installed.write(files, partial);
            replace(folder, partial);
            return installed;
        } finally {
            removePartial();
        }
    }

    /** Neither Python nor a package index is asked. */
    private InstalledWheel putInto(Path folder, Path ours) throws IOException {
        Path partial =
                parent.resolve(digest + ".partial-" + ProcessHandle.current().pid());
        try {
            Optional<String> failure = node.connection().send(ours, partial);
            if (failure.isPresent()) {
                throw new IOException(ours + " cannot be copied to " + node + ": " + failure.get());
            }
            InstalledWheel put = InstalledWheel.read(files, partial)
                    .orElseThrow(() ->
                            new IOException("%s has no %s that can be read".formatted(ours, InstalledWheel.FILE_NAME)));
            replace(folder, partial);
            return put;
        } finally {
            removePartial();
        }
    }

    private Finding withoutLibrary(Path log) {
        return Finding.of(FindingKind.PREREQUISITE, "environment", wheel.described() + " has no library of NIXL's")
                .with("expected", Installation.CORE_NAME + " in the wheel")
                .with("actual", "the wheel was installed, and none of its folders has that file")
                .with("node", node.name())
                .with("evidence", log)
                .with("remedy", "name nixl-cu12 or nixl-cu13 (since 0.7 nixl alone only chooses between them)");
    }

    private void replace(Path folder, Path partial) throws IOException {
        if (files.exists(folder)) {
            // Out of the way first: the name is never that of a folder in parts.
            files.rename(folder, parent.resolve(digest + ".partial-replaced"));
        }
        files.rename(partial, folder);
    }

    /** Left behind by a run that was killed, or by this one; the lock is held, so nobody works on them. */
    private void removePartial() throws IOException {
        for (String name : node.connection().list(parent)) {
            if (name.startsWith(digest + ".partial-")) {
                files.remove(parent.resolve(name));
            }
        }
    }
}
