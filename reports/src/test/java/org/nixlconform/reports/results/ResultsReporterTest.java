package org.nixlconform.reports.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.plan.Operation;
import org.nixlconform.report.Reporter;
import org.nixlconform.reports.Samples;
import org.nixlconform.reports.allure.AllureReporter;

class ResultsReporterTest {
    @TempDir
    Path folder;

    @Test
    void everyCellIsInTheFileAsSoonAsItIsPublished() throws Exception {
        RunFolder run = new RunFolder(folder);
        try (ResultsReporter reporter = new ResultsReporter()) {
            reporter.start(folder, Samples.run(List.of(), Map.of()));
            assertThat(run.readRun().orElseThrow().finished()).isFalse();

            reporter.publish(Samples.conforms(1, 1, Operation.READ));
            assertThat(Files.readAllLines(run.resultsFile())).hasSize(1);

            reporter.publish(Samples.violates());
            assertThat(Files.readAllLines(run.resultsFile())).hasSize(2);

            reporter.finish(Samples.run(List.of("engine: process 4711 was left on node local"), Map.of()));
        }
        RunState state = run.readRun().orElseThrow();
        assertThat(state.finished()).isTrue();
        assertThat(state.leftovers()).containsExactly("engine: process 4711 was left on node local");
        assertThat(state).isEqualTo(RunState.of(Samples.run(state.leftovers(), Map.of()), true));
        assertThat(run.readCells().cells())
                .extracting(CellResult::standing)
                .containsExactly(Standing.CONFORMS, Standing.VIOLATES);
    }

    @Test
    void aLineThatWasCutShortIsCountedAndLeftOut() throws Exception {
        RunFolder run = new RunFolder(folder);
        try (ResultsReporter reporter = new ResultsReporter()) {
            reporter.start(folder, Samples.run(List.of(), Map.of()));
            reporter.publish(Samples.violates());
        }
        Files.writeString(run.resultsFile(), "{\"cell\":\"1P-TP", StandardOpenOption.APPEND);

        assertThat(run.readCells().cells()).hasSize(1);
        assertThat(run.readCells().unreadableLines()).isEqualTo(1);
    }

    @Test
    void reportersAreFoundByTheServiceLoader() {
        assertThat(ServiceLoader.load(Reporter.class))
                .hasExactlyElementsOfTypes(ResultsReporter.class, ConsoleReporter.class, AllureReporter.class);
    }
}
