package org.nixlconform.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nixlconform.metadata.AgentMetadata.Connection;
import org.nixlconform.metadata.MetadataWriter.Form;

/** A million blobs, the same in every run: damaged real ones, spliced ones, and noise. */
class MetadataFuzzTest {
    private static final int BLOBS = 1_000_000;
    private static final long SEED = 20_251;
    /** Shortest field: a length of eight bytes, nothing, and a bar. */
    private static final int LEAST_FIELD_BYTES = 9;

    private static final List<byte[]> WHOLE = List.of(
            AgentMetadataTest.recordedOverUcx(),
            AgentMetadataTest.recordedOverLibfabric("0.6.1"),
            AgentMetadataTest.recordedOverLibfabric("0.10.1"),
            AgentMetadataTest.recordedOverLibfabric("1.4.0"),
            MetadataWriter.libfabric("prefill-0-rank-0", Form.DATA_ONLY, 12, 2));

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<AgentMetadata> readers =
            WHOLE.stream().map(AgentMetadata::read).toList();
    private final Set<String> tags = new HashSet<>();
    private int flawed;
    private int whole;

    @Test
    void noBytesThrowOrMakeMoreOfThemselvesThanTheyAre() {
        for (int i = 0; i < BLOBS; i++) {
            byte[] blob = blob();
            AgentMetadata read = AgentMetadata.read(blob);
            boundedBy(blob.length, read);
            new MetadataPair(readers.get(i % readers.size()), read).obstacle("prefill-0-rank-0");
            if (read.flaw().isPresent()) {
                flawed++;
                tags.add(read.flaw().get().tag());
            } else {
                whole++;
            }
        }
        // Else it was the same few bytes a million times.
        assertThat(tags.stream().map(tag -> tag.replaceAll("[0-9]+", "N")))
                .contains("nixlSerDes|", "Agent", "Conns", "t", "c", "MemSection", "nixlSecElms", "bknd", "nixlDList")
                .contains("n", "descriptor N", "num_rails", "dest_data_ep_N", "dest_control_ep_N", "key_N", "addr");
        assertThat(flawed).isGreaterThan(BLOBS / 2);
        // A bit of a key or of an address is nobody's flaw.
        assertThat(whole).isGreaterThan(BLOBS / 100);
    }

    private static void boundedBy(int bytes, AgentMetadata read) {
        int fields = read.connections().size() + read.regions().size();
        for (Connection connection : read.connections()) {
            fields += connection.rails().map(rails -> rails.data().found()).orElse(0);
        }
        boolean bounded = fields * LEAST_FIELD_BYTES <= bytes
                && read.agent().length() <= 500
                && read.flaw().map(flaw -> flaw.described().length()).orElse(0) <= 600;
        if (!bounded) {
            throw new AssertionError(bytes + " bytes gave " + read);
        }
    }

    private byte[] blob() {
        byte[] blob = WHOLE.get(random.nextInt(WHOLE.size())).clone();
        switch (random.nextInt(6)) {
            case 0:
                return noise(random.nextInt(200));
            case 1:
                return Arrays.copyOf(blob, random.nextInt(blob.length));
            case 2:
                return spliced(blob, WHOLE.get(random.nextInt(WHOLE.size())));
            case 3:
                numbered(blob);
                return blob;
            default:
                for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                    blob[random.nextInt(blob.length)] ^= (byte) (1 << random.nextInt(8));
                }
                return blob;
        }
    }

    private byte[] noise(int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        byte[] opening = Fields.OPENING.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        if (length > opening.length && random.nextBoolean()) {
            System.arraycopy(opening, 0, noise, 0, opening.length);
        }
        return noise;
    }

    private byte[] spliced(byte[] one, byte[] other) {
        int from = random.nextInt(other.length);
        int at = random.nextInt(one.length);
        byte[] both = Arrays.copyOf(one, at + other.length - from);
        System.arraycopy(other, from, both, at, other.length - from);
        return both;
    }

    /** A length or a count that means anything, up to all bits. */
    private void numbered(byte[] blob) {
        int at = random.nextInt(blob.length - Long.BYTES);
        long number = random.nextBoolean() ? random.nextLong() : random.nextLong(-3, 100);
        for (int i = 0; i < Long.BYTES; i++) {
            blob[at + i] = (byte) (number >> 8 * i);
        }
    }
}
