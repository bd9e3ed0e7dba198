package org.nixlconform.jupiter;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A project folder whose runs start real engines with real NIXL; and those engines. */
final class LiveProject {
    private LiveProject() {}

    /** Skips the test where the engine is not built. NIXL is installed by the first run that needs it, as for a user. */
    static ConformanceKit in(Path root) {
        Path engine = projectFolder().resolve("native/target/engine");
        assumeTrue(Files.isRegularFile(engine.resolve("start")), "no engine in " + engine + ": build module native");
        // Without devices everywhere, so that a case in their memory is inconclusive everywhere.
        return new ConformanceKit(root).withEngine(engine).write("config/clusters/local.yaml", """
                nodes:
                  - {name: here, connection: local, gpus: 0}
                environments: [nixl]
                """);
    }

    /** The records that are shipped. */
    static Path knownIssues() {
        return projectFolder().resolve("config/known-issues.yaml");
    }

    static Path projectFolder() {
        Path start = Path.of(System.getProperty("root", "")).toAbsolutePath();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve("config/clusters"))) {
                return folder;
            }
        }
        throw new IllegalStateException("no folder at or above " + start + " holds config/clusters");
    }

    /** Process ids of what a run in this folder has started and still runs, by a word of the command line. */
    static List<Long> processes(Path root, String word) {
        return list(Path.of("/proc")).stream()
                .filter(folder -> folder.getFileName().toString().matches("\\d+"))
                .filter(folder -> read(folder.resolve("cmdline"))
                        .map(command -> command.replace('\0', ' '))
                        .filter(command -> command.contains(root.toString()) && command.contains("process.Main"))
                        .filter(command -> command.contains(" " + word + " "))
                        .isPresent())
                .map(folder -> Long.valueOf(folder.getFileName().toString()))
                .toList();
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        } catch (IOException absent) {
            return List.of();
        }
    }

    static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException | UncheckedIOException absent) {
            return Optional.empty();
        }
    }
}
