package org.nixlconform.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.engine.protocol.FromRank.Posted;
import org.nixlconform.engine.protocol.FromRank.Rail;

class RailCountersTest {
    @TempDir
    private Path folder;

    @Test
    void whatWasPostedSinceIsByRailAndKind() throws IOException {
        RailCounters then = RailCounters.read(file(128, 1, 2, 3, 4, 5, 6));
        RailCounters now = RailCounters.read(file(128, 11, 22, 33, 44, 55, 66));

        assertThat(now.since(then))
                .containsExactly(
                        new Rail("rail-0", new Posted(10, 20), new Posted(30, 40), new Posted(50, 60)),
                        new Rail("rail-1", new Posted(10, 20), new Posted(30, 40), new Posted(50, 60)));
    }

    @Test
    void railsThatWereNotThereBeganAtZero() throws IOException {
        RailCounters none = RailCounters.read(folder.resolve("absent"));

        assertThat(none.rails()).isEmpty();
        assertThat(RailCounters.read(file(128, 1, 2, 3, 4, 5, 6)).since(none))
                .first()
                .isEqualTo(new Rail("rail-0", new Posted(1, 2), new Posted(3, 4), new Posted(5, 6)));
    }

    @Test
    void sizesAreThoseThatTheHeaderSays() throws IOException {
        assertThat(RailCounters.read(file(192, 1, 2, 3, 4, 5, 6)).rails())
                .extracting(Rail::name)
                .containsExactly("rail-0", "rail-1");
    }

    @Test
    void aFileThatIsNotWrittenToItsEndHasNoRails() throws IOException {
        Path file = file(128, 1, 2, 3, 4, 5, 6);
        byte[] whole = Files.readAllBytes(file);
        whole[0] = 0;
        Files.write(file, whole);

        assertThat(RailCounters.read(file).rails()).isEmpty();
    }

    /** Of two rails with the same counts, as {@code docs/simulated-efa.md} has it. */
    private Path file(int recordBytes, long... counts) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(64 + 2 * recordBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put("NXCRAILS".getBytes(StandardCharsets.US_ASCII));
        bytes.putInt(1).putInt(64).putInt(recordBytes).putInt(2).putInt(4711);
        for (int rail = 0; rail < 2; rail++) {
            int at = 64 + rail * recordBytes;
            bytes.position(at).put(("rail-" + rail).getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < counts.length; i++) {
                bytes.putLong(at + 64 + 8 * i, counts[i]);
            }
        }
        return Files.write(folder.resolve("rails"), bytes.array());
    }
}
