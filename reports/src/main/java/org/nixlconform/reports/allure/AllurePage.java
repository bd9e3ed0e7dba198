package org.nixlconform.reports.allure;

import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.reports.results.RunFolder;

/**
 * {@code index.html}: the Allure report in one file that opens without a server. Made by Allure's own command line,
 * in a process of its own.
 */
public final class AllurePage {
    private static final long MINUTES = 5;
    private static final String TRACKER = "googletagmanager";

    private final RunFolder run;
    private final Path output;
    private final List<String> command;
    private final Map<String, String> variables;

    private AllurePage(RunFolder run, Path home, String title) {
        this.run = run;
        this.output = run.folder().resolve("allure-report");
        this.command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                home.resolve("lib").resolve("*") + File.pathSeparator + home.resolve("config"),
                "io.qameta.allure.CommandLine",
                "generate",
                "--single-file",
                "--clean",
                "--name",
                title,
                "-o",
                output.toString(),
                run.allureResults().toString());
        // Without APP_HOME Allure silently drops the plug-ins that its own scripts load; with analytics a page calls
        // out.
        this.variables = Map.of("APP_HOME", home.toString(), "ALLURE_NO_ANALYTICS", "true");
    }

    /**
     * Writes the page; replaces an older one.
     *
     * @param home where the Allure command line is unpacked
     * @return why there is no page; empty when there is
     */
    public static Optional<Finding> write(RunFolder run, Optional<Path> home, String title) {
        try {
            Files.deleteIfExists(run.indexFile());
            Optional<Path> unpacked =
                    home.map(Path::toAbsolutePath).filter(folder -> Files.isDirectory(folder.resolve("lib")));
            if (unpacked.isEmpty()) {
                return Optional.of(failure("the Allure command line is not where it was said to be")
                        .with(
                                "actual",
                                home.map(folder -> "no folder " + folder + "/lib")
                                        .orElse("-Dallure.home is not given"))
                        .with("remedy", "unpack io.qameta.allure:allure-commandline and name it with -Dallure.home"));
            }
            return new AllurePage(run, unpacked.get(), title).write();
        } catch (IOException e) {
            return Optional.of(failure("index.html cannot be written").with("actual", e));
        }
    }

    private Optional<Finding> write() throws IOException {
        Path log = Files.createTempFile("allure", ".log");
        try {
            Optional<String> mishap = generate(log);
            Path page = output.resolve("index.html");
            if (mishap.isPresent() || !Files.exists(page)) {
                return Optional.of(failure("the Allure command line wrote no page")
                        .with("actual", mishap.orElse("it ended well, but " + page + " is not there"))
                        .with("log", tail(log))
                        .with("remedy", "run: " + commandLine()));
            }
            if (Files.readString(page).contains(TRACKER)) {
                return Optional.of(failure("the page that Allure wrote calls out and was deleted")
                        .with("actual", "it contains " + TRACKER)
                        .with("remedy", "use an Allure command line that ALLURE_NO_ANALYTICS=true keeps quiet"));
            }
            Files.move(page, run.indexFile(), StandardCopyOption.REPLACE_EXISTING);
            return Optional.empty();
        } finally {
            Files.deleteIfExists(log);
            deleteTree(output);
        }
    }

    /** What went wrong; empty when Allure ended with 0. */
    private Optional<String> generate(Path log) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(variables);
        Process process = builder.start();
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                return Optional.of("it did not end within " + MINUTES + " minutes");
            }
            return process.exitValue() == 0 ? Optional.empty() : Optional.of("exit code " + process.exitValue());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("it was interrupted");
        } finally {
            process.destroyForcibly();
        }
    }

    private String commandLine() {
        StringBuilder line = new StringBuilder();
        variables.forEach(
                (name, value) -> line.append(name).append("='").append(value).append("' "));
        command.forEach(word -> line.append('\'').append(word).append("' "));
        return line.toString().stripTrailing();
    }

    private static String tail(Path log) throws IOException {
        List<String> lines =
                Files.readString(log, Charset.defaultCharset()).lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    }

    private static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> innermostFirst;
        try (Stream<Path> tree = Files.walk(folder)) {
            innermostFirst = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : innermostFirst) {
            Files.delete(path);
        }
    }

    private static Finding failure(String headline) {
        return Finding.of(FindingKind.STAGE, "report", headline);
    }
}
