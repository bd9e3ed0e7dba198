package org.nixlconform.configuration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** A kind of configuration file: where those of the project lie, and which of them explains every key. */
enum FileKind {
    CLUSTER("cluster", "config/clusters", "config/clusters/example.yaml"),
    ENVIRONMENT("environment", "config/environments", "config/environments/nixl-wheel.yaml"),
    REFERENCES("references", "config/references", "config/references/p5.yaml"),
    /** A single one, {@code config/known-issues.yaml}. */
    KNOWN_ISSUES("known-issues", "config", "docs/known-issues.md");

    private static final String SUFFIX = ".yaml";

    private final String noun;
    private final String folder;
    private final String explainedIn;

    FileKind(String noun, String folder, String explainedIn) {
        this.noun = noun;
        this.folder = folder;
        this.explainedIn = explainedIn;
    }

    String noun() {
        return noun;
    }

    /** The file, relative to the project, that explains every key. */
    String explainedIn() {
        return explainedIn;
    }

    /** The names of the project's own files, sorted. */
    List<String> known(Path root) {
        Path all = root.resolve(folder);
        if (!Files.isDirectory(all)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(all)) {
            return files.map(Path::getFileName)
                    .map(Path::toString)
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(FileKind::withoutSuffix)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param nameOrPath a path, if it has a slash or ends in {@code .yaml}: from the current folder, then from root */
    Optional<Path> find(String nameOrPath, Path root) {
        Stream<Path> candidates = isPath(nameOrPath)
                ? Stream.of(Path.of(nameOrPath).toAbsolutePath(), root.resolve(nameOrPath))
                : Stream.of(root.resolve(folder).resolve(nameOrPath + SUFFIX));
        return candidates
                .map(Path::toAbsolutePath)
                .map(Path::normalize)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    Path locate(String nameOrPath, Path root) {
        return find(nameOrPath, root).orElseThrow(() -> new FindingException(unknown(nameOrPath, root)));
    }

    String nameOf(Path file) {
        return withoutSuffix(String.valueOf(file.getFileName()));
    }

    private Finding unknown(String nameOrPath, Path root) {
        List<String> known = known(root);
        String expected = (known.isEmpty() ? "" : "one of " + String.join(", ", known) + ", or ")
                + "the path of %s file".formatted(withArticle());
        String headline = isPath(nameOrPath)
                ? "no %s file at '%s'".formatted(noun, nameOrPath)
                : "no %s is named '%s'%s".formatted(noun, nameOrPath, NearestName.suggestion(nameOrPath, known));
        String looked = isPath(nameOrPath) ? "the current folder, then the project's folder" : folder;
        return Finding.of(FindingKind.CONFIGURATION, "configuration", headline)
                .with("expected", expected)
                .with("actual", "'" + nameOrPath + "'")
                .with("where", looked)
                .with("remedy", "give one of these names, or a path: with a slash, or ending in .yaml");
    }

    String withArticle() {
        return (this == ENVIRONMENT ? "an " : "a ") + noun;
    }

    private static boolean isPath(String nameOrPath) {
        return nameOrPath.contains("/") || nameOrPath.endsWith(SUFFIX);
    }

    private static String withoutSuffix(String fileName) {
        return fileName.endsWith(SUFFIX) ? fileName.substring(0, fileName.length() - SUFFIX.length()) : fileName;
    }
}
