package org.nixlconform.environment;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.nixlconform.configuration.InstallSpec.WheelInstall;

/** SHA-256, in lower-case hexadecimal. */
final class Digest {
    private static final int FOLDER_NAME_DIGITS = 16;

    private Digest() {}

    /**
     * Names the folder of an installed wheel. Python's version is not part of it: the C API does not use Python, and a
     * folder stays good when the node's Python changes or goes.
     *
     * @param machine such as {@code x86_64}
     */
    static String ofWheel(WheelInstall wheel, String machine) {
        return ofText(String.join("\n", "wheel", wheel.distribution(), wheel.version(), "linux_" + machine));
    }

    /** Names a folder that is made of what the text says. */
    static String ofText(String text) {
        byte[] digest = algorithm().digest(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest).substring(0, FOLDER_NAME_DIGITS);
    }

    private static MessageDigest algorithm() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
