package org.nixlconform.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.nixlconform.plan.Backend;
import org.nixlconform.plan.MetadataChaos;

/** Metadata of an agent with some damage. @param label such as {@code cut to 64 of 453 bytes} */
record DamagedMetadata(String label, byte[] blob) {
    /** Of what is no backend's name, as long as the right one. */
    private static final byte STRANGE = 'Q';

    /** The same for the same metadata and seed. */
    static List<DamagedMetadata> of(byte[] right, Backend backend, MetadataChaos chaos, long seed) {
        List<DamagedMetadata> all = new ArrayList<>();
        all.add(new DamagedMetadata("none", new byte[0]));
        all.add(new DamagedMetadata("those of another backend", strange(right, backend)));
        for (int cut = 0; cut < chaos.cuts(); cut++) {
            int bytes = 1 + (int) ((long) cut * (right.length - 2) / Math.max(1, chaos.cuts() - 1));
            all.add(new DamagedMetadata(
                    "those cut to " + bytes + " of " + right.length + " bytes", Arrays.copyOf(right, bytes)));
        }
        SplittableRandom random = new SplittableRandom(seed);
        for (int flip = 0; flip < chaos.flips(); flip++) {
            byte[] flipped = right.clone();
            int at = random.nextInt(right.length);
            int bit = random.nextInt(Byte.SIZE);
            flipped[at] ^= (byte) (1 << bit);
            all.add(new DamagedMetadata("those with bit " + bit + " of byte " + at + " flipped", flipped));
        }
        return all;
    }

    private static byte[] strange(byte[] right, Backend backend) {
        byte[] name = backend.name().getBytes(StandardCharsets.US_ASCII);
        byte[] changed = right.clone();
        for (int at = 0; at + name.length <= changed.length; at++) {
            if (Arrays.equals(changed, at, at + name.length, name, 0, name.length)) {
                Arrays.fill(changed, at, at + name.length, STRANGE);
            }
        }
        return changed;
    }
}
