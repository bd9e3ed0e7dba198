package org.nixlconform.environment;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.nixlconform.cluster.Command;
import org.nixlconform.cluster.CommandOutcome;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.EnvironmentSpec.WheelInstall;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/**
 * Puts a wheel into a folder of its own under the work folder, once; later runs find it there. Nothing is installed
 * anywhere else. A folder appears whole or not at all; two runs at once wait for each other.
 *
 * <p>It works on the files of this machine: a node that is reached otherwise needs its own way.
 */
final class WheelInstaller {
    private static final Duration DEADLINE = Duration.ofMinutes(15);
    private static final Duration CONFIGURATION_DEADLINE = Duration.ofSeconds(30);
    /** File locks do not guard against other threads of this JVM. */
    private static final Object ONE_AT_A_TIME = new Object();

    private final Node node;
    private final WheelInstall wheel;
    private final Consumer<String> console;
    private final Path parent;
    private final String digest;

    /** @param digest of the wheel, the name of its folder */
    record Installation(Path folder, String digest, InstalledWheel wheel) {}

    /** @param console takes one line about what is done */
    WheelInstaller(Node node, WheelInstall wheel, Consumer<String> console) {
        this.node = node;
        this.wheel = wheel;
        this.console = console;
        this.parent = node.workFolder().resolve("environments");
        this.digest = Digest.ofWheel(wheel, node.facts().machine());
    }

    /** @throws FindingException when it cannot be installed */
    Installation install() {
        try {
            Files.createDirectories(parent);
            synchronized (ONE_AT_A_TIME) {
                return locked();
            }
        } catch (IOException e) {
            throw new FindingException(
                    Finding.of(FindingKind.PREREQUISITE, "environment", "the work folder cannot be used")
                            .with("expected", "to install %s==%s".formatted(wheel.distribution(), wheel.version()))
                            .with("actual", e)
                            .with("where", parent)
                            .with("node", node.name())
                            .with("remedy", "make it writable, free space there, or choose another work folder"),
                    e);
        }
    }

    private Installation locked() throws IOException {
        Path folder = parent.resolve(digest);
        try (FileChannel file = FileChannel.open(
                        parent.resolve(digest + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = lock(file)) {
            long startedAt = System.nanoTime();
            removePartial();
            Optional<InstalledWheel> present = InstalledWheel.read(folder);
            if (present.isPresent()) {
                Optional<String> changed = present.get().changedIn(folder);
                if (changed.isEmpty()) {
                    say("reused from " + folder, startedAt);
                    return new Installation(folder, digest, present.get());
                }
                console.accept("%s was changed (%s): installing it anew".formatted(folder, changed.get()));
            }
            InstalledWheel installed = installInto(folder);
            say("installed into " + folder + " by " + installed.installedBy(), startedAt);
            return new Installation(folder, digest, installed);
        }
    }

    private FileLock lock(FileChannel file) throws IOException {
        FileLock free = file.tryLock();
        if (free != null) {
            return free;
        }
        console.accept("waiting for another run that installs %s %s".formatted(wheel.distribution(), wheel.version()));
        return file.lock();
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
        Files.createDirectories(temporary);
        Files.createDirectories(log.getParent());
        try {
            String requirement = wheel.distribution() + "==" + wheel.version();
            console.accept("installing %s with %s".formatted(requirement, tool.description()));
            // Temporary files beside the folder: pip moves what it unpacked, and /tmp is often small.
            CommandOutcome outcome = node.connection()
                    .run(
                            Command.of(tool.installCommand(partial, requirement))
                                    .with(Map.of(
                                            "TMPDIR", temporary.toString(),
                                            "PIP_REQUIRE_VIRTUALENV", "0",
                                            "PIP_ROOT_USER_ACTION", "ignore",
                                            "LC_ALL", "C")),
                            DEADLINE);
            Files.writeString(log, InstallFailure.withoutCredentials(outcome.stdout() + outcome.stderr()));
            if (!outcome.succeeded()) {
                throw new FindingException(InstallFailure.of(
                        wheel, node.name(), tool, outcome, configuration(tool), freeBytes(), parent, log));
            }
            String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            InstalledWheel installed = InstalledWheel.inspect(
                            partial, wheel.distribution(), wheel.version(), tool.description(), now)
                    .orElseThrow(() -> new FindingException(withoutLibrary(log)));
            installed.write(partial);
            replace(folder, partial);
            return installed;
        } finally {
            removePartial();
        }
    }

    private long freeBytes() throws IOException {
        return Files.getFileStore(parent).getUsableSpace();
    }

    private List<String> configuration(WheelTool tool) {
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

    private Finding withoutLibrary(Path log) {
        return Finding.of(
                        FindingKind.PREREQUISITE,
                        "environment",
                        "%s %s has no %s, through which NIXL is called"
                                .formatted(wheel.distribution(), wheel.version(), InstalledWheel.LIBRARY_NAME))
                .with("expected", InstalledWheel.LIBRARY_NAME + ", which NIXL's wheels have from 0.10.1 on")
                .with("actual", "the wheel was installed, and none of its folders has that file")
                .with("node", node.name())
                .with("evidence", log)
                .with(
                        "remedy",
                        "name nixl-cu12 or nixl-cu13 (nixl alone only chooses between them), version 0.10.1 or later");
    }

    private void replace(Path folder, Path partial) throws IOException {
        if (Files.exists(folder)) {
            // Out of the way first: the name is never that of a folder in parts.
            Files.move(folder, parent.resolve(digest + ".partial-replaced"), StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Left behind by a run that was killed, or by this one; the lock is held, so nobody works on them. */
    private void removePartial() throws IOException {
        for (String name : node.connection().list(parent)) {
            if (name.startsWith(digest + ".partial-")) {
                removeTree(parent.resolve(name));
            }
        }
    }

    private static void removeTree(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
