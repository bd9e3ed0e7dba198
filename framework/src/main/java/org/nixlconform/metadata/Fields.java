package org.nixlconform.metadata;

import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Fields of one part of the metadata, one after the other: each is a tag, the length of its value in eight bytes, little
 * end first, the value, and a bar. After the first flaw in any part there is no more field in any.
 */
final class Fields {
    static final String OPENING = "nixlSerDes|";

    private static final HexFormat HEX = HexFormat.of();
    private static final int LENGTH_BYTES = Long.BYTES;
    private static final int SHOWN_BYTES = 16;
    private static final int LONGEST_TEXT = 100;

    /** The first flaw of all parts. */
    private static final class Found {
        @Nullable
        Flaw flaw;
    }

    private final byte[] bytes;
    private final int end;
    private final Found found;
    private int at;

    Fields(byte[] bytes) {
        this(bytes, 0, bytes.length, new Found());
    }

    private Fields(byte[] bytes, int at, int end, Found found) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
        this.found = found;
    }

    Optional<Flaw> flaw() {
        return Optional.ofNullable(found.flaw);
    }

    boolean isWhole() {
        return found.flaw == null;
    }

    /** Bytes from here to the end of the part. */
    int left() {
        return end - at;
    }

    /** Steps over the name of the format, with which each stream of fields opens. */
    void open(String part) {
        if (stands(OPENING)) {
            at += OPENING.length();
        } else {
            lack(OPENING, OptionalInt.empty(), "does not open " + part + ", " + standing());
        }
    }

    /** Whether the next field has this tag. */
    boolean stands(String tag) {
        if (!isWhole() || left() < tag.length()) {
            return false;
        }
        for (int i = 0; i < tag.length(); i++) {
            if (bytes[at + i] != tag.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The value of the next field, which must have this tag; empty after a flaw. */
    Optional<Fields> next(String tag) {
        return next(tag, tag, OptionalInt.empty());
    }

    /** @param name instead of the tag, for one that has none */
    Optional<Fields> next(String tag, String name, OptionalInt rail) {
        if (!isWhole()) {
            return Optional.empty();
        }
        if (!stands(tag)) {
            return lack(name, rail, "is missing, " + standing());
        }
        long room = left() - tag.length() - LENGTH_BYTES - 1L;
        if (room < 0) {
            return lack(name, rail, "is cut off, the data end at byte " + end);
        }
        int value = at + tag.length() + LENGTH_BYTES;
        long length = number(value - LENGTH_BYTES, LENGTH_BYTES);
        if (length < 0 || length > room) {
            return lack(name, rail, "declares " + Long.toUnsignedString(length) + " bytes, " + room + " are left");
        }
        int after = value + (int) length;
        if (bytes[after] != '|') {
            return lack(name, rail, "is not closed at byte " + after);
        }
        at = after + 1;
        return Optional.of(new Fields(bytes, value, after, found));
    }

    /** The next field, whose value must have as many bytes; little end first. */
    Optional<Long> nextNumber(String tag, int length, OptionalInt rail) {
        Optional<Fields> value = next(tag, tag, rail);
        if (value.isPresent() && value.get().left() != length) {
            lack(tag, rail, "has " + value.get().left() + " bytes, not " + length);
            return Optional.empty();
        }
        return value.map(field -> number(field.at, length));
    }

    /** Steps over the next bytes of a value, of which there must be as many, little end first. */
    long takeNumber(int length) {
        long number = number(at, length);
        at += length;
        return number;
    }

    /** All that is left, as one text: printable, and not longer than a name. */
    String text() {
        String whole = shown(Math.min(left(), LONGEST_TEXT));
        return left() > LONGEST_TEXT ? whole + "..." : whole;
    }

    /** Notes a flaw, if it is the first. @return nothing, for whoever must return a value */
    <T> Optional<T> lack(String tag, OptionalInt rail, String what) {
        if (found.flaw == null) {
            found.flaw = new Flaw(tag, rail, what);
        }
        return Optional.empty();
    }

    /** {@code the data end at byte 310}, or what stands there. */
    String standing() {
        return left() == 0
                ? "the data end at byte " + end
                : "at byte " + at + " stands \"" + shown(Math.min(left(), SHOWN_BYTES)) + "\"";
    }

    private String shown(int length) {
        StringBuilder shown = new StringBuilder();
        for (int i = at; i < at + length; i++) {
            if (bytes[i] >= ' ' && bytes[i] < 127) {
                shown.append((char) bytes[i]);
            } else {
                shown.append("\\x").append(HEX.toHexDigits(bytes[i]));
            }
        }
        return shown.toString();
    }

    private long number(int from, int length) {
        long number = 0;
        for (int i = length - 1; i >= 0; i--) {
            number = (number << 8) | (bytes[from + i] & 0xff);
        }
        return number;
    }
}
