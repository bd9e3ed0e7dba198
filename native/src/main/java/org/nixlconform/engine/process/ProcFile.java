package org.nixlconform.engine.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the kernel shows as files. A process may end, or a file refuse to be read, at any moment: then it is empty. */
final class ProcFile {
    static final Path PROC = Path.of("/proc");

    private ProcFile() {}

    static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    static List<Path> list(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (IOException | UncheckedIOException gone) {
            return List.of();
        }
    }

    static Path of(Path proc, int pid) {
        return proc.resolve(Integer.toString(pid));
    }
}
