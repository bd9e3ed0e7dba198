package org.nixlconform.binding;

import com.sun.jna.Function;

/** What a native library does that prints. */
public final class NativeNoise {
    private NativeNoise() {}

    /** {@code puts} of the C library, not flushed: on descriptor 1, whatever Java's standard output is. */
    public static void puts(String text) {
        Function.getFunction("c", "puts").invokeInt(new Object[] {text});
    }
}
