package org.nixlconform.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/**
 * The folder that holds all that a node needs to run our programs: a JVM, jars and native libraries. Made by the build of
 * module {@code native}. Its {@code start} script holds the flags and the class path, because the class archive is
 * valid only for the very class path that it was made with.
 */
public final class EngineBundle {
    static final String NODE_PROGRAM = "node";
    public static final String WARDEN_PROGRAM = "warden";
    static final String ARCHIVE = "engine.jsa";
    private static final int DIGEST_DIGITS = 16;
    private static final String MAIN_CLASS = "org.nixlconform.engine.process.Main";
    /** All of it: the start script has 48 MiB at most, and how much of it a JVM takes at first depends on the machine. */
    private static final List<String> WHOLE_HEAP = List.of("-Xms48m", "-XX:+AlwaysPreTouch");

    /** {@code engine.jsa} is not among them: an engine starts without it, only later. */
    private static final List<String> PIECES = List.of(
            "start",
            "runtime/bin/java",
            "jars/nixlconform-native.jar",
            "lib/libnixlconform.so",
            "lib/libnixlconform_cuda.so",
            "lib/libnixlconform_fabric.so",
            "lib/libnixlconform_fault.so",
            "lib/libnixlconform_shim.so",
            "lib/libnixlconform_simulated_gpu.so",
            "lib/libjnidispatch.so",
            "shim/build.sh",
            "fabric/p4d.xml",
            "fabric/p5.xml");

    private final Path folder;

    private EngineBundle(Path folder) {
        this.folder = folder;
    }

    /**
     * @param root of an unpacked archive, which has it in {@code engine}, or of a checkout, where the build leaves it in {@code
     *     native/target/engine}
     * @throws FindingException when a piece is missing
     */
    public static EngineBundle below(Path root) {
        Path unpacked = root.resolve("engine");
        return in(
                Files.isDirectory(unpacked)
                        ? unpacked
                        : root.resolve("native").resolve("target").resolve("engine"));
    }

    /**
     * @param folder {@code native/target/engine}
     * @throws FindingException when a piece is missing
     */
    public static EngineBundle in(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        List<String> missing = PIECES.stream()
                .filter(piece -> !Files.exists(absolute.resolve(piece)))
                .toList();
        if (!missing.isEmpty()) {
            throw new FindingException(
                    Finding.of(FindingKind.PREREQUISITE, "cluster", "the engine that is shipped to nodes is not built")
                            .with("expected", String.join(", ", PIECES))
                            .with("actual", "missing: " + String.join(", ", missing))
                            .with("where", absolute)
                            .with("remedy", "mvn -q -pl native process-classes"));
        }
        return new EngineBundle(absolute);
    }

    /** As it was put on another node. */
    static EngineBundle at(Path onNode) {
        return new EngineBundle(onNode);
    }

    /**
     * Of what is in it, but for {@value #ARCHIVE}, which is made anew wherever the folder lies: names a folder on a node
     * that never changes. Of each file two checksums are in it that any JVM computes at the speed of memory: a digest of
     * the bytes themselves would take a new JVM as long as to reach a node, and nobody forges our own build.
     */
    String digest() {
        try (Stream<Path> all = Files.walk(folder.toRealPath())) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                String name = folder.toRealPath().relativize(file).toString();
                if (name.equals(ARCHIVE)) {
                    continue;
                }
                CRC32 crc32 = new CRC32();
                CRC32C crc32c = new CRC32C();
                try (InputStream in = Files.newInputStream(file)) {
                    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                        crc32.update(buffer, 0, count);
                        crc32c.update(buffer, 0, count);
                    }
                }
                String line =
                        name + "\0" + Files.size(file) + "\0" + crc32.getValue() + "\0" + crc32c.getValue() + "\n";
                digest.update(line.getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest()).substring(0, DIGEST_DIGITS);
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new FindingException(
                    Finding.of(
                                    FindingKind.PREREQUISITE,
                                    "cluster",
                                    "the engine that is shipped to nodes cannot be read")
                            .with("actual", e)
                            .with("where", folder),
                    e);
        }
    }

    public Path folder() {
        return folder;
    }

    /** What stands in for NIXL's library where faults are planted. */
    public Path faultLibrary() {
        return folder.resolve("lib").resolve("libnixlconform_fault.so");
    }

    /** What stands in for NIXL's library where a release has none. */
    public Path shimLibrary() {
        return folder.resolve("lib").resolve("libnixlconform_shim.so");
    }

    /** Builds such a library for one release: the script is given a folder of headers and a file to make. */
    public Path shimBuild() {
        return folder.resolve("shim").resolve("build.sh");
    }

    /** What stands in front of libfabric, and shows it as several devices where it is asked to. */
    public Path fabricLibrary() {
        return folder.resolve("lib").resolve("libnixlconform_fabric.so");
    }

    /** What stands in for the CUDA driver's library on a node without it. */
    public Path cudaStandIn() {
        return folder.resolve("lib").resolve("libnixlconform_cuda.so");
    }

    /** @param name of a machine, such as {@code p5}; its topology as hwloc reads it */
    public Path fabricTopology(String name) {
        return folder.resolve("fabric").resolve(name + ".xml");
    }

    /**
     * The words that start a program.
     *
     * @param evidence folder for the JVM's error file, should it crash
     * @param program as {@code Main} knows it, such as {@code probe}
     */
    public List<String> command(Path evidence, String program, List<String> arguments) {
        return command(evidence, List.of(), program, arguments);
    }

    /**
     * The words that start a rank.
     *
     * @param wholeHeap whether the JVM holds all of its heap before anything else, and does not take it bit by bit
     */
    public List<String> rank(Path evidence, boolean wholeHeap) {
        return command(evidence, wholeHeap ? WHOLE_HEAP : List.of(), "rank", List.of());
    }

    private List<String> command(Path evidence, List<String> options, String program, List<String> arguments) {
        List<String> words = new ArrayList<>();
        words.add(folder.resolve("start").toString());
        words.addAll(options);
        if (program.equals(WARDEN_PROGRAM)) {
            // It may have the desk, whose ledger has hundreds of thousands of requests.
            words.add("-Xmx256m");
        }
        if (program.equals(NODE_PROGRAM)) {
            // It carries what commands write, up to some megabytes at a time; ranks carry nothing.
            words.add("-Xmx256m");
            // Its commands are many and short: one program less to start for each.
            words.add("-Djdk.lang.Process.launchMechanism=VFORK");
        }
        words.add("-XX:ErrorFile=" + evidence.toAbsolutePath().resolve("hs_err_%p.log"));
        words.add(MAIN_CLASS);
        words.add(program);
        words.addAll(arguments);
        return List.copyOf(words);
    }
}
