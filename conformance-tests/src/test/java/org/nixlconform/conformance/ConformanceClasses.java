package org.nixlconform.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.platform.commons.support.AnnotationSupport;
import org.nixlconform.jupiter.PlanReader;
import org.nixlconform.jupiter.TransferTest;
import org.nixlconform.plan.Planned;

/** Every method that failsafe would run, with its cells, read without a cluster. */
final class ConformanceClasses {

    /** @param cells as the annotations, or the program that they name, give them */
    record Case(Method method, List<Planned> cells) {
        /** As {@code requirements.yaml} writes it. */
        String label() {
            return method.getDeclaringClass().getSimpleName() + "#" + method.getName();
        }

        /** The requirement, from the plans: so it is found where a program gives it, too. */
        List<String> requirements() {
            return cells.stream()
                    .flatMap(cell -> cell instanceof Planned.Possible possible
                            ? possible.plan().requirement().stream()
                            : Stream.empty())
                    .distinct()
                    .toList();
        }
    }

    private ConformanceClasses() {}

    static List<Case> cases() {
        return classes().stream()
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods())
                        .filter(method -> AnnotationSupport.isAnnotated(method, TransferTest.class))
                        .sorted(Comparator.comparing(Method::getName))
                        .map(method -> new Case(method, PlanReader.read(method, type))))
                .toList();
    }

    static Case of(Class<?> type) {
        return cases().stream()
                .filter(each -> each.method().getDeclaringClass() == type)
                .findFirst()
                .orElseThrow();
    }

    static List<Class<?>> classes() {
        try (Stream<Path> files = Files.walk(output())) {
            return files.filter(file -> file.getFileName().toString().endsWith("Conformance.class"))
                    .sorted()
                    .<Class<?>>map(ConformanceClasses::load)
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Class<?> load(Path file) {
        String path = output().relativize(file).toString();
        try {
            return Class.forName(
                    path.substring(0, path.length() - ".class".length()).replace('/', '.'));
        } catch (ClassNotFoundException vanished) {
            throw new IllegalStateException(vanished);
        }
    }

    /** Where main code is compiled to. */
    private static Path output() {
        try {
            return Path.of(SmokeConformance.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException malformed) {
            throw new IllegalStateException(malformed);
        }
    }

    /** The project's folder. Maven says it; without Maven, the folder above that has docs. */
    static Path root() {
        Path start = Path.of(Optional.ofNullable(System.getProperty("root")).orElse(""))
                .toAbsolutePath();
        return Stream.iterate(start, folder -> folder != null, Path::getParent)
                .filter(folder -> Files.isDirectory(folder.resolve("conformance-tests")))
                .findFirst()
                .orElseThrow();
    }
}
