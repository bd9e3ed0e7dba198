package org.nixlconform.jupiter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.nixlconform.configuration.KnownIssueSpec;
import org.nixlconform.environment.EnvironmentPair;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.report.RunReport.KnownIssueUse;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.verdict.KnownIssueMatch;
import org.nixlconform.verdict.KnownIssueMatch.Library;
import org.nixlconform.verdict.Outcome;
import org.nixlconform.verdict.Verdict;
import org.opentest4j.TestAbortedException;

/** The records of a run, what came of each, and what that means for a test. */
final class KnownIssues {
    private final List<KnownIssueSpec> records;
    private final Map<String, KnownIssueMatch> matches = new LinkedHashMap<>();

    KnownIssues(List<KnownIssueSpec> records) {
        this.records = List.copyOf(records);
    }

    /** Remembered for {@link #uses}. */
    KnownIssueMatch match(
            String cell,
            EnvironmentPair environment,
            TransferPlan plan,
            Optional<TransferObservation> observation,
            Verdict verdict) {
        Library library =
                new Library(environment.distribution(), environment.version(), environment.transports(plan.backend()));
        KnownIssueMatch match = KnownIssueMatch.of(records, library, plan, observation, verdict);
        matches.put(cell, match);
        return match;
    }

    List<KnownIssueUse> uses() {
        return records.stream()
                .map(record -> new KnownIssueUse(
                        record.id(),
                        record.statement(),
                        record.link(),
                        cells(match -> match.hit().filter(record::equals).isPresent()),
                        cells(match -> match.obsolete().contains(record)),
                        cells(match -> match.notSeen().contains(record)),
                        cells(match -> match.among().contains(record)
                                || match.otherwise().contains(record))))
                .toList();
    }

    private List<String> cells(Predicate<KnownIssueMatch> chosen) {
        return matches.entrySet().stream()
                .filter(entry -> chosen.test(entry.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** What the test comes to, as far as the body does not make it worse. */
    static Outcome outcome(KnownIssueMatch match, Verdict verdict) {
        if (match.hit().isPresent()) {
            return Outcome.INCONCLUSIVE;
        }
        return match.obsolete().isEmpty() ? verdict.outcome() : Outcome.VIOLATES;
    }

    static TestAbortedException abort(KnownIssueMatch match, Verdict verdict) {
        KnownIssueSpec record = match.hit().orElseThrow();
        return new TestAbortedException("known issue %s: %s%n%s%n%n%s"
                .formatted(record.id(), record.statement(), record.link(), FindingRenderer.render(verdict.findings())));
    }

    /** Those of the verdict, and what records have to say to it. Records come first: only few findings are shown. */
    static List<Finding> findings(KnownIssueMatch match, Verdict verdict) {
        List<Finding> findings = new ArrayList<>();
        match.obsolete().forEach(record -> findings.add(obsolete(record)));
        match.among().forEach(record -> findings.add(notAlone(record)));
        findings.addAll(verdict.findings());
        return findings;
    }

    private static Finding obsolete(KnownIssueSpec record) {
        return Finding.of(FindingKind.DECLARATION, "known issue", record.id() + " is obsolete: the case conforms")
                .with("expected", String.join(" or ", symptoms(record)) + ", always: " + record.statement())
                .with("actual", "no finding")
                .with("where", "config/known-issues.yaml")
                .with("remedy", "take this version out of the record, narrow its condition, or say sometimes");
    }

    private static Finding notAlone(KnownIssueSpec record) {
        return Finding.of(FindingKind.DECLARATION, "known issue", record.id() + " showed, but not alone")
                .with("expected", String.join(" or ", symptoms(record)) + ", and nothing else")
                .with("actual", "the findings that follow")
                .with("where", "config/known-issues.yaml");
    }

    private static List<String> symptoms(KnownIssueSpec record) {
        return record.signature().kinds().stream().map(Enum::name).sorted().toList();
    }
}
