package org.nixlconform.binding;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A shared library made of a few lines of C, with the compiler that the build needs anyway. */
final class TinyLibrary {
    private TinyLibrary() {}

    static Path compile(Path folder, String name, String c) throws IOException, InterruptedException {
        Path source = Files.writeString(folder.resolve(name + ".c"), c);
        Path library = folder.resolve("lib" + name + ".so");
        Path log = folder.resolve(name + ".log");
        Process compiler = new ProcessBuilder(List.of(
                        compiler(), "-x", "c", "-w", "-shared", "-fPIC", "-o", library.toString(), source.toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(compiler.waitFor()).as(() -> readable(log)).isZero();
        return library;
    }

    private static String compiler() {
        return Stream.of(System.getenv("CXX"), "c++", "g++", "clang++")
                .filter(Objects::nonNull)
                .filter(TinyLibrary::onPath)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no C++ compiler, which the build needs"));
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder).resolve(program)));
    }

    private static String readable(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException gone) {
            return gone.toString();
        }
    }
}
