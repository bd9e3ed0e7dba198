package org.nixlconform.reports;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.reports.allure.AllurePage;
import org.nixlconform.reports.results.MatrixPage;
import org.nixlconform.reports.results.MatrixText;
import org.nixlconform.reports.results.RunFolder;
import org.nixlconform.reports.results.RunFolder.Cells;
import org.nixlconform.reports.results.RunState;
import org.nixlconform.reports.results.VersionsPage;

/**
 * Makes the pages of a run from what its reporters wrote, and says on standard output how the run went and where to
 * look. The property {@code allure.home} names the unpacked Allure command line.
 */
public final class Render {
    private final RunFolder run;
    private final PrintStream out;

    Render(RunFolder run, PrintStream out) {
        this.run = run;
        this.out = out;
    }

    /**
     * Exits with 0 when the pages are written or when there is nothing to write, 1 when a page cannot be made.
     *
     * @param arguments the run's folder
     */
    public static void main(String[] arguments) {
        if (arguments.length != 1) {
            System.err.println("render: expected one argument, the folder of the run, and got " + arguments.length);
            System.exit(2);
        }
        Optional<Path> allureHome =
                Optional.ofNullable(System.getProperty("allure.home")).map(Path::of);
        try {
            boolean complete = new Render(new RunFolder(Path.of(arguments[0])), System.out).pages(allureHome);
            System.exit(complete ? 0 : 1);
        } catch (IOException e) {
            System.err.println("render: the pages of " + arguments[0] + " cannot be made: " + e);
            System.exit(1);
        }
    }

    /**
     * Writes the pages that need nothing but this program, for a run on a machine without the Allure command line, and says
     * how {@code index.html} is made elsewhere.
     *
     * @param folder the run's
     * @throws IOException when a page cannot be written
     */
    public static void withoutAllure(Path folder, PrintStream out) throws IOException {
        Render render = new Render(new RunFolder(folder), out);
        if (render.matrix()) {
            render.summary(false);
            out.println(
                    "The report with plots and evidence (index.html) is made from this folder by a checkout with Maven:");
            out.println("  mvn verify -DskipTests -DskipITs -Dconformance.results=" + folder);
            out.println();
        }
    }

    /** Whether all pages are there. */
    boolean pages(Optional<Path> allureHome) throws IOException {
        if (!matrix()) {
            return true;
        }
        Optional<Finding> failure = AllurePage.write(run, allureHome, title(run.readRun()));
        summary(failure.isEmpty());
        failure.map(FindingRenderer::render).ifPresent(out::println);
        return failure.isEmpty();
    }

    /** Whether there is something to show. */
    private boolean matrix() throws IOException {
        Cells cells = run.readCells();
        Optional<RunState> state = run.readRun();
        if (state.map(RunState::obstacle).isPresent()) {
            return false; // The gate says it, and it alone.
        }
        if (cells.cells().isEmpty()) {
            out.println("Nothing was judged: " + run.resultsFile()
                    + (Files.exists(run.resultsFile()) ? " has no cell." : " is not there."));
            return false;
        }
        Files.writeString(run.matrixFile(), MatrixPage.of(cells, state));
        Optional<String> versions = VersionsPage.of(cells.cells());
        if (versions.isPresent()) {
            Files.writeString(run.versionsFile(), versions.get());
        }
        return true;
    }

    private void summary(boolean index) throws IOException {
        Cells cells = run.readCells();
        Optional<RunState> state = run.readRun();
        out.println();
        out.println(title(state) + ": " + MatrixPage.counts(cells.cells()));
        if (!state.map(RunState::finished).orElse(false)) {
            out.println("The run did not finish: this is what it had judged by then.");
        }
        out.println();
        out.println(MatrixText.of(cells.cells()));
        if (index) {
            out.println("report   : " + run.indexFile());
        }
        out.println("matrix   : " + run.matrixFile());
        if (Files.exists(run.versionsFile())) {
            out.println("versions : " + run.versionsFile());
        }
        out.println("evidence : " + run.evidence());
        out.println();
    }

    private static String title(Optional<RunState> state) {
        return state.map(run -> "Conformance of " + run.cluster()).orElse("Conformance");
    }
}
