package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.cluster.OwnJvm;

class SweptFoldersTest {
    @TempDir
    Path parent;

    /** Makes a folder as for a test, and waits for its end. */
    static final class Holds {
        private Holds() {}

        public static void main(String[] arguments) throws Exception {
            System.out.println(new SweptFolders().createTempDirectory(null, null));
            System.in.read();
        }
    }

    @Test
    void aFolderGoesWithItsJvmOrWithTheNextOneAndNotBefore() throws Exception {
        Process process = start();
        try (BufferedReader says = process.inputReader()) {
            Path made = Path.of(says.readLine());
            Path elsewhere = Files.writeString(parent.resolve("elsewhere"), "of others");
            Files.createSymbolicLink(made.resolve("link"), elsewhere);
            Path folder = made.getParent();
            assertThat(folder.getParent()).isEqualTo(parent);
            makeOld(folder);

            SweptFolders.sweep(parent);
            assertThat(made).exists();

            process.destroyForcibly().waitFor();
            SweptFolders.sweep(parent);
            assertThat(folder).doesNotExist();
            assertThat(elsewhere).hasContent("of others");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void nothingIsLeftOfAJvmThatEndedWell() throws Exception {
        Process process = start();
        try (BufferedReader says = process.inputReader()) {
            Path made = Path.of(says.readLine());
            Files.delete(made);
            process.getOutputStream().close();

            assertThat(process.waitFor()).isZero();
            assertThat(made.getParent()).doesNotExist();
        } finally {
            process.destroyForcibly();
        }
    }

    private Process start() throws Exception {
        List<String> words = new ArrayList<>(OwnJvm.words(Holds.class));
        words.add(1, "-Djava.io.tmpdir=" + parent);
        return new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void makeOld(Path folder) throws Exception {
        Files.setLastModifiedTime(folder, FileTime.from(Instant.now().minusSeconds(600)));
    }
}
