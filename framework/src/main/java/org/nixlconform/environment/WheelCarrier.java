package org.nixlconform.environment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.nixlconform.cluster.Command;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.Configuration;
import org.nixlconform.configuration.InstallSpec.WheelInstall;

/**
 * Downloads a wheel on this machine and puts it on a node that cannot: the one that fits the node's Python, C library and
 * processor, not ours.
 */
final class WheelCarrier {
    private static final Duration DEADLINE = Duration.ofMinutes(10);
    private static final Duration SHORT_DEADLINE = Duration.ofSeconds(20);
    private static final Pattern GLIBC = Pattern.compile("glibc 2\\.(\\d+)");
    /** No wheel of NIXL's is for an older one. */
    private static final int OLDEST_GLIBC = 17;

    /** Nodes that are alike need one download, whichever asks first. */
    private static final Object ONE_AT_A_TIME = new Object();

    private final Node node;
    private final WheelInstall wheel;

    WheelCarrier(Node node, WheelInstall wheel) {
        this.node = node;
        this.wheel = wheel;
    }

    /**
     * @param python version of the node's, such as {@code 3.11.7}
     * @return the wheel, on the node
     * @throws IOException when this machine cannot get it either, or cannot put it there
     */
    Path carry(String python) throws IOException {
        String glibc = node.connection()
                .run(Command.of("getconf", "GNU_LIBC_VERSION"), SHORT_DEADLINE)
                .stdout();
        Matcher version = GLIBC.matcher(glibc);
        if (!version.find()) {
            throw new IOException("node " + node + " does not say which C library it has: '" + glibc.strip() + "'");
        }
        Path folder;
        synchronized (ONE_AT_A_TIME) {
            folder = download(python, Integer.parseInt(version.group(1)));
        }
        Path there = node.workFolder().resolve("wheels").resolve(String.valueOf(folder.getFileName()));
        Optional<String> failure = node.connection().send(folder, there);
        if (failure.isPresent()) {
            throw new IOException("it cannot be put on node " + node + ": " + failure.get());
        }
        return there.resolve(onlyWheel(folder).orElseThrow().getFileName());
    }

    private Path download(String python, int glibc) throws IOException {
        String[] parts = python.split("\\.", -1);
        String name = "%s-%s-cp%s%s-glibc2.%d-%s"
                .formatted(
                        wheel.distribution(),
                        wheel.version(),
                        parts[0],
                        parts[1],
                        glibc,
                        node.facts().machine());
        Path folder = Configuration.cacheFolder().resolve("wheels").resolve(name);
        if (Files.isDirectory(folder) && onlyWheel(folder).isPresent()) {
            return folder;
        }
        Files.createDirectories(folder);
        List<String> words = new ArrayList<>(List.of(
                "python3",
                "-m",
                "pip",
                "download",
                "--no-deps",
                "--only-binary=:all:",
                "--no-input",
                "--progress-bar=off",
                "--disable-pip-version-check",
                "--implementation=cp",
                "--python-version=" + parts[0] + "." + parts[1],
                "--dest=" + folder));
        for (int minor = glibc; minor >= OLDEST_GLIBC; minor--) {
            words.add("--platform=manylinux_2_" + minor + "_" + node.facts().machine());
        }
        words.add(wheel.distribution() + "==" + wheel.version());
        run(words);
        if (onlyWheel(folder).isEmpty()) {
            throw new IOException("pip download left no wheel in " + folder);
        }
        return folder;
    }

    private static Optional<Path> onlyWheel(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".whl")).min(Comparator.naturalOrder());
        }
    }

    private static void run(List<String> words) throws IOException {
        Path output = Files.createTempFile("nixlconform-download", ".log");
        try {
            Process pip = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!pip.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
                pip.destroyForcibly();
                throw new IOException("pip download did not end within " + DEADLINE.toMinutes() + " min");
            }
            if (pip.exitValue() != 0) {
                String last =
                        Files.readString(output, StandardCharsets.UTF_8).lines().reduce("", (first, second) -> second);
                throw new IOException(InstallFailure.withoutCredentials(last));
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", ending);
        } finally {
            Files.deleteIfExists(output);
        }
    }
}
