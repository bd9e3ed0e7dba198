package org.nixlconform.engine.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.engine.protocol.FromWarden;

class BoundedLogTest {
    /** What the warden reads at once. */
    private static final int CHUNK_BYTES = 64 * 1024;

    private static final int LIMIT_BYTES = 256 * 1024;
    private static final int LINE_BYTES = 4096;

    @TempDir
    private Path folder;

    private final List<String> lines = new ArrayList<>();

    private BoundedLog open() throws IOException {
        return new BoundedLog(file(), LIMIT_BYTES, lines::add);
    }

    private Path file() {
        return folder.resolve("logs/rank.log");
    }

    @Test
    void aShortLogIsKeptWhole() throws IOException {
        BoundedLog log = open();
        log.append("first\nsec".getBytes(UTF_8));
        assertThat(log.lastLines()).containsExactly("first", "sec");
        log.append("ond\n\nunended".getBytes(UTF_8));
        assertThat(lines).containsExactly("first", "second", "");
        log.close();
        assertThat(lines).containsExactly("first", "second", "", "unended");
        assertThat(log.lastLines()).containsExactly("first", "second", "", "unended");
        assertThat(file()).hasContent("first\nsecond\n\nunended");
    }

    @Test
    void theBeginningIsInTheFileBeforeTheLogCloses() throws IOException {
        BoundedLog log = open();
        log.append("evidence of a rank that still runs\n".getBytes(UTF_8));
        assertThat(file()).hasContent("evidence of a rank that still runs\n");
        log.close();
    }

    @Test
    void onlyTheLastLinesAreGiven() throws IOException {
        BoundedLog log = open();
        IntStream.range(0, 100).forEach(i -> log.append(("line " + i + "\n").getBytes(UTF_8)));
        assertThat(log.lastLines()).hasSize(30).startsWith("line 70").endsWith("line 99");
        log.close();
    }

    @Test
    void headAndTailOfALongLogAreKeptAndTheRestCounted() throws IOException {
        for (int chunkBytes : new int[] {7, 1000, 40_000, CHUNK_BYTES, 1_000_000}) {
            byte[] all = new byte[3_000_000];
            new SplittableRandom(chunkBytes).nextBytes(all);
            BoundedLog log = new BoundedLog(file(), LIMIT_BYTES, line -> {});
            for (int from = 0; from < all.length; from += chunkBytes) {
                log.append(Arrays.copyOfRange(all, from, Math.min(all.length, from + chunkBytes)));
            }
            log.close();
            byte[] kept = Files.readAllBytes(file());
            int headBytes = LIMIT_BYTES - CHUNK_BYTES;
            assertThat(kept.length).as("with chunks of %d", chunkBytes).isLessThanOrEqualTo(LIMIT_BYTES + 100);
            assertThat(Arrays.copyOf(kept, headBytes)).isEqualTo(Arrays.copyOf(all, headBytes));
            String gap = new String(kept, headBytes, 100, UTF_8);
            assertThat(gap).startsWith("\n[nixlconform: ");
            long dropped =
                    Long.parseLong(gap.replaceAll("(?s)\\n\\[nixlconform: (\\d+) bytes left out here\\]\\n.*", "$1"));
            int tailFrom = headBytes + ("\n[nixlconform: " + dropped + " bytes left out here]\n").length();
            int tailBytes = kept.length - tailFrom;
            assertThat(tailBytes).as("with chunks of %d", chunkBytes).isGreaterThan(CHUNK_BYTES / 2);
            assertThat(Arrays.copyOfRange(kept, tailFrom, kept.length))
                    .isEqualTo(Arrays.copyOfRange(all, all.length - tailBytes, all.length));
            assertThat(headBytes + dropped + tailBytes).isEqualTo(all.length);
        }
    }

    @Test
    void aLineIsCutAndNeverGrows() throws IOException {
        BoundedLog log = open();
        log.append("W first\n".getBytes(UTF_8));
        byte[] part = "x".repeat(CHUNK_BYTES).getBytes(UTF_8);
        for (int i = 0; i < 100; i++) {
            log.append(part);
        }
        assertThat(lines).containsExactly("W first");
        assertThat(log.lastLines().get(1)).hasSize(LINE_BYTES);
        log.append("\nlast\n".getBytes(UTF_8));
        assertThat(lines).hasSize(3).endsWith("x".repeat(LINE_BYTES), "last");
        log.close();
    }

    @Test
    void aCharacterThatTwoReadsShareIsWhole() throws IOException {
        BoundedLog log = open();
        byte[] text = "Gerät 中 😀\n".getBytes(UTF_8);
        for (byte each : text) {
            log.append(new byte[] {each});
        }
        log.close();
        assertThat(lines).containsExactly("Gerät 中 😀");
    }

    @Test
    void binaryNoiseIsKeptAndStillSplitIntoLines() throws IOException {
        byte[] noise = new byte[100_000];
        new SplittableRandom(7).nextBytes(noise);
        BoundedLog log = open();
        log.append(noise);
        log.append("\nW after the noise\n".getBytes(UTF_8));
        log.close();
        assertThat(lines).endsWith("W after the noise");
        assertThat(Arrays.copyOf(Files.readAllBytes(file()), noise.length)).isEqualTo(noise);
    }

    @Test
    void whatIsNoTextGetsIntoNoMessage() throws IOException {
        byte[] noise = new byte[100_000];
        new SplittableRandom(7).nextBytes(noise);
        BoundedLog log = open();
        log.append(noise);
        log.append("\n\u001b[31mred\u001b[0m\n".getBytes(UTF_8));
        log.close();
        assertThat(lines)
                .endsWith("red")
                .allSatisfy(
                        line -> assertThat(line.chars()).allMatch(each -> each >= ' ' && each < 0xfffd && each != 127))
                .anyMatch(line ->
                        line.matches("\\[nixlconform: \\d+ of \\d+ bytes of a line are no text: [0-9a-f ]+\\]"));
        FromWarden.LogSize size = log.size("rank");
        assertThat(size.bytes()).isEqualTo(100_014);
        assertThat(size.notTextBytes()).isBetween(50_000L, 70_000L);
        assertThat(size.firstNotText()).matches("([0-9a-f]{2} ){15}[0-9a-f]{2}");
    }

    /** A rank that never stops writing fills neither disk nor memory. */
    @Test
    void aGigabyteNeedsNoMoreThanAMegabyte() throws IOException {
        byte[] chunk = ("I1121 10:38:47.900654   22418 noise.cpp:1] " + "n".repeat(200) + "\n")
                .repeat(300)
                .getBytes(UTF_8);
        long[] count = {0};
        BoundedLog log = new BoundedLog(file(), LIMIT_BYTES, line -> count[0]++);
        for (int i = 0; i < 10; i++) {
            log.append(chunk);
        }
        long before = used();
        long written = 10L * chunk.length;
        for (; written < 1_000_000_000; written += chunk.length) {
            log.append(chunk);
        }
        assertThat(used() - before).isLessThan(1_000_000);
        log.close();
        assertThat(count[0]).isEqualTo(written / chunk.length * 300);
        assertThat(Files.size(file())).isLessThan(LIMIT_BYTES + 100);
        FromWarden.LogSize size = log.size("rank");
        assertThat(size.isLong()).isTrue();
        assertThat(size.bytes()).isEqualTo(written);
        assertThat(size.droppedBytes()).isEqualTo(written - LIMIT_BYTES);
        assertThat(size.notTextBytes()).isZero();
    }

    private static long used() {
        System.gc();
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
