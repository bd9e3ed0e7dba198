package org.nixlconform.reports.results;

import org.nixlconform.verdict.Outcome;

/**
 * How a cell stands in a report: its outcome, and what became of the test around it. From best to worst.
 */
public enum Standing {
    CONFORMS("conforms"),
    /** Violates as a record in {@code config/known-issues.yaml} says, and in no other way. */
    KNOWN_ISSUE("known issue"),
    NOT_JUDGED("not judged"),
    /** The verdict is no violation, but the test failed: an assertion of its body, or an obsolete known issue. */
    TEST_FAILED("TEST FAILED"),
    VIOLATES("VIOLATES"),
    BROKEN("BROKEN");

    private final String label;

    Standing(String label) {
        this.label = label;
    }

    /** As shown; what needs attention is in capitals. */
    public String label() {
        return label;
    }

    /** Whether the cell makes a run fail. */
    public boolean fails() {
        return compareTo(TEST_FAILED) >= 0;
    }

    /**
     * @param testResult {@code passed}, {@code failed}, {@code aborted} or {@code error}
     * @param knownIssue whether the cell hit a known issue
     */
    public static Standing of(Outcome outcome, String testResult, boolean knownIssue) {
        return switch (outcome) {
            case BROKEN -> BROKEN;
            case VIOLATES -> knownIssue && testResult.equals("aborted") ? KNOWN_ISSUE : VIOLATES;
            case CONFORMS -> failed(testResult) ? TEST_FAILED : CONFORMS;
            case INCONCLUSIVE -> failed(testResult) ? TEST_FAILED : NOT_JUDGED;
        };
    }

    private static boolean failed(String testResult) {
        return testResult.equals("failed") || testResult.equals("error");
    }
}
