package org.nixlconform.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FindingRendererTest {
    private static final Finding STALLED = Finding.of(
                    FindingKind.STALLED,
                    "completion",
                    "transfer stalled, 211 of 512 blocks arrived and none in the last 5.0 s")
            .with("expected", "completion within 30 s, progress at least every 5 s")
            .with("actual", "last progress at 4.7 s, block 210, layer 17")
            .with("plan", "4P-TP4 -> 2D-TP2 spread, decode READ, LIBFABRIC, 512 blocks bf16 HND")
            .with("evidence", "stacks/decode-0.txt, stacks/prefill-3.txt, timeline.csv");

    @Test
    void headlineThenBlankLineThenAlignedFacts() {
        assertThat(FindingRenderer.render(STALLED)).isEqualTo("""
                        completion: transfer stalled, 211 of 512 blocks arrived and none in the last 5.0 s

                          expected : completion within 30 s, progress at least every 5 s
                          actual   : last progress at 4.7 s, block 210, layer 17
                          plan     : 4P-TP4 -> 2D-TP2 spread, decode READ, LIBFABRIC, 512 blocks bf16 HND
                          evidence : stacks/decode-0.txt, stacks/prefill-3.txt, timeline.csv""");
    }

    @Test
    void headlineAloneHasNoBlankLine() {
        assertThat(FindingRenderer.render(Finding.of(FindingKind.LOG, "log", "one line that no case allows")))
                .isEqualTo("log: one line that no case allows");
    }

    @Test
    void shortAndLongNamesAlign() {
        Finding shortNames = Finding.of(FindingKind.NODE, "cluster", "h").with("node", "a");
        assertThat(FindingRenderer.render(shortNames)).isEqualTo("cluster: h\n\n  node     : a");
        Finding longNames = shortNames.with("environment", "b");
        assertThat(FindingRenderer.render(longNames)).isEqualTo("cluster: h\n\n  node        : a\n  environment : b");
    }

    @Test
    void furtherLinesOfAValueStandUnderItsFirst() {
        Finding finding = Finding.of(FindingKind.LOG, "log", "two lines")
                .with("actual", "first\n\nthird\n")
                .with("node", "a")
                .with("remedy", "");
        assertThat(FindingRenderer.render(finding)).isEqualTo("""
                        log: two lines

                          actual   : first

                                     third
                          node     : a
                          remedy   :""");
    }

    @Test
    void longestFactIsCutToTwentyLines() {
        String lines = IntStream.rangeClosed(1, 40).mapToObj(i -> "line " + i).collect(Collectors.joining("\n"));
        String rendered = FindingRenderer.render(Finding.of(FindingKind.LOG, "log", "many lines")
                .with("actual", lines)
                .with("evidence", "engine.log"));
        assertThat(rendered.lines()).hasSize(20);
        assertThat(rendered.lines().skip(17))
                .containsExactly(
                        "             line 16", "             ... and 24 more lines", "  evidence : engine.log");
    }

    @Test
    void twentyLinesAreNotCut() {
        String lines = IntStream.rangeClosed(1, 18).mapToObj(i -> "line " + i).collect(Collectors.joining("\n"));
        String rendered = FindingRenderer.render(
                Finding.of(FindingKind.LOG, "log", "many lines").with("actual", lines));
        assertThat(rendered.lines()).hasSize(20).endsWith("             line 18");
    }

    @Test
    void twoLongFactsAreBothCut() {
        String lines = "x\n".repeat(30);
        String rendered = FindingRenderer.render(Finding.of(FindingKind.LOG, "log", "many lines")
                .with("expected", lines)
                .with("actual", lines + "y"));
        assertThat(rendered.lines()).hasSizeLessThanOrEqualTo(20);
        assertThat(rendered)
                .contains("  expected : x", "  actual   : x")
                .containsPattern("\\.\\.\\. and \\d+ more lines");
    }

    @Test
    void threeFindingsThenACount() {
        assertThat(FindingRenderer.render(numbered(3))).isEqualTo("s: h1\n\ns: h2\n\ns: h3");
        assertThat(FindingRenderer.render(numbered(4))).isEqualTo("s: h1\n\ns: h2\n\ns: h3\n\n... and 1 more finding");
        assertThat(FindingRenderer.render(numbered(9))).isEqualTo("s: h1\n\ns: h2\n\ns: h3\n\n... and 6 more findings");
    }

    @Test
    void exceptionSaysItsFindingsAndKeepsThemAll() {
        FindingException exception = new FindingException(numbered(5));
        assertThat(exception).hasMessage("s: h1\n\ns: h2\n\ns: h3\n\n... and 2 more findings");
        assertThat(exception.findings()).isEqualTo(numbered(5));
    }

    @Test
    void causeIsAttachedAndNotRepeated() {
        Exception cause = new IllegalStateException("the cause");
        FindingException exception = new FindingException(STALLED, cause);
        assertThat(exception).hasCause(cause).hasMessage(FindingRenderer.render(STALLED));
        assertThat(exception.findings()).containsExactly(STALLED);
    }

    @Test
    void exceptionWithoutFindingIsRefused() {
        assertThatThrownBy(() -> new FindingException(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    private static List<Finding> numbered(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> Finding.of(FindingKind.LOG, "s", "h" + i))
                .toList();
    }
}
