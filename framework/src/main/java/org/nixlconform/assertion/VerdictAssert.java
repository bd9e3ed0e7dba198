package org.nixlconform.assertion;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.verdict.Outcome;
import org.nixlconform.verdict.Verdict;

/** Assertions about a verdict. Failures show the outcome, the rendered findings and the notes. */
public final class VerdictAssert extends AbstractAssert<VerdictAssert, Verdict> {

    VerdictAssert(@Nullable Verdict actual) {
        super(actual, VerdictAssert.class);
    }

    /**
     * The outcome is CONFORMS.
     *
     * <pre>{@code
     * assertThat(judge(plan, cleanRun)).conforms();      // passes
     * assertThat(judge(plan, oneTornBlock)).conforms();  // fails, and shows the finding
     * }</pre>
     */
    public VerdictAssert conforms() {
        hasOutcome(Outcome.CONFORMS);
        return this;
    }

    /** The outcome is INCONCLUSIVE: the case could not be run or judged here. */
    public VerdictAssert isInconclusive() {
        hasOutcome(Outcome.INCONCLUSIVE);
        return this;
    }

    /**
     * The outcome is VIOLATES and the findings have exactly these kinds, in any order and each as often as it likes.
     *
     * <pre>{@code
     * assertThat(judge(plan, oneTornBlock)).violatesAs(TORN);          // passes
     * assertThat(judge(plan, tornAndSlow)).violatesAs(TORN);           // fails: SLOW was found, too
     * assertThat(judge(plan, oneTornBlock)).violatesAs(TORN, STALE);   // fails: no STALE
     * }</pre>
     *
     * @param kinds further ones
     */
    public VerdictAssert violatesAs(FindingKind first, FindingKind... kinds) {
        hasOutcome(Outcome.VIOLATES);
        Set<FindingKind> expected = EnumSet.of(first, kinds);
        Set<FindingKind> found = actual.findings().stream()
                .map(Finding::kind)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(FindingKind.class)));
        if (!found.equals(expected)) {
            throw failureWithActualExpected(
                    found, expected, "%s", text("findings of other kinds", names(expected), names(found)));
        }
        return this;
    }

    /**
     * A throughput was measured, and it is above this.
     *
     * @param gbPerSecond 10^9 bytes per second
     */
    public VerdictAssert hasGbPerSecondAbove(double gbPerSecond) {
        isNotNull();
        double reached = actual.gbPerSecond().orElse(Double.NaN);
        if (!(reached > gbPerSecond)) {
            String found = Double.isNaN(reached) ? "not measured" : gbPerSecond(reached);
            throw failureWithActualExpected(
                    reached,
                    gbPerSecond,
                    "%s",
                    text("throughput is not above the bound", "more than " + gbPerSecond(gbPerSecond), found));
        }
        return this;
    }

    private void hasOutcome(Outcome expected) {
        isNotNull();
        if (actual.outcome() != expected) {
            throw failureWithActualExpected(
                    actual.outcome(),
                    expected,
                    "%s",
                    text("another outcome", expected.name(), actual.outcome().name()));
        }
    }

    private String text(String headline, String expected, String found) {
        List<String> parts = new ArrayList<>();
        // FindingKind.CHECK is only what carries the text; no finding leaves this class.
        parts.add(FindingRenderer.render(Finding.of(FindingKind.CHECK, "verdict", headline)
                .with("expected", expected)
                .with("actual", found)));
        if (!actual.findings().isEmpty()) {
            parts.add(FindingRenderer.render(actual.findings()));
        }
        if (!actual.notes().isEmpty()) {
            parts.add("notes:\n  " + String.join("\n  ", actual.notes()));
        }
        return String.join("\n\n", parts);
    }

    private static String names(Set<FindingKind> kinds) {
        return kinds.stream().map(FindingKind::name).collect(Collectors.joining(", "));
    }

    private static String gbPerSecond(double value) {
        return String.format(Locale.ROOT, "%.3f GB/s", value);
    }
}
