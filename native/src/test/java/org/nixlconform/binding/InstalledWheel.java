package org.nixlconform.binding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The C interface of a NIXL wheel that a conformance run installed for this user, if one did. */
public final class InstalledWheel {
    private static final Path ENVIRONMENTS =
            Path.of(System.getProperty("user.home"), ".cache", "nixlconform", "environments");

    /** For an assumption: why a test with real NIXL cannot be. */
    public static final String ABSENT = "no libnixl_capi.so below " + ENVIRONMENTS
            + "; a conformance run (mvn verify -Dcluster=local) installs one";

    private InstalledWheel() {}

    public static Optional<Path> library() throws IOException {
        if (!Files.isDirectory(ENVIRONMENTS)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.walk(ENVIRONMENTS, 3)) {
            return files.filter(file -> file.endsWith("libnixl_capi.so"))
                    .sorted()
                    .findFirst();
        }
    }
}
