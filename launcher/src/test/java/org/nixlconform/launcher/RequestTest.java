package org.nixlconform.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nixlconform.message.FindingException;

/** Reading a command line: what each word comes to, and every refusal with what was expected and found. */
class RequestTest {
    private static final Path HERE = Path.of("/somewhere");

    private static Request read(String... words) {
        return Request.read(List.of(words), HERE);
    }

    private static String refusal(String... words) {
        return catchThrowableOfType(FindingException.class, () -> read(words)).getMessage();
    }

    @Test
    void optionsBecomeThePropertiesThatMavenTakes() {
        Request request = read(
                "run",
                "--cluster",
                "p5",
                "--level=full",
                "--cells",
                "*TP8*;*TP4*",
                "--backends",
                "UCX",
                "--nixl-versions",
                "1.4.0:1.3.2",
                "--canaries",
                "off",
                "--work",
                "w",
                "-Dverbose",
                "-Dblocks=a=b");

        assertThat(request.command()).isEqualTo(Command.RUN);
        assertThat(request.properties())
                .isEqualTo(Map.of(
                        "results", "/somewhere/conformance",
                        "cluster", "p5",
                        "level", "full",
                        "cells", "*TP8*;*TP4*",
                        "backends", "UCX",
                        "nixl.versions", "1.4.0:1.3.2",
                        "canaries", "off",
                        "work", "/somewhere/w",
                        "verbose", "true",
                        "blocks", "a=b"));
        assertThat(request.tests()).isEmpty();
        assertThat(request.tags()).isEmpty();
    }

    @Test
    void testsMayBeSeveralAndTagsAreKept() {
        Request request = read(
                "list", "--test", "SmokeConformance#decodeReadsOneBlock", "--test", "a.b.C", "--tags", "vram & !slow");

        assertThat(request.tests()).containsExactly("SmokeConformance#decodeReadsOneBlock", "a.b.C");
        assertThat(request.tags()).contains("vram & !slow");
        assertThat(request.properties()).containsEntry("list", "true");
    }

    @Test
    void resultsLieWhereTheyAreAskedFor() {
        assertThat(read("run", "--results", "/data/r").properties()).containsEntry("results", "/data/r");
        assertThat(read("run", "--results", "r").properties()).containsEntry("results", "/somewhere/r");
        assertThat(read("doctor").properties()).isEqualTo(Map.of("results", "/somewhere/conformance"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"help", "--help", "-h"})
    void helpIsAskedForInEveryUsualWay(String word) {
        assertThat(read(word).command()).isEqualTo(Command.HELP);
        assertThat(read().command()).isEqualTo(Command.HELP);
    }

    @Test
    void helpNamesEachCommandAndOption() {
        assertThat(Main.help())
                .contains(Arrays.stream(Command.values()).map(Command::word).toList())
                .contains(Arrays.stream(Option.values()).map(Option::usage).toList());
    }

    @Test
    void anUnknownCommandIsToldWhichThereAre() {
        assertThat(refusal("repeat"))
                .contains("there is no such command")
                .contains("expected : run, list, replay, doctor, restore, judge, help")
                .contains("actual   : repeat")
                .contains("remedy   : see nixlconform help");
    }

    @ParameterizedTest
    @CsvSource({"run, --clutser", "doctor, --cells", "restore, --results", "run, local", "run, -x"})
    void anUnknownOptionIsToldWhichTheCommandTakes(String command, String option) {
        assertThat(refusal(command, option, "x"))
                .contains(command + " takes no such option")
                .contains("expected : --cluster, ")
                .contains("actual   : " + option);
    }

    @Test
    void anOptionWithoutAValueIsToldItsShape() {
        String refusal = "--cluster has no value";
        assertThat(refusal("run", "--cluster")).contains(refusal).contains("expected : --cluster NAME");
        assertThat(refusal("run", "--cluster=")).contains(refusal);
        assertThat(refusal("run", "--cluster", "--level", "full"))
                .contains(refusal)
                .contains("actual   : run --cluster --level full");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Smoke Conformance", "#method", "A#b#c", "*Conformance"})
    void aTestThatIsNoNameIsRefused(String value) {
        assertThat(refusal("run", "--test", value))
                .contains("--test names neither a class nor a method")
                .contains("expected : --test CLASS[#METHOD]")
                .contains("actual   : " + value);
    }

    @Test
    void aReplayNamesItsFile() {
        Request request = read("replay", "--file", "evidence/x/replay.json", "--cluster", "p5");

        assertThat(request.command()).isEqualTo(Command.REPLAY);
        assertThat(request.properties())
                .containsEntry("replay", "/somewhere/evidence/x/replay.json")
                .containsEntry("cluster", "p5");
        assertThat(refusal("replay", "--cluster", "p5")).contains("replay names no file");
    }
}
