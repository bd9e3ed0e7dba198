package org.nixlconform.jupiter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** Where a run leaves what it found. */
final class ResultsFolder {
    private ResultsFolder() {}

    /** {@code target/conformance} below the root, unless {@code results} names another. */
    static Path of(Function<String, @Nullable String> property, Path root) {
        String given = property.apply("results");
        return given == null
                ? root.resolve("target").resolve("conformance")
                : Path.of(given).toAbsolutePath().normalize();
    }

    /**
     * Makes it, and empties it but for the last proof of the judge, which is none of a run's results.
     *
     * @throws FindingException when nothing can be written there: what is judged would be lost
     */
    static void prepare(Path folder) {
        try {
            Files.createDirectories(folder);
            clear(folder);
            Files.delete(Files.createTempFile(folder, "writable", ""));
        } catch (IOException unwritable) {
            throw new FindingException(
                    Finding.of(FindingKind.STAGE, "report", "the results of this run cannot be written")
                            .with("expected", "a folder of ours that can be emptied and written to")
                            .with("actual", unwritable)
                            .with("where", folder)
                            .with("remedy", "move away what stands there, or make it writable; nothing was judged"),
                    unwritable);
        }
    }

    private static void clear(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(folder) && !file.equals(folder.resolve("confusion.json"))) {
                    Files.delete(file);
                }
            }
        }
    }
}
