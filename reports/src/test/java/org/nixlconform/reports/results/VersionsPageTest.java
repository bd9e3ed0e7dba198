package org.nixlconform.reports.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nixlconform.reports.results.CellResult.FindingLine;
import org.nixlconform.verdict.Outcome;

class VersionsPageTest {
    private static final String CASE = "1P-TP1 -> 1D-TP1, libfabric-tcp";

    private static CellResult cell(String name, String release, Outcome outcome, String knownIssue) {
        String environment = "libfabric-tcp" + (release.isEmpty() ? "" : "@" + release);
        List<FindingLine> findings = outcome == Outcome.CONFORMS
                ? List.of()
                : List.of(new FindingLine("REFUSED", "call", "load <refused> it", Map.of()));
        return new CellResult(
                name.replace("libfabric-tcp", environment),
                null,
                null,
                null,
                null,
                null,
                null,
                environment,
                outcome,
                outcome == Outcome.CONFORMS ? "passed" : knownIssue.isEmpty() ? "failed" : "aborted",
                knownIssue.isEmpty() ? null : knownIssue,
                findings,
                null,
                null,
                Map.of(),
                "",
                "",
                null,
                List.of(),
                "",
                1,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    @Test
    void everyCaseIsARowAndEveryReleaseAColumn() {
        assertThat(VersionsPage.of(List.of(
                        cell(CASE, "0.6.1", Outcome.VIOLATES, "one"),
                        cell(CASE, "1.4.0", Outcome.CONFORMS, ""),
                        cell(CASE, "1.4.0:1.3.2", Outcome.VIOLATES, ""),
                        cell("other, libfabric-tcp", "1.4.0", Outcome.CONFORMS, ""))))
                .hasValue("""
                        # Releases of NIXL

                        `A:B` is release A on the side of prefill and B on that of decode.

                        | Case | 0.6.1 | 1.4.0 | 1.4.0:1.3.2 |
                        |---|---|---|---|
                        | 1P-TP1 -> 1D-TP1, libfabric-tcp | known issue one | conforms | **VIOLATES** |
                        | other, libfabric-tcp |  | conforms |  |

                        ## What does not conform

                        * 0.6.1, 1P-TP1 -> 1D-TP1, libfabric-tcp: known issue one
                          * call: load &lt;refused> it
                        * 1.4.0:1.3.2, 1P-TP1 -> 1D-TP1, libfabric-tcp: **VIOLATES**
                          * call: load &lt;refused> it
                        """);
    }

    @Test
    void whereAllConformsNothingElseIsSaid() {
        assertThat(VersionsPage.of(
                        List.of(cell(CASE, "1.3.2", Outcome.CONFORMS, ""), cell(CASE, "1.4.0", Outcome.CONFORMS, ""))))
                .hasValueSatisfying(page ->
                        assertThat(page).endsWith("| 1P-TP1 -> 1D-TP1, libfabric-tcp | conforms | conforms |\n"));
    }

    @Test
    void oneReleaseIsNoComparison() {
        assertThat(VersionsPage.of(
                        List.of(cell(CASE, "1.4.0", Outcome.CONFORMS, ""), cell(CASE, "", Outcome.CONFORMS, ""))))
                .isEmpty();
    }
}
