package org.nixlconform.environment;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.nixlconform.configuration.EnvironmentSpec.WheelInstall;

/** SHA-256, in lower-case hexadecimal. */
final class Digest {
    private static final int FOLDER_NAME_DIGITS = 16;

    private Digest() {}

    static String sha256(Path file) throws IOException {
        MessageDigest digest = algorithm();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Names the folder of an installed wheel. Python's version is not part of it: the C API does not use Python, and a
     * folder stays good when the node's Python changes or goes.
     *
     * @param machine such as {@code x86_64}
     */
    static String ofWheel(WheelInstall wheel, String machine) {
        String text = String.join("\n", "wheel", wheel.distribution(), wheel.version(), "linux_" + machine);
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
