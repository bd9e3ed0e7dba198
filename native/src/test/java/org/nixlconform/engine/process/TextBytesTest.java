package org.nixlconform.engine.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TextBytesTest {
    private static TextBytes of(byte[] bytes, int chunkBytes) {
        TextBytes text = new TextBytes();
        for (int from = 0; from < bytes.length; from += chunkBytes) {
            text.count(bytes, from, Math.min(bytes.length, from + chunkBytes));
        }
        return text;
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    @Test
    void textInAnyScriptWithColoursIsText() {
        byte[] text = "Gerät\t中 😀 \u001b[31mred\u001b[0m\r\n".getBytes(UTF_8);
        for (int chunkBytes = 1; chunkBytes <= text.length; chunkBytes++) {
            assertThat(of(text, chunkBytes).notText()).isZero();
        }
    }

    @Test
    void whatIsNoTextIsCountedAndShown() {
        byte[] mixed = bytes('a', 0x00, 'b', 0xff, 0xf0, 0x9f, 0x98, 'c', 0x80, 0x7f, 0xc3, 0xa4);
        for (int chunkBytes = 1; chunkBytes <= mixed.length; chunkBytes++) {
            TextBytes text = of(mixed, chunkBytes);
            assertThat(text.notText()).isEqualTo(7);
            assertThat(text.firstNotText()).isEqualTo("00 ff f0 9f 98 80 7f");
        }
    }

    @Test
    void aCharacterThatWasNotReadToItsEndIsNotYetNone() {
        assertThat(of(bytes('a', 0xf0, 0x9f, 0x98), 2).notText()).isZero();
    }

    @Test
    void onlySixteenAreShown() {
        assertThat(of(new byte[1000], 7).notText()).isEqualTo(1000);
        assertThat(of(new byte[1000], 7).firstNotText()).hasSize(16 * 3 - 1);
    }

    /** Some is text by chance, never all of it. */
    @Test
    void noiseIsNoText() {
        SplittableRandom random = new SplittableRandom(1);
        for (int round = 0; round < 200; round++) {
            byte[] noise = new byte[1000];
            random.nextBytes(noise);
            assertThat(of(noise, 1 + random.nextInt(100)).notText()).isBetween(400L, 1000L);
        }
    }
}
