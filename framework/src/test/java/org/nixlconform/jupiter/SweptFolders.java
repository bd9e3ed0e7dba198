package org.nixlconform.jupiter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Temporary folders of tests, those of one JVM in one. JUnit removes them; those of a JVM that was killed are removed by the
 * next one. A lock tells whether a JVM lives, because process ids mean nothing between containers that share a folder.
 */
public final class SweptFolders implements TempDirFactory {
    private static final String PREFIX = "nxc-tests-";
    private static final String LOCK = "lock";
    /** Between a folder's making and its locking. */
    private static final Duration UNLOCKED_AT_MOST = Duration.ofMinutes(1);

    private static final Path PARENT = Path.of(System.getProperty("java.io.tmpdir"));
    private static final Path OWN = own();

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test) throws IOException {
        return Files.createTempDirectory(OWN, "");
    }

    private static Path own() {
        try {
            sweep(PARENT);
            Path folder = Files.createTempDirectory(PARENT, PREFIX);
            FileChannel held =
                    FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            held.lock();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> leave(folder, held)));
            return folder;
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    /** What a test wants kept stays until the next JVM. */
    private static void leave(Path folder, FileChannel held) {
        try {
            held.close();
            Files.delete(folder.resolve(LOCK));
            Files.delete(folder);
        } catch (DirectoryNotEmptyException kept) {
            // As asked for.
        } catch (IOException remains) {
            throw new UncheckedIOException(remains);
        }
    }

    /** Removes the folders in one that no living JVM holds, as far as this user may. */
    static void sweep(Path parent) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path folder : folders) {
                try {
                    if (isLeft(folder)) {
                        remove(folder);
                    }
                } catch (IOException | UncheckedIOException ofAnother) {
                    System.err.println("not swept: " + ofAnother);
                }
            }
        }
    }

    private static boolean isLeft(Path folder) throws IOException {
        if (Files.getLastModifiedTime(folder).toInstant().isAfter(Instant.now().minus(UNLOCKED_AT_MOST))) {
            return false;
        }
        Path lock = folder.resolve(LOCK);
        if (!Files.exists(lock)) {
            return true;
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            return channel.tryLock() != null;
        }
    }

    /** Links are removed, not followed. */
    private static void remove(Path folder) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(folder)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : deepestFirst) {
            Files.delete(each);
        }
    }
}
