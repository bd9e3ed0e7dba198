package org.nixlconform.jupiter;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.BlockRequest;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.report.RunReport;
import org.nixlconform.verdict.Outcome;
import org.nixlconform.verdict.Verdict;

/**
 * What a failing cell leaves so that it can be run again: the case, its plan and environment, and what was found. The rest is for
 * those who read the file: the plan's attributes, the blocks of each request, and what the run said of releases and nodes.
 *
 * @param plan its name, as it is declared: a cell may have fewer blocks where memory is scarce
 * @param environment of the cluster's file, with the release where one was asked for
 * @param kinds of the findings, sorted
 * @param attributes of the plan, seeds among them
 * @param requests blocks of the first iteration
 * @param run what the run's report says of nodes, releases and variables
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Replay(
        int format,
        String cell,
        String plan,
        String testClass,
        String testMethod,
        String environment,
        String cluster,
        String outcome,
        List<String> kinds,
        List<String> attributes,
        List<BlockRequest> requests,
        Map<String, String> run) {
    static final String FILE = "replay.json";
    private static final int FORMAT = 1;
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * Of a cell that violates or is broken and had an environment; else empty.
     *
     * @param properties of the run, asked for where there is such a cell
     */
    static Optional<Replay> of(
            Cell cell,
            TransferPlan plan,
            Verdict verdict,
            String cluster,
            Supplier<List<RunReport.Property>> properties) {
        boolean fails = verdict.outcome() == Outcome.VIOLATES || verdict.outcome() == Outcome.BROKEN;
        return cell.environment().filter(name -> fails).map(environment -> {
            Map<String, String> run = new LinkedHashMap<>();
            properties.get().forEach(each -> run.put(each.name(), each.value()));
            return new Replay(
                    FORMAT,
                    cell.name(),
                    cell.planned().name(),
                    cell.testClass(),
                    cell.testMethod(),
                    environment,
                    cluster,
                    verdict.outcome().name(),
                    kinds(verdict),
                    Evidence.lines(plan).lines().toList(),
                    plan.requests(),
                    run);
        });
    }

    private static List<String> kinds(Verdict verdict) {
        return verdict.findings().stream()
                .map(finding -> finding.kind().name())
                .distinct()
                .sorted()
                .toList();
    }

    String json() {
        try {
            return JSON.writeValueAsString(this) + "\n";
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** @throws UncheckedIOException when it cannot be written */
    void keep(Path folder) {
        try {
            Files.writeString(folder.resolve(FILE), json());
        } catch (IOException unwritable) {
            throw new UncheckedIOException("the replay cannot be written to " + folder, unwritable);
        }
    }

    /** @throws FindingException when the file is not one of these */
    static Replay read(Path file) {
        try {
            Replay read = JSON.readValue(Files.readString(file), Replay.class);
            if (read.format() != FORMAT || read.plan() == null || read.environment() == null) {
                throw unreadable(file, "format " + read.format());
            }
            return read;
        } catch (IOException failed) {
            throw unreadable(
                    file,
                    String.valueOf(failed.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private static FindingException unreadable(Path file, String actual) {
        return new FindingException(
                Finding.of(FindingKind.CONFIGURATION, "replay", "the file to be run again cannot be read")
                        .with("expected", FILE + " from the evidence of a cell that failed, of format " + FORMAT)
                        .with("actual", actual)
                        .with("where", file)
                        .with("remedy", "name such a file: -Dreplay=.../evidence/CELL/" + FILE));
    }

    boolean isOf(Cell cell) {
        return cell.testClass().equals(testClass)
                && cell.testMethod().equals(testMethod)
                && cell.planned().name().equals(plan)
                && cell.environment().equals(Optional.of(environment));
    }

    /** The releases that the environment was asked for, as {@code -Dnixl.versions} takes them; empty for its own. */
    Optional<String> releases() {
        int at = environment.indexOf('@');
        return at < 0 ? Optional.empty() : Optional.of(environment.substring(at + 1));
    }

    /** @throws FindingException when the cluster lacks the environment */
    void requireEnvironment(List<EnvironmentChoice> choices, Path clusterFile) {
        if (choices.stream().noneMatch(choice -> choice.name().equals(environment))) {
            throw new FindingException(Finding.of(
                            FindingKind.CONFIGURATION, "replay", "the cluster does not have the replay's environment")
                    .with("expected", environment)
                    .with(
                            "actual",
                            choices.stream().map(EnvironmentChoice::name).collect(Collectors.joining(", ")))
                    .with("where", clusterFile)
                    .with("remedy", "name it among the environments of the cluster's file"));
        }
    }

    /** What another run of it says. */
    String compared(Verdict verdict) {
        Set<String> before = new TreeSet<>(kinds);
        Set<String> now = new TreeSet<>(kinds(verdict));
        if (verdict.outcome() == Outcome.CONFORMS) {
            return "does not reproduce: it conforms, and was " + text(before);
        }
        if (verdict.outcome() == Outcome.INCONCLUSIVE) {
            return "says nothing: it was not judged here, and was " + text(before);
        }
        if (now.equals(before)) {
            return "reproduces: " + text(now);
        }
        Set<String> both = new TreeSet<>(now);
        both.retainAll(before);
        return (both.isEmpty() ? "does not reproduce: " : "reproduces in part: ") + text(now) + ", and was "
                + text(before);
    }

    private static String text(Set<String> kinds) {
        return String.join(", ", kinds);
    }
}
