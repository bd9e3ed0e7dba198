package org.nixlconform.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MessageChannelTest {
    @TempDir
    private Path folder;

    @Test
    void whateverIsPrintedTheChannelCarriesWholeLinesOnly() throws Exception {
        Path errors = folder.resolve("errors");
        Process noisy = new ProcessBuilder(EngineProgram.command(List.of(), NoisyProgram.class))
                .redirectError(errors.toFile())
                .start();
        String output = new String(noisy.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(noisy.waitFor()).as(() -> contentOf(errors)).isZero();
        List<String> expected = new ArrayList<>();
        for (int thread = 0; thread < NoisyProgram.THREADS; thread++) {
            for (int number = 0; number < NoisyProgram.LINES; number++) {
                expected.add(NoisyProgram.line(thread, number));
            }
        }
        assertThat(output.lines()
                        .filter(line -> !expected.contains(line))
                        .map(line -> line.substring(0, Math.min(80, line.length()))))
                .as("lines that nobody sent")
                .isEmpty();
        assertThat(output.lines()).hasSameSizeAs(expected).doesNotHaveDuplicates();
        assertThat(errors)
                .content()
                .contains("Java's noise", "standard error")
                .containsSubsequence(
                        java.util.Collections.nCopies(1 + NoisyProgram.THREADS * NoisyProgram.LINES, "native noise"));
    }

    private static String contentOf(Path file) {
        try {
            return java.nio.file.Files.readString(file);
        } catch (java.io.IOException unreadable) {
            return unreadable.toString();
        }
    }
}
