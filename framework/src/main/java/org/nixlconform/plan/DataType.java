package org.nixlconform.plan;

import java.util.Locale;

/** Element type of the cache. */
public enum DataType {
    FP8(1),
    BF16(2),
    FP16(2),
    FP32(4);

    private final int bytes;

    DataType(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
