package org.nixlconform.environment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
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
        List<String> parts =
                new ArrayList<>(List.of("wheel", wheel.distribution(), wheel.version(), "linux_" + machine));
        // Beside the wheel as it is: to compare the two is what the fix is asked for.
        wheel.efaPrefix().ifPresent(prefix -> parts.add("efa from " + prefix));
        return of(parts);
    }

    /** Of texts that together say what is to be made. */
    static String of(List<String> parts) {
        String text = String.join("\n", parts);
        byte[] digest = algorithm().digest(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest).substring(0, FOLDER_NAME_DIGITS);
    }

    /** All of it. */
    static String ofFile(Path file) throws IOException {
        return HexFormat.of().formatHex(algorithm().digest(Files.readAllBytes(file)));
    }

    private static MessageDigest algorithm() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
