package org.nixlconform.jupiter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.nixlconform.cluster.EngineBundle;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;

/**
 * A file that must keep a run from beginning, in a project folder of its own. Nothing is transferred: what the run finds
 * before its first cell is what counts.
 *
 * @param seed that the content was chosen by
 * @param file relative to the project
 * @param content of bytes, one a character
 * @param expected the very kinds that the run must find
 */
record StartFault(String name, long seed, Path file, String content, Set<FindingKind> expected) {
    static final String FAMILY = "ours";
    private static final String CLUSTER = "local";

    static List<StartFault> all(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return List.of(
                corrupt("a corrupt file of known issues", "config/known-issues.yaml", seed, random),
                corrupt("a corrupt file of references", "config/references/" + CLUSTER + ".yaml", seed, random),
                corrupt("a corrupt cluster file", "config/clusters/" + CLUSTER + ".yaml", seed, random),
                new StartFault(
                        "a results folder that cannot be written",
                        seed,
                        Path.of("target", "conformance"),
                        "a file where the folder should be",
                        Set.of(FindingKind.STAGE)));
    }

    private static StartFault corrupt(String name, String file, long seed, SplittableRandom random) {
        StringBuilder noise = new StringBuilder();
        random.ints(500, 0, 256).forEach(each -> noise.append((char) each));
        // No UTF-8 text has this byte.
        noise.setCharAt(random.nextInt(noise.length()), '\u00ff');
        return new StartFault(name, seed, Path.of(file), noise.toString(), Set.of(FindingKind.CONFIGURATION));
    }

    /**
     * Begins a run with it.
     *
     * @param project whose configuration and engine are taken
     * @param folder for the project that it is planted in; emptied
     */
    FaultRun.Found of(Path project, Path folder) {
        Instant begun = Instant.now();
        Path root = folder.resolve((name + "-" + seed).replaceAll("[^A-Za-z0-9.-]+", "_"));
        try {
            copy(project, root);
            Path planted = root.resolve(file);
            Files.createDirectories(planted.getParent());
            Files.writeString(planted, content, StandardCharsets.ISO_8859_1);
            List<Finding> findings = found(root);
            boolean there = Files.isRegularFile(planted)
                    && Files.readString(planted, StandardCharsets.ISO_8859_1).equals(content);
            return new FaultRun.Found(there, findings, Duration.between(begun, Instant.now()));
        } catch (IOException unwritable) {
            throw new UncheckedIOException("a project for a planted fault cannot be made in " + root, unwritable);
        }
    }

    private static List<Finding> found(Path root) {
        Map<String, String> properties = Map.of("root", root.toString(), "cluster", CLUSTER, "canaries", "off");
        try (ConformanceRun run = ConformanceRun.open(properties::get)) {
            return run.obstacles();
        }
    }

    private static void copy(Path project, Path root) throws IOException {
        remove(root);
        Path configuration = project.resolve("config");
        try (Stream<Path> files = Files.walk(configuration)) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                Path copied = root.resolve("config").resolve(configuration.relativize(each));
                Files.createDirectories(copied.getParent());
                Files.copy(each, copied);
            }
        }
        Path engine = Path.of("native", "target", "engine");
        Files.createDirectories(root.resolve(engine).getParent());
        Files.createSymbolicLink(
                root.resolve(engine), EngineBundle.below(project).folder());
    }

    private static void remove(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
