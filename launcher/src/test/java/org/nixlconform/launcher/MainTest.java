package org.nixlconform.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole command lines over the real conformance classes, as far as no engine is needed: exit codes, and what is said. */
class MainTest {
    private final Properties before = new Properties();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final PrintStream realOut = System.out;
    private final PrintStream realErr = System.err;

    @TempDir
    Path here;

    @BeforeEach
    void listen() {
        before.putAll(System.getProperties());
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() {
        System.setOut(realOut);
        System.setErr(realErr);
        System.setProperties(before);
    }

    private int run(String... words) throws IOException {
        return Main.run(List.of(words), here);
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aListNamesTheCellsOfOneMethod() throws IOException {
        assertThat(run("list", "--test", "SmokeConformance#decodeReadsOneBlock", "--backends", "UCX"))
                .as("%s", said())
                .isZero();
        assertThat(said())
                .contains("S1 1P-TP1 -> 1D-TP1 pack, decode READ, UCX")
                .doesNotContain("prefill WRITE")
                .doesNotContain("LIBFABRIC");
    }

    @Test
    void aRunThatCannotBeginDoesNotPass() throws IOException {
        assertThat(run("run", "--cluster", "nowhere")).isEqualTo(1);
        assertThat(said()).contains("no cluster is named 'nowhere'");
        assertThat(here.resolve("conformance/run.json")).exists();
    }

    @Test
    void whatSelectsNothingDoesNotPass() throws IOException {
        assertThat(run("list", "--tags", "nobody-has-this-tag")).isEqualTo(1);
        assertThat(said()).contains("nothing was selected");
    }

    @Test
    void aRunThatSelectsNothingIsNotPassedByTheLastOne() throws IOException {
        Path left = Files.createDirectories(here.resolve("conformance")).resolve("run.json");
        Files.writeString(left, "{}");

        assertThat(run("run", "--tags", "nobody-has-this-tag")).isEqualTo(1);
        assertThat(said()).contains("gate: the run does not pass").contains("the run did not start");
        assertThat(left).doesNotExist();
    }

    @Test
    void whatCannotBeReadIsRefused() throws IOException {
        assertThat(run("run", "--test", "NoSuchConformance")).isEqualTo(2);
        assertThat(said()).contains("--test names a class that is not there").contains("actual   : NoSuchConformance");
        assertThat(run("run", "--tags", "a &")).isEqualTo(2);
        assertThat(said()).contains("--tags is no expression of tags").contains("actual   : a &");
        assertThat(run("fly")).isEqualTo(2);
    }
}
