package org.nixlconform.engine.process;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a JVM is started with the engine's flags and class path: from the engine's folder, or from this test's class path. */
final class EngineProgram {
    private static final Path LIBRARY = Path.of(System.getProperty("nixlconform.library"));

    private EngineProgram() {}

    /** A program of {@link Main}. */
    static List<String> command(String... arguments) {
        return command(List.of(), Main.class, arguments);
    }

    /** @param main also one of our tests */
    static List<String> command(List<String> options, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        Path engine = LIBRARY.getParent().getParent();
        String classes = folderOf(EngineProgram.class) + File.pathSeparator;
        if (Files.isExecutable(engine.resolve("start"))) {
            command.add(engine.resolve("start").toString());
            classes += engine.resolve("jars/nixlconform-native.jar");
        } else {
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx48m"));
            command.add("-Dnixlconform.library=" + LIBRARY);
            classes += System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
            command.addAll(List.of("-cp", classes));
        }
        command.addAll(options);
        if (main != Main.class) {
            command.addAll(List.of("-cp", classes));
        }
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    private static Path folderOf(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
