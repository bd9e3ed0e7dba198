package org.nixlconform.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every package says what it consumes, what it produces and what it never does. */
class PackageDescriptionTest {
    private static final List<String> MODULES =
            List.of("native", "framework", "reports", "conformance-tests", "launcher");
    private static final List<String> SAID = List.of("consumes", "produces", "never", "@nullmarked");

    @TempDir
    Path planted;

    @Test
    void everyPackageOfEveryModuleDescribesItself() {
        for (String module : MODULES) {
            Path sources = projectFolder().resolve(module).resolve("src/main/java");

            assertThat(packages(sources)).as(module).isNotEmpty();
            assertThat(shortcomings(sources)).as(module).isEmpty();
        }
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        plant("whole", "/** Consumes a. Produces b. Never c. */ @NullMarked package whole;");
        plant("silent", "/** A package. */ @NullMarked package silent;");
        plant("unmarked", "/** Consumes a. Produces b. Never c. */ package unmarked;");
        Files.writeString(Files.createDirectories(planted.resolve("bare")).resolve("A.java"), "class A {}");

        assertThat(shortcomings(planted))
                .containsExactly(
                        "bare: no package-info.java",
                        "silent: says nothing of consumes, produces, never",
                        "unmarked: says nothing of @nullmarked");
    }

    private void plant(String name, String description) throws IOException {
        Path folder = Files.createDirectories(planted.resolve(name));
        Files.writeString(folder.resolve("A.java"), "class A {}");
        Files.writeString(folder.resolve("package-info.java"), description);
    }

    private static List<String> shortcomings(Path sources) {
        List<String> shortcomings = new ArrayList<>();
        for (Path folder : packages(sources)) {
            Path description = folder.resolve("package-info.java");
            String name = sources.relativize(folder).toString();
            if (!Files.exists(description)) {
                shortcomings.add(name + ": no package-info.java");
                continue;
            }
            String text = read(description).toLowerCase(Locale.ROOT);
            List<String> unsaid =
                    SAID.stream().filter(word -> !text.contains(word)).toList();
            if (!unsaid.isEmpty()) {
                shortcomings.add(name + ": says nothing of " + String.join(", ", unsaid));
            }
        }
        return shortcomings;
    }

    /** Folders that hold Java sources, sorted. */
    private static List<Path> packages(Path sources) {
        try (Stream<Path> files = Files.walk(sources)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(Path::getParent)
                    .distinct()
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Path projectFolder() {
        Path start = Path.of(System.getProperty("root", "")).toAbsolutePath();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve("config/clusters"))) {
                return folder;
            }
        }
        throw new IllegalStateException("no folder at or above " + start + " holds config/clusters");
    }
}
