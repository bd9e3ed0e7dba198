package org.nixlconform.jupiter;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.nixlconform.report.TransferReport;

/**
 * A run of its own of fixture classes through JUnit, in a project folder of its own, as {@code mvn verify} makes one.
 * Fixtures are nested classes: no build picks them up.
 */
final class ConformanceKit {
    private static final List<String> PROPERTIES = List.of(
            "root",
            "cluster",
            "cells",
            "backends",
            "level",
            "nixl.versions",
            "list",
            "work",
            "verbose",
            "canaries",
            "replay");

    private final Path root;
    private final Map<String, String> properties = new HashMap<>();
    private Optional<Path> engine = Optional.empty();

    /** @param root an empty folder */
    ConformanceKit(Path root) {
        this.root = root;
        properties.put("root", root.toString());
        // Engines that a run starts before its first cell would cost each of these tests some seconds.
        properties.put("canaries", "off");
        write("config/clusters/local.yaml", """
                nodes:
                  - {name: here, connection: local}
                environments: [nixl]
                """);
        write("config/environments/nixl.yaml", """
                install: {mode: wheel, distribution: nixl-cu12, version: 1.5.1}
                backends: [UCX]
                """);
    }

    Path root() {
        return root;
    }

    ConformanceKit write(String file, String text) {
        try {
            Path path = root.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
            return this;
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    /** The one of this project: every run starts our program on its nodes. */
    ConformanceKit withEngine() {
        return withEngine(LiveProject.projectFolder().resolve("native/target/engine"));
    }

    /** @param built the real one, in another project folder */
    ConformanceKit withEngine(Path built) {
        engine = Optional.of(built);
        return this;
    }

    ConformanceKit with(String property, String value) {
        properties.put(property, value);
        return this;
    }

    /** How something ended. @param message of what it threw, empty if it threw nothing */
    record Ended(String name, Status status, String message, Optional<Throwable> thrown) {
        private static Ended of(Event event) {
            TestExecutionResult result = event.getRequiredPayload(TestExecutionResult.class);
            return new Ended(
                    event.getTestDescriptor().getDisplayName(),
                    result.getStatus(),
                    result.getThrowable().map(Throwable::getMessage).orElse(""),
                    result.getThrowable());
        }

        @Override
        public String toString() {
            return name + ": " + status + (message.isEmpty() ? "" : " " + message);
        }
    }

    /** @param cells the tests that JUnit ran @param methods the methods that gave them */
    record Run(List<Ended> cells, List<Ended> methods, String console, RecordingReporter reporter) {

        Ended cell(String part) {
            return only(
                    cells.stream().filter(cell -> cell.name().contains(part)).toList(), part, cells);
        }

        Ended cell(TransferReport report) {
            return only(
                    cells.stream()
                            .filter(cell -> cell.name().equals(report.cell()))
                            .toList(),
                    report.cell(),
                    cells);
        }

        Ended method(String name) {
            return only(
                    methods.stream()
                            .filter(method -> method.name().startsWith(name + "("))
                            .toList(),
                    name,
                    methods);
        }

        /** Of a cell that belongs to one method. */
        TransferReport report(String method) {
            return only(
                    reporter.published().stream()
                            .filter(report -> report.testMethod().equals(method))
                            .toList(),
                    method,
                    reporter.published().stream()
                            .map(TransferReport::testMethod)
                            .toList());
        }

        /** Of the cell of a method in one of several environments. */
        TransferReport report(String method, String environment) {
            return only(
                    reporter.published().stream()
                            .filter(report -> report.testMethod().equals(method)
                                    && report.environment().equals(Optional.of(environment)))
                            .toList(),
                    method + " in " + environment,
                    reporter.published().stream().map(TransferReport::cell).toList());
        }

        private static <T> T only(List<T> found, String what, List<?> all) {
            if (found.size() != 1) {
                throw new AssertionError(found.size() + " of these are " + what + ": " + all);
            }
            return found.get(0);
        }
    }

    Run run(Class<?>... fixtures) {
        return inTheProject(printed -> {
            EngineExecutionResults results = EngineTestKit.engine("junit-jupiter")
                    .selectors(selectors(fixtures))
                    .execute();
            return new Run(
                    ended(results.testEvents().finished().stream()),
                    ended(results.containerEvents().finished().stream()),
                    printed.toString(StandardCharsets.UTF_8),
                    RecordingReporter.last());
        });
    }

    /** In a session of JUnit's launcher, as a build does it; what became of single tests is not in the result. */
    Run launch(Class<?>... fixtures) {
        return inTheProject(printed -> {
            try (LauncherSession session = LauncherFactory.openSession()) {
                session.getLauncher()
                        .execute(LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectors(fixtures))
                                .build());
            }
            return new Run(List.of(), List.of(), printed.toString(StandardCharsets.UTF_8), RecordingReporter.last());
        });
    }

    private static ClassSelector[] selectors(Class<?>... fixtures) {
        return Stream.of(fixtures).map(fixture -> selectClass(fixture)).toArray(ClassSelector[]::new);
    }

    private Run inTheProject(Function<ByteArrayOutputStream, Run> running) {
        Map<String, @Nullable String> before = new HashMap<>();
        PROPERTIES.forEach(name -> before.put(name, System.getProperty(name)));
        PrintStream console = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        RecordingReporter.forget();
        PROPERTIES.forEach(name -> set(name, properties.get(name)));
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        Path link = root.resolve("native/target/engine");
        try {
            if (engine.isPresent()) {
                Files.createDirectories(link.getParent());
                Files.createSymbolicLink(link, engine.get());
            }
            return running.apply(printed);
        } catch (IOException unlinked) {
            throw new UncheckedIOException(unlinked);
        } finally {
            System.setOut(console);
            before.forEach(ConformanceKit::set);
            unlink(link);
        }
    }

    /** Or whoever removes the folder is warned of a link that leads out of it. */
    private static void unlink(Path link) {
        try {
            if (Files.isSymbolicLink(link)) {
                Files.delete(link);
            }
        } catch (IOException remains) {
            throw new UncheckedIOException(remains);
        }
    }

    private static List<Ended> ended(Stream<Event> events) {
        return new ArrayList<>(events.map(Ended::of).toList());
    }

    private static void set(String name, @Nullable String value) {
        if (value == null) {
            System.clearProperty(name);
        } else {
            System.setProperty(name, value);
        }
    }
}
