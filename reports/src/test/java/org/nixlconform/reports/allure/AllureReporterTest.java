package org.nixlconform.reports.allure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.plan.Operation;
import org.nixlconform.report.TransferReport;
import org.nixlconform.reports.Samples;

class AllureReporterTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void statusFollowsTheStandingOfTheCell() throws Exception {
        List<String> statuses = new ArrayList<>();
        for (TransferReport report : List.of(
                Samples.conforms(1, 1, Operation.READ),
                Samples.notJudged(),
                Samples.knownIssue(),
                Samples.violates(),
                Samples.bodyFailed(),
                Samples.broken())) {
            JsonNode result = write("run-" + statuses.size(), report).get(0);
            statuses.add(result.get("status").asText());
        }
        assertThat(statuses).containsExactly("passed", "skipped", "skipped", "failed", "failed", "broken");
    }

    @Test
    void aKnownIssueLinksToWhereItIsTold() throws Exception {
        JsonNode links = write("run", Samples.knownIssue()).get(0).get("links");

        assertThat(links).anySatisfy(link -> {
            assertThat(link.get("name").asText()).isEqualTo("release-hangs");
            assertThat(link.get("url").asText()).isEqualTo("https://example.org/1");
            assertThat(link.get("type").asText()).isEqualTo("issue");
        });
        assertThat(write("other", Samples.violates()).get(0).get("links"))
                .noneSatisfy(link -> assertThat(link.get("type").asText()).isEqualTo("issue"));
    }

    @Test
    void historyFollowsTheCaseAndNotItsPlaceInTheRun() throws Exception {
        List<TransferReport> cells = new ArrayList<>(List.of(
                Samples.conforms(1, 1, Operation.READ),
                Samples.conforms(1, 1, Operation.WRITE),
                Samples.violates(),
                Samples.refused()));
        Map<String, String> first = histories(write("first", cells.toArray(new TransferReport[0])));
        Collections.reverse(cells);
        Map<String, String> second = histories(write("second", cells.toArray(new TransferReport[0])));

        assertThat(second).isEqualTo(first).hasSize(4);
        assertThat(first.values()).doesNotHaveDuplicates();
    }

    @Test
    void aViolationCarriesItsFindingsStagesAndEvidence() throws Exception {
        TransferReport report = Samples.violates();
        Path log = report.evidence().get(0);
        Path stack = report.evidence().get(1);
        place(log, "x".repeat(Attachments.LOG_END_BYTES) + "middle" + "y".repeat(Attachments.LOG_END_BYTES));
        place(stack, "main: nixl_capi_post_xfer_req\n");

        JsonNode result = write("", report).get(0);

        assertThat(result.get("name").asText()).isEqualTo(report.cell());
        assertThat(result.get("testCaseId")).isEqualTo(result.get("historyId"));
        assertThat(result.at("/statusDetails/message").asText())
                .startsWith("integrity: 3 of 16384 block slices differ on decode-0-rank-0\n\n  first    : layer 7");
        assertThat(values(result.get("labels"), "name", "value"))
                .containsEntry("parentSuite", "conformance")
                .containsEntry("suite", "TopologyConformance")
                .containsEntry("feature", "1P-TP2 -> 1D-TP2")
                .containsEntry("story", "A1")
                .containsEntry("host", "local")
                .containsEntry("owner", "platform");
        assertThat(values(result.get("parameters"), "name", "value"))
                .containsEntry("backend", "LIBFABRIC")
                .containsEntry("environment", "wheel-1.5.0")
                .containsEntry("seed", "7");
        assertThat(result.get("description").asText())
                .contains("throughput: 5.31 GB/s (0.92 of reference)")
                .contains("throughput was not judged: 4 ranks share 2 cores")
                .contains("on local: prefill 0: rank 0; decode 0: ranks 0, 1")
                .contains("progress thread off, because 4 ranks on 2 cores")
                .contains("rails: prefill 2, decode 2; metadata: prefill 709, decode 709 bytes");
        assertSteps(result.get("steps"));

        Map<String, String> attachments = values(result.get("attachments"), "name", "source");
        assertThat(attachments.keySet())
                .containsExactly(
                        "findings",
                        "differences.csv",
                        "plan",
                        "observation",
                        "prefill-0-rank-0.log",
                        "stacks/decode-0-rank-0.txt");
        assertThat(attached(attachments.get("differences.csv")))
                .isEqualTo("iteration,rank,side,kind,where,arena_offset,length_bytes,differing_bytes,expected,actual,"
                        + "detail\n0,decode-0-rank-0,destination,MISPLACED,\"layer 7, block 42, offset 0x1f00\","
                        + "0x1f00,4096,4090,\"prefill-0-rank-0, layer 7\",\"prefill-0-rank-1, \"\"layer 7\"\"\",\n");
        assertThat(attached(attachments.get("prefill-0-rank-0.log")))
                .contains("x\n... 6 bytes are left out here; the whole log is " + log + "\ny")
                .doesNotContain("middle");
        JsonNode observation = JSON.readTree(attached(attachments.get("observation")));
        assertThat(observation.at("/reference/bytesPerSecond/decode-0-rank-0").asDouble())
                .isEqualTo(5.7e9);
        assertThat(observation
                        .at("/metadata/0/content/connections/0/rails/data/declared")
                        .asInt())
                .isEqualTo(2);
        assertThat(observation.at("/phases/1/took").asText()).isEqualTo("PT0.001234567S");
    }

    @Test
    void evidenceThatCannotBeReadIsSaidAndCostsNothingElse() throws Exception {
        JsonNode result = write("", Samples.violates()).get(0);

        Map<String, String> attachments = values(result.get("attachments"), "name", "source");
        assertThat(attached(attachments.get("prefill-0-rank-0.log"))).contains("cannot be read");
    }

    @Test
    void everyCellThatDoesNotConformFallsIntoOneCategory() throws Exception {
        for (TransferReport report : List.of(
                Samples.notJudged(),
                Samples.knownIssue(),
                Samples.violates(),
                Samples.bodyFailed(),
                Samples.broken())) {
            JsonNode result =
                    write(report.cell().replaceAll("[^a-zA-Z0-9]", "_"), report).get(0);
            assertThat(categories(result)).as(report.cell()).hasSize(1);
        }
    }

    @Test
    void propertiesOfTheRunReadBackAsTheyWere() throws Exception {
        write("");
        Properties properties = new Properties();
        properties.load(new StringReader(Files.readString(folder.resolve("allure-results/environment.properties"))));

        Map<Object, Object> expected = new TreeMap<>(Map.of("cluster", "local"));
        Samples.run(List.of(), Map.of()).properties().forEach(p -> expected.put(p.name(), p.value()));
        assertThat(new TreeMap<>(properties)).isEqualTo(expected);
    }

    private void assertSteps(JsonNode steps) {
        assertThat(values(steps, "name", "start"))
                .containsOnlyKeys(
                        "cluster (reused)", "environment (reused)", "engine", "transfer", "verdict (VIOLATES)")
                .containsEntry("transfer", String.valueOf(Samples.STARTED.toEpochMilli() + 930));
        JsonNode transfer = steps.get(3);
        assertThat(transfer.get("stop").asLong() - transfer.get("start").asLong())
                .isEqualTo(1200);
        assertThat(values(transfer.get("steps"), "name", "status").keySet())
                .containsExactly(
                        "agent: median 40.5 ms, max 41.0 ms over 4 ranks",
                        "wait: median 1.24 ms, max 1.24 ms over 4 ranks");
    }

    private List<String> categories(JsonNode result) throws Exception {
        List<String> matching = new ArrayList<>();
        for (JsonNode category : JSON.readTree(RunFiles.categories())) {
            boolean status = category.get("matchedStatuses").get(0).equals(result.get("status"));
            String trace = result.at("/statusDetails/trace").asText();
            if (status && Pattern.matches(category.get("traceRegex").asText(), trace)) {
                matching.add(category.get("name").asText());
            }
        }
        return matching;
    }

    /** The results that a run with these cells leaves in a folder below the test's. */
    private List<JsonNode> write(String name, TransferReport... cells) throws Exception {
        Path run = folder.resolve(name);
        try (AllureReporter reporter = new AllureReporter()) {
            reporter.start(run, Samples.run(List.of(), Map.of()));
            List.of(cells).forEach(reporter::publish);
            reporter.finish(Samples.run(List.of(), Map.of()));
        }
        List<JsonNode> results = new ArrayList<>();
        try (Stream<Path> files = Files.list(run.resolve("allure-results"))) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith("-result.json")).toList()) {
                results.add(JSON.readTree(file.toFile()));
            }
        }
        return results;
    }

    private static Map<String, String> histories(List<JsonNode> results) {
        Map<String, String> histories = new TreeMap<>();
        results.forEach(result -> histories.put(
                result.get("name").asText(), result.get("historyId").asText()));
        return histories;
    }

    private static Map<String, String> values(JsonNode list, String name, String value) {
        Map<String, String> values = new LinkedHashMap<>();
        list.forEach(node -> values.put(node.get(name).asText(), node.get(value).asText()));
        return values;
    }

    private String attached(String source) throws Exception {
        return Files.readString(folder.resolve("allure-results").resolve(source));
    }

    private void place(Path evidence, String text) throws Exception {
        Path file = folder.resolve(evidence);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
