package org.nixlconform.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/**
 * The folder that holds all that a node needs to run our programs: a JVM, jars and native libraries. Made by the build of
 * module {@code native}. Its {@code start} script holds the flags and the class path, because the class archive is
 * valid only for the very class path that it was made with.
 */
public final class EngineBundle {
    private static final String MAIN_CLASS = "org.nixlconform.engine.process.Main";
    /** {@code engine.jsa} is not among them: an engine starts without it, only later. */
    private static final List<String> PIECES = List.of(
            "start",
            "runtime/bin/java",
            "jars/nixlconform-native.jar",
            "lib/libnixlconform.so",
            "lib/libnixlconform_fault.so",
            "lib/libjnidispatch.so");

    private final Path folder;

    private EngineBundle(Path folder) {
        this.folder = folder;
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

    public Path folder() {
        return folder;
    }

    /** What stands in for NIXL's library where faults are planted. */
    public Path faultLibrary() {
        return folder.resolve("lib").resolve("libnixlconform_fault.so");
    }

    /**
     * The words that start a program.
     *
     * @param evidence folder for the JVM's error file, should it crash
     * @param program as {@code Main} knows it, such as {@code probe}
     */
    public List<String> command(Path evidence, String program, List<String> arguments) {
        List<String> words = new ArrayList<>();
        words.add(folder.resolve("start").toString());
        words.add("-XX:ErrorFile=" + evidence.toAbsolutePath().resolve("hs_err_%p.log"));
        words.add(MAIN_CLASS);
        words.add(program);
        words.addAll(arguments);
        return List.copyOf(words);
    }
}
