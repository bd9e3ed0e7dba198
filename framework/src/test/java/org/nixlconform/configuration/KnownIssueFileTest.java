package org.nixlconform.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nixlconform.configuration.KnownIssueSpec.Condition;
import org.nixlconform.configuration.KnownIssueSpec.Condition.Key;
import org.nixlconform.configuration.KnownIssueSpec.Expectation;
import org.nixlconform.configuration.KnownIssueSpec.Signature;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Trial;

class KnownIssueFileTest {
    private static final String RECORD = """
              - id: crash
                statement: It crashes.
                nixl: {versions: [1.4.0, 1.5.1]}
                signature: {kind: ENGINE_DIED}
                expectation: always
                link: https://example.org/1
                since: 2026-08-01
            """;

    @TempDir
    private Path root;

    private List<KnownIssueSpec> read(String text) throws IOException {
        Path file = root.resolve("config/known-issues.yaml");
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return Configuration.knownIssues(root);
    }

    private void refused(String text, String... mistakes) throws IOException {
        FindingException refusal = catchThrowableOfType(FindingException.class, () -> read(text));
        assertThat(refusal).isNotNull();
        assertThat(refusal).hasMessageContainingAll(mistakes);
    }

    private static String with(String key, String value) {
        return "issues:\n" + RECORD.replaceAll("(?m)^    " + key + ":.*$", "    " + key + ": " + value);
    }

    @Test
    void noFileIsNoRecord() {
        assertThat(Configuration.knownIssues(root)).isEmpty();
    }

    @Test
    void everyKeyIsRead() throws IOException {
        List<KnownIssueSpec> records = read("""
                issues:
                  - id: one
                    statement: Something is wrong.
                    nixl: {distribution: nixl-cu12, versions: [1.4.0, 1.5.1]}
                    backend: UCX
                    provider: [tcp, cma]
                    condition:
                      placement: SPREAD
                      operation: READ
                      initiator: DECODE
                      memory: VRAM
                      layout: NHD
                      dtype: FP8
                      attention: MLA
                      prefillTp: 4
                      decodeTp: 8
                      minRanks: 12
                      rails: unequal
                      targetEnds: IN_FLIGHT
                      streamOrder: CAPTURE_BESIDE
                      deviceCache: MAPPED
                      trial: join
                    signature: {kind: [ENGINE_DIED, PEER_LOST], phase: register, log: 'mlx5: \\d+'}
                    expectation: sometimes
                    link: https://example.org/1
                    since: 1.4.0
                """);

        assertThat(records)
                .containsExactly(new KnownIssueSpec(
                        "one",
                        "Something is wrong.",
                        Optional.of("nixl-cu12"),
                        Set.of("1.4.0", "1.5.1"),
                        Optional.of("UCX"),
                        Set.of("tcp", "cma"),
                        new Condition(Map.ofEntries(
                                Map.entry(Key.PLACEMENT, "SPREAD"),
                                Map.entry(Key.OPERATION, "READ"),
                                Map.entry(Key.INITIATOR, "DECODE"),
                                Map.entry(Key.MEMORY, "VRAM"),
                                Map.entry(Key.LAYOUT, "NHD"),
                                Map.entry(Key.DTYPE, "FP8"),
                                Map.entry(Key.ATTENTION, "MLA"),
                                Map.entry(Key.PREFILL_TP, "4"),
                                Map.entry(Key.DECODE_TP, "8"),
                                Map.entry(Key.MIN_RANKS, "12"),
                                Map.entry(Key.RAILS, "unequal"),
                                Map.entry(Key.TARGET_ENDS, "IN_FLIGHT"),
                                Map.entry(Key.STREAM_ORDER, "CAPTURE_BESIDE"),
                                Map.entry(Key.DEVICE_CACHE, "MAPPED"),
                                Map.entry(Key.TRIAL, "join"))),
                        new Signature(
                                Set.of(FindingKind.ENGINE_DIED, FindingKind.PEER_LOST),
                                Optional.of("register"),
                                Optional.of("mlx5: \\d+")),
                        Expectation.SOMETIMES,
                        "https://example.org/1",
                        "1.4.0"));
    }

    @Test
    void whatIsAbsentIsAny() throws IOException {
        KnownIssueSpec record = read("issues:\n" + RECORD).get(0);

        assertThat(record.distribution()).isEmpty();
        assertThat(record.backend()).isEmpty();
        assertThat(record.provider()).isEmpty();
        assertThat(record.condition()).isEqualTo(Condition.NONE);
        assertThat(record.signature().phase()).isEmpty();
        assertThat(record.expectation()).isEqualTo(Expectation.ALWAYS);
    }

    @Test
    void aRecordMayNameTheReleasesOfBothSides() throws IOException {
        assertThat(read(with("nixl", "{versions: ['1.3.2:1.4.0', 1.4.0]}"))
                        .get(0)
                        .versions())
                .containsExactlyInAnyOrder("1.3.2:1.4.0", "1.4.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.3.2:", "1.3.2:1.4.0:1.5.1", ">=1.0", "1.*", "~=1.4", "1.4.0 - 1.5.1", "<2", "^1.4"})
    void aRangeIsRefusedWithTheReason(String version) throws IOException {
        refused(
                with("nixl", "{versions: ['" + version + "']}"),
                "4:23: wrong value",
                "expected an exact version, such as 1.5.1; no range,"
                        + " because release numbers do not order what a release contains");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{kind: TORM}                          | did you mean 'TORN'",
                "{kind: CHECK}                         | wrong value 'CHECK' for 'kind' in signature",
                "{kind: TORN, phase: register}         | phase for kind TORN, expected none",
                "{kind: ENGINE_DIED, phase: regster}   | did you mean 'register'",
                "{kind: LOG}                           | kind LOG without 'log'",
                "{kind: LOG, log: '['}                 | expected a regular expression (",
                "{phase: register}                     | missing key 'kind' in signature",
                "{kind: TORN, phse: register}          | did you mean 'phase'"
            })
    void aSignatureThatCannotBeIsRefused(String signature, String mistake) throws IOException {
        refused(with("signature", signature), "config/known-issues.yaml:5:", mistake);
    }

    @Test
    void allMistakesAreSaidAtOnce() throws IOException {
        refused(
                "issues:\n" + RECORD + RECORD.replace("https", "ftp").replace("always", "often") + "more: 1\n",
                "has 4 mistakes",
                "'crash'",
                "wrong value 'often'",
                "ftp://example.org/1",
                "unknown key 'more'",
                "docs/known-issues.md explains every key");
    }

    @Test
    void everyTrialIsAPhaseThatARecordMayName() {
        assertThat(Names.PHASES).containsAll(Names.TRIALS);
        assertThat(Names.TRIALS)
                .containsExactlyElementsOf(
                        Arrays.stream(Trial.values()).map(Trial::label).toList());
    }
}
