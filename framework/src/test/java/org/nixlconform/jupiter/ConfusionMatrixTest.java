package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.nixlconform.message.FindingKind.LOG;
import static org.nixlconform.message.FindingKind.MISPLACED;
import static org.nixlconform.message.FindingKind.SOURCE_CHANGED;
import static org.nixlconform.message.FindingKind.ZERO;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

class ConfusionMatrixTest {
    private static final String PAGE = "before\n<!-- matrix -->\nold\n<!-- /matrix -->\nafter\n";

    private final ConfusionMatrix matrix = new ConfusionMatrix();

    private void row(String fault, long seed, Set<FindingKind> expected, boolean planted, FindingKind... found) {
        matrix.add(new ConfusionMatrix.Row(
                fault, "data", seed, expected, planted, Set.of(found), Duration.ofMillis(1234)));
    }

    private List<String> lines() {
        return matrix.into(PAGE, "docs/judge.md").lines().toList();
    }

    @Test
    void theMatrixTakesThePlaceOfTheLastOneAndKeepsTheRest() {
        row("zeros", 1, Set.of(ZERO), true, ZERO);

        String once = matrix.into(PAGE, "docs/judge.md");

        assertThat(once)
                .startsWith("before\n<!-- matrix -->\n1 of 1 planted faults")
                .endsWith("<!-- /matrix -->\nafter\n")
                .doesNotContain("old");
        assertThat(matrix.into(once, "docs/judge.md")).isEqualTo(once);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<!-- matrix -->", "<!-- /matrix -->", "<!-- /matrix -->\n<!-- matrix -->"})
    void aPageWithoutAPlaceForItIsRefused(String page) {
        assertThatThrownBy(() -> matrix.into(page, "docs/judge.md"))
                .isInstanceOf(FindingException.class)
                .hasMessageStartingWith("judge: docs/judge.md has no place for the confusion matrix\n")
                .hasMessageContaining("expected : <!-- matrix -->");
    }

    @Test
    void aFaultHasOneLineThatNamesTheSeedsThatWentWrong() {
        row("zeros", 1, Set.of(ZERO), true, ZERO);
        row("zeros", 2, Set.of(ZERO), true, ZERO, LOG);
        row("zeros", 3, Set.of(ZERO), false, ZERO);
        row("zeros", 4, Set.of(ZERO), true);
        row("overwritten", 1, Set.of(MISPLACED, SOURCE_CHANGED), true, SOURCE_CHANGED, MISPLACED);

        assertThat(lines())
                .contains(
                        "2 of 5 planted faults were found as what they are; 0 findings in 0 clean cases.",
                        "### Family: data",
                        "| zeros | ZERO | 1 of 4; seed 2: **ZERO, LOG**; seed 3: **not planted**; seed 4: **nothing** |",
                        "| overwritten | MISPLACED, SOURCE_CHANGED | 1 of 1 |");
    }

    @Test
    void onlyWhatIsWrongLiesBesideTheDiagonal() {
        row("zeros", 1, Set.of(ZERO), true, ZERO);
        row("zeros", 2, Set.of(ZERO), true, ZERO, LOG);
        row("zeros", 3, Set.of(ZERO), false, ZERO);
        row("overwritten", 1, Set.of(MISPLACED, SOURCE_CHANGED), true, SOURCE_CHANGED, MISPLACED);
        matrix.addClean(List.of());
        matrix.addClean(List.of(Finding.of(LOG, "log", "a"), Finding.of(LOG, "log", "b")));

        assertThat(lines())
                .containsSubsequence(
                        "| | Expected | 1 | 2 | 3 | 4 | missed |",
                        "|--:|---|--:|--:|--:|--:|--:|",
                        "| 1 | ZERO | **2** | | | 1 | 1 |",
                        "| 2 | MISPLACED | | **1** | | | |",
                        "| 3 | SOURCE_CHANGED | | | **1** | | |",
                        "| 4 | LOG | | | | | |",
                        "| | clean cases | | | | 1 | |")
                .contains("2 of 4 planted faults were found as what they are; 2 findings in 2 clean cases.");
    }

    @Test
    void theFileHasOneLineForEachFaultAndSeed() {
        row("zeros", 7, Set.of(ZERO), true, LOG, ZERO);
        matrix.addClean(List.of());

        assertThat(matrix.json())
                .isEqualTo("{\"cleanCases\": 1, \"findingsInCleanCases\": 0, \"faults\": [\n"
                        + "  {\"fault\": \"zeros\", \"family\": \"data\", \"expected\": [\"ZERO\"],"
                        + " \"found\": [\"ZERO\", \"LOG\"], \"planted\": true, \"seed\": 7, \"seconds\": 1.234}\n]}\n");
    }
}
