package org.nixlconform.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.plan.Operation;
import org.nixlconform.report.Reporter;
import org.nixlconform.report.RunReport;
import org.nixlconform.report.TransferReport;
import org.nixlconform.reports.allure.AllureReporter;
import org.nixlconform.reports.results.ResultsReporter;
import org.nixlconform.reports.results.RunFolder;

class RenderTest {
    private final ByteArrayOutputStream console = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    @Test
    void pagesOfARunAreWrittenAndNothingInThemCallsOut() throws Exception {
        Optional<Path> allureHome =
                Optional.ofNullable(System.getProperty("allure.home")).map(Path::of);
        assumeTrue(allureHome.isPresent(), "-Dallure.home names no unpacked Allure command line");
        writeRun(folder);
        Files.createDirectories(folder.resolve("evidence"));

        assertThat(render(allureHome)).isTrue();

        assertThat(folder.resolve("index.html")).isRegularFile();
        assertThat(Files.size(folder.resolve("index.html"))).isGreaterThan(100_000);
        assertThat(Files.readString(folder.resolve("index.html"))).doesNotContain("googletagmanager");
        assertThat(folder.resolve("allure-report")).doesNotExist();
        assertThat(folder.resolve("evidence")).exists();
        assertThat(folder.resolve("matrix.md")).content().contains("| 1P-TP2 -> 1D-TP2 |");
        assertThat(printed())
                .contains("Conformance of local: 8 cells: conforms 2")
                .contains("VIOLATES, 5.31")
                .contains("report   : " + folder.resolve("index.html"))
                .contains("matrix   : " + folder.resolve("matrix.md"))
                .contains("evidence : " + folder.resolve("evidence"));
    }

    @Test
    void withoutAllureTheMatrixIsThereAndTheMessageSaysWhatToDo() throws Exception {
        writeRun(folder);

        assertThat(render(Optional.empty())).isFalse();

        assertThat(folder.resolve("matrix.md")).exists();
        assertThat(printed()).contains("-Dallure.home is not given").doesNotContain("report   :");
    }

    @Test
    void whenAllureFailsTheMatrixIsThereAndTheMessageNamesTheCommand() throws Exception {
        writeRun(folder);
        Path home = Files.createDirectories(folder.resolve("home/lib")).getParent();

        assertThat(render(Optional.of(home))).isFalse();

        assertThat(folder.resolve("matrix.md")).exists();
        assertThat(printed())
                .contains("exit code 1")
                .contains("ClassNotFoundException: io.qameta.allure.CommandLine")
                .contains("ALLURE_NO_ANALYTICS='true'", "'generate' '--single-file'");
    }

    @Test
    void aPageThatCallsOutIsDeleted() throws Exception {
        writeRun(folder);
        Path home = Files.createDirectories(folder.resolve("home/lib")).getParent();
        compileInto(Files.createDirectories(home.resolve("config")), """
                package io.qameta.allure;
                import java.nio.file.*;
                import java.util.*;
                public class CommandLine {
                    public static void main(String[] arguments) throws Exception {
                        String output = arguments[Arrays.asList(arguments).indexOf("-o") + 1];
                        Path page = Files.createDirectories(Path.of(output)).resolve("index.html");
                        Files.writeString(page, "<script src='https://www.googletagmanager.com/x.js'></script>");
                    }
                }
                """);

        assertThat(render(Optional.of(home))).isFalse();

        assertThat(folder.resolve("index.html")).doesNotExist();
        assertThat(folder.resolve("allure-report")).doesNotExist();
        assertThat(printed()).contains("the page that Allure wrote calls out and was deleted");
    }

    @Test
    void aRunWithoutCellsHasNothingToRenderAndIsNoErrorHere() throws Exception {
        assertThat(render(Optional.empty())).isTrue();

        assertThat(printed()).isEqualTo("Nothing was judged: " + folder.resolve("results.jsonl") + " is not there.\n");
        assertThat(folder.resolve("matrix.md")).doesNotExist();
    }

    @Test
    void aRunThatCouldNotBeginIsLeftToTheGate() throws Exception {
        RunReport run = new RunReport(
                "none",
                Samples.STARTED,
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                List.of(),
                Optional.of("cluster: unknown"));
        try (ResultsReporter reporter = new ResultsReporter()) {
            reporter.start(folder, run);
            reporter.finish(run);
        }

        assertThat(render(Optional.empty())).isTrue();

        assertThat(printed()).isEmpty();
    }

    private boolean render(Optional<Path> allureHome) throws Exception {
        return new Render(new RunFolder(folder), new PrintStream(console, true, StandardCharsets.UTF_8))
                .pages(allureHome);
    }

    /** Compiles an Allure command line of our own, to see what is made of what it does. */
    private static void compileInto(Path classes, String source) throws Exception {
        Path file = Files.writeString(classes.resolve("CommandLine.java"), source);
        int status =
                ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", classes.toString(), file.toString());
        assertThat(status).isZero();
    }

    private String printed() {
        return console.toString(StandardCharsets.UTF_8);
    }

    /** Every way in which a cell can end, through the reporters that write files. */
    static void writeRun(Path folder) {
        RunReport run = Samples.run(List.of(), Map.of());
        List<TransferReport> cells = List.of(
                Samples.conforms(1, 1, Operation.READ),
                Samples.conforms(4, 4, Operation.WRITE),
                Samples.violates(),
                Samples.knownIssue(),
                Samples.notJudged(),
                Samples.broken(),
                Samples.bodyFailed(),
                Samples.refused());
        for (Reporter reporter : List.of(new ResultsReporter(), new AllureReporter())) {
            reporter.start(folder, run);
            cells.forEach(reporter::publish);
            reporter.finish(run);
            reporter.close();
        }
    }
}
