package org.nixlconform.engine.process;

/**
 * Counts bytes that are no text: neither UTF-8 nor a control character that a terminal knows. A character may begin in one
 * read and end in the next.
 */
final class TextBytes {
    private static final int SHOWN = 16;
    private static final String TERMINAL_CONTROLS = "\t\n\r\b\f\u001b";

    private final byte[] first = new byte[SHOWN];
    /** Of a character that has begun. */
    private final byte[] begun = new byte[3];

    private int begunBytes;
    private int following;
    private long notText;

    void count(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            byte each = bytes[i];
            if (following == 0 && each >= ' ' && each != 127) {
                continue;
            }
            take(each);
        }
    }

    private void take(byte each) {
        boolean continues = (each & 0xc0) == 0x80;
        if (following > 0 && continues) {
            following--;
            begun[begunBytes++] = each;
            if (following == 0) {
                begunBytes = 0;
            }
            return;
        }
        for (int i = 0; i < begunBytes; i++) {
            no(begun[i]);
        }
        begunBytes = 0;
        following = following(each & 0xff);
        if (following > 0) {
            begun[begunBytes++] = each;
        } else if (each < 0 || each == 127 || (each < ' ' && TERMINAL_CONTROLS.indexOf(each) < 0)) {
            no(each);
        }
    }

    /** How many bytes the character has that begins so, but for this one. */
    private static int following(int lead) {
        if (lead >= 0xc2 && lead <= 0xdf) {
            return 1;
        }
        return lead >= 0xe0 && lead <= 0xef ? 2 : lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;
    }

    private void no(byte each) {
        if (notText < SHOWN) {
            first[(int) notText] = each;
        }
        notText++;
    }

    /** Without a character that has begun and not ended. */
    long notText() {
        return notText;
    }

    /** In hexadecimal, at most 16. */
    String firstNotText() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(notText, SHOWN); i++) {
            text.append(text.length() == 0 ? "" : " ").append(String.format("%02x", first[i]));
        }
        return text.toString();
    }
}
