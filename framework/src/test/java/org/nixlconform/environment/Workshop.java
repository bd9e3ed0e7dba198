package org.nixlconform.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What tests of installations make with the programs of this machine. */
final class Workshop {
    private static final int MINUTES = 5;

    private Workshop() {}

    /** A virtual environment, which stands for a Python of the system. It takes pip from the one that it is made by. */
    static Path python(Path folder) throws Exception {
        run(folder, "python3", "-m", "venv", "--without-pip", "--system-site-packages", folder.toString());
        return folder.resolve("bin/python");
    }

    /** Installs wheels of a folder, also over what is there. */
    static void pip(Path python, Path index, String... requirements) throws Exception {
        List<String> words = new ArrayList<>(List.of(
                python.toString(),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-index",
                "--force-reinstall",
                "--no-compile"));
        words.add("--find-links=" + index);
        words.addAll(List.of(requirements));
        run(index, words.toArray(String[]::new));
    }

    /** A folder whose {@code bin} holds meson and ninja; kept between runs. */
    static Path mesonTools() throws Exception {
        Path folder = Path.of("target", "meson-tools").toAbsolutePath();
        if (!Files.exists(folder.resolve("complete"))) {
            Path python = python(folder);
            boolean installed = succeeds(
                    folder,
                    python.toString(),
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--ignore-installed",
                    "meson",
                    "ninja");
            if (!installed && System.getenv("NIXLCONFORM_REQUIRE_MESON") == null) {
                assumeTrue(false, "meson and ninja cannot be installed: no way to a package index");
            }
            assertThat(installed).as("meson and ninja are installed").isTrue();
            Files.writeString(folder.resolve("complete"), "");
        }
        return folder.resolve("bin");
    }

    /**
     * A shared library.
     *
     * @param versions that it defines, oldest first
     * @param options of the compiler
     */
    static Path library(Path file, String source, List<String> versions, String... options) throws Exception {
        Files.createDirectories(file.resolveSibling(""));
        Path work = Files.createTempDirectory(file.resolveSibling(""), "compile");
        StringBuilder map = new StringBuilder();
        String last = "";
        for (String version : versions) {
            map.append("%s { global: %s; %s } %s;\n"
                    .formatted(
                            version,
                            version.replace('.', '_').toLowerCase(),
                            last.isEmpty() ? "local: none;" : "",
                            last));
            last = version;
        }
        StringBuilder code = new StringBuilder(source);
        versions.forEach(version -> code.append(
                "void %s(void) {}\n".formatted(version.replace('.', '_').toLowerCase())));
        Path text = Files.writeString(work.resolve("code.c"), code);
        List<String> words = new ArrayList<>(List.of(
                "cc", "-shared", "-fPIC", "-Wl,-soname," + file.getFileName(), "-o", file.toString(), text.toString()));
        if (!versions.isEmpty()) {
            words.add("-Wl,--version-script=" + Files.writeString(work.resolve("map"), map));
        }
        words.addAll(List.of(options));
        run(work, words.toArray(String[]::new));
        run(work, "rm", "-rf", work.toString());
        return file;
    }

    static void run(Path folder, String... words) throws Exception {
        assertThat(succeeds(folder, words)).as(String.join(" ", words)).isTrue();
    }

    private static boolean succeeds(Path folder, String... words) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Process process =
                new ProcessBuilder(words).directory(folder.toFile()).inheritIO().start();
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            return false;
        }
        return process.exitValue() == 0;
    }
}
