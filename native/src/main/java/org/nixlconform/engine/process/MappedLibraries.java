package org.nixlconform.engine.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The libraries that this process has mapped. */
final class MappedLibraries {
    private MappedLibraries() {}

    /** By path, in order; those of the Java runtime left out. None where that cannot be read. */
    static List<String> now() {
        String runtime = System.getProperty("java.home");
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.indexOf('/') >= 0)
                    .map(line -> line.substring(line.indexOf('/')))
                    .filter(file -> file.contains(".so") && !file.startsWith(runtime))
                    .distinct()
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    /** NIXL's plug-in for a backend; of several, which there should not be, all. */
    static List<String> pluginOf(String backend) {
        return now().stream()
                .filter(file -> file.endsWith("/libplugin_" + backend + ".so"))
                .toList();
    }
}
