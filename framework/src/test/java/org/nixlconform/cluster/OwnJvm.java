package org.nixlconform.cluster;

import java.nio.file.Path;
import java.util.List;

/** A JVM beside the one of the tests, for what ends or changes a whole process. */
public final class OwnJvm {
    private OwnJvm() {}

    /** The words that start a program with this JVM's classes. */
    public static List<String> words(Class<?> program) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                program.getName());
    }
}
