package org.nixlconform.reports.results;

import java.util.ArrayList;
import java.util.List;
import org.nixlconform.report.RunReport.KnownIssueUse;

/** What came of one record, in one line. */
final class KnownIssueLine {
    private KnownIssueLine() {}

    /** For example {@code release-hangs: hit by 2 cells, OBSOLETE for 1 cell}. */
    static String of(KnownIssueUse use) {
        if (use.untried()) {
            return use.id() + ": never tried here";
        }
        List<String> parts = new ArrayList<>();
        add("hit by", use.hit(), parts);
        add("OBSOLETE for", use.obsolete(), parts);
        add("did not show in", use.notSeen(), parts);
        return use.id() + ": " + String.join(", ", parts);
    }

    private static void add(String words, List<String> cells, List<String> parts) {
        if (!cells.isEmpty()) {
            parts.add("%s %d %s".formatted(words, cells.size(), cells.size() == 1 ? "cell" : "cells"));
        }
    }
}
