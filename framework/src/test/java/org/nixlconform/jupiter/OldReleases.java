package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What runs with the first wheels of NIXL need on a machine that has neither GPUs nor EFA. */
final class OldReleases {
    static final String PLUGINS_OF_CUDA =
            "these releases load every plug-in of the wheel, and say so where one wants libraries of CUDA";
    static final String NO_SUCH_OPTION = "the sockets provider has no such option";

    private static final Path ENVIRONMENTS = Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
            .map(Path::of)
            .orElse(Path.of(System.getProperty("user.home"), ".cache"))
            .resolve("nixlconform/environments");

    private OldReleases() {}

    /**
     * Libraries that say that there is no CUDA device: the plug-ins do not load without the driver's.
     *
     * @param folder made if absent
     */
    static Path standInsForCuda(Path folder) throws Exception {
        Files.createDirectories(folder);
        compile(folder, "cuda.c", "libcuda.so.1");
        compile(folder, "cudart.c", "libcudart.so.12", "-Wl,--version-script=" + resource(folder, "cudart.map"));
        return folder;
    }

    /**
     * The folder into which a run on this machine installed a wheel.
     *
     * @param wheel such as {@code nixl_cu12-1.5.1}
     */
    static Path unpacked(String wheel) throws IOException {
        try (Stream<Path> folders = Files.walk(ENVIRONMENTS, 2)) {
            return folders.filter(folder -> folder.endsWith(wheel + ".dist-info"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + wheel + ".dist-info in a folder of " + ENVIRONMENTS))
                    .getParent();
        }
    }

    /** Where the wheel of 0.6.1 keeps the libraries that it brings. */
    static Path bundledWith061() throws IOException {
        return unpacked("nixl-0.6.1").resolve("nixl.libs");
    }

    static void copyBundled(String prefix, Path copy) throws IOException {
        try (Stream<Path> files = Files.list(bundledWith061())) {
            Path file = files.filter(each -> each.getFileName().toString().startsWith(prefix))
                    .findFirst()
                    .orElseThrow();
            Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /**
     * An installation of EFA's software that works: the libraries of the wheel of 0.6.1 under the names of the system's.
     * Where it is names the environments with it, so it is the same in every run.
     */
    static Path efaPrefix() throws IOException {
        Path prefix = Path.of("target", "efa-that-works").toAbsolutePath();
        Path lib = Files.createDirectories(prefix.resolve("lib"));
        for (String name : List.of("libfabric", "libefa", "libibverbs")) {
            copyBundled(name + "-", lib.resolve(name + ".so.1"));
        }
        return prefix;
    }

    /** Holds every file of an unpacked wheel of 0.6.1 against the wheel's own list. */
    static void assertAsRecorded(Path folder) throws Exception {
        List<String> recorded = Files.readAllLines(folder.resolve("nixl-0.6.1.dist-info/RECORD")).stream()
                .filter(line -> line.contains(",sha256=") && !line.startsWith("../"))
                .toList();
        assertThat(recorded).anyMatch(line -> line.startsWith("nixl.libs/libfabric-"));
        for (String line : recorded) {
            String[] columns = line.split(",", -1);
            Path file = folder.resolve(columns[0]);
            assertThat(file).isRegularFile();
            assertThat(Files.isSymbolicLink(file)).as("%s is a link", file).isFalse();
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            assertThat("sha256=" + Base64.getUrlEncoder().withoutPadding().encodeToString(digest))
                    .as("%s", file)
                    .isEqualTo(columns[1]);
        }
    }

    private static void compile(Path folder, String source, String library, String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of("c++", "-x", "c", "-shared", "-fPIC", "-O1"));
        words.addAll(List.of(resource(folder, source).toString(), "-Wl,-soname," + library));
        words.addAll(List.of(options));
        words.addAll(List.of("-o", folder.resolve(library).toString()));
        Process compiler = new ProcessBuilder(words).inheritIO().start();
        assertThat(compiler.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(compiler.exitValue()).as("%s", words).isZero();
    }

    private static Path resource(Path folder, String name) throws IOException {
        Path copy = folder.resolve(name);
        try (InputStream source = OldReleases.class.getResourceAsStream("/standin/" + name)) {
            Files.copy(source, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        return copy;
    }
}
