package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.TransferPlan;

/**
 * What tests of single checks have in common: each fault goes through the whole judge, so that only its finding
 * appears.
 */
final class JudgeAssertions {
    private JudgeAssertions() {}

    /** Judges with all checks; the case violates with exactly this kind of finding, once. */
    static Finding onlyFinding(TransferPlan plan, Observations observations, FindingKind kind) {
        List<Finding> findings = findings(plan, observations);
        assertThat(findings).extracting(Finding::kind).containsExactly(kind);
        return findings.get(0);
    }

    static List<Finding> findings(TransferPlan plan, Observations observations) {
        return Judge.judge(plan, observations.seen()).findings();
    }

    static String fact(Finding finding, String name) {
        return finding.facts().stream()
                .filter(fact -> fact.name().equals(name))
                .map(Fact::value)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no fact " + name + " in " + finding));
    }
}
