package org.nixlconform.jupiter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.nixlconform.environment.Environment;
import org.nixlconform.fault.CleanCases;
import org.nixlconform.fault.FaultCatalogue;
import org.nixlconform.fault.PlantedFault;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Backend;
import org.nixlconform.plan.TransferPlan;
import org.opentest4j.AssertionFailedError;

/**
 * Proves the judge on a cluster: every planted fault is found as what it is, and clean cases bring no finding. Leaves
 * {@code target/conformance/confusion.json} and, when everything was run, {@code docs/judge-matrix.md}.
 *
 * <p>System properties: {@code cluster}, {@code root}, {@code work} as for a run; {@code judge.seeds} how many seeds for
 * each fault (1), {@code judge.clean} how many clean cases (10), {@code judge.only} part of the names to run.
 */
public final class JudgeProof implements AutoCloseable {
    private final Path root;
    private final ConformanceRun.Opened opened;
    private final FaultRun runner;
    private final Backend backend;
    private final int seeds;
    private final int cleanCases;
    private final String only;
    private final List<Row> rows = new ArrayList<>();
    private int cleanDone;
    private int cleanFindings;

    private record Row(PlantedFault fault, boolean planted, Set<FindingKind> found, Duration took) {
        boolean right() {
            return planted && found.equals(fault.expected());
        }
    }

    private JudgeProof(
            Path root, ConformanceRun.Opened opened, FaultRun runner, Function<String, @Nullable String> property) {
        this.root = root;
        this.opened = opened;
        this.runner = runner;
        this.backend = Backend.valueOf(runner.environment().spec().backends().get(0));
        this.seeds = number(property, "judge.seeds", 1);
        this.cleanCases = number(property, "judge.clean", 10);
        String part = property.apply("judge.only");
        this.only = part == null ? "" : part.toLowerCase(Locale.ROOT);
    }

    /** Reaches the cluster and proves its first environment. */
    public static JudgeProof open() {
        Function<String, @Nullable String> property = System::getProperty;
        String given = property.apply("root");
        Path root = Path.of(given == null ? "" : given).toAbsolutePath();
        ConformanceRun.Opened opened = ConformanceRun.reach(property, root);
        Path folder = root.resolve("target").resolve("judge");
        Environment environment = Environment.stage(
                opened.environments().get(0),
                opened.reached().nodes().get(0),
                opened.engines(),
                folder,
                line -> System.out.println("[nixlconform] " + line));
        return new JudgeProof(
                root, opened, new FaultRun(opened.reached(), opened.engines(), environment, folder), property);
    }

    private static int number(Function<String, @Nullable String> property, String name, int otherwise) {
        String value = property.apply(name);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    /** One test for each fault and seed. */
    public Stream<DynamicTest> faults() {
        return LongStream.rangeClosed(1, seeds)
                .boxed()
                .flatMap(seed -> FaultCatalogue.all(seed, backend).stream())
                .filter(fault -> fault.name().toLowerCase(Locale.ROOT).contains(only))
                .map(fault -> DynamicTest.dynamicTest(fault.name() + ", seed " + fault.seed(), () -> prove(fault)));
    }

    private void prove(PlantedFault fault) {
        FaultRun.Found found = runner.of(fault);
        Row row = new Row(fault, found.planted(), found.kinds(), found.took());
        rows.add(row);
        System.out.printf(
                Locale.ROOT,
                "  %-6s %5.1f s  %s, seed %d: %s%n",
                row.right() ? "found" : "WRONG",
                found.took().toMillis() / 1e3,
                fault.name(),
                fault.seed(),
                found.kinds());
        if (!row.right()) {
            throw new AssertionFailedError(fault.name() + ", seed " + fault.seed() + ": expected " + fault.expected()
                    + "\n\n" + found.described());
        }
    }

    /** One test for each clean case. */
    public Stream<DynamicTest> cleanCases() {
        return only.isEmpty() || "clean".contains(only)
                ? CleanCases.of(cleanCases, backend).stream()
                        .map(plan -> DynamicTest.dynamicTest(plan.name(), () -> clean(plan)))
                : Stream.empty();
    }

    private void clean(TransferPlan plan) {
        FaultRun.Found found = runner.clean("clean " + cleanDone, plan);
        cleanDone++;
        cleanFindings += found.findings().size();
        if (!found.findings().isEmpty()) {
            throw new AssertionFailedError(plan.name() + "\n\n" + found.described());
        }
    }

    /** Writes what was found, whatever it was. */
    @Override
    public void close() {
        try {
            Path folder = Files.createDirectories(root.resolve("target").resolve("conformance"));
            Files.writeString(folder.resolve("confusion.json"), json());
            if (only.isEmpty() && !rows.isEmpty()) {
                Files.writeString(root.resolve("docs").resolve("judge-matrix.md"), page());
            }
        } catch (IOException unwritable) {
            throw new UncheckedIOException("the confusion matrix cannot be written below " + root, unwritable);
        } finally {
            opened.reached().close();
        }
        long right = rows.stream().filter(Row::right).count();
        System.out.printf(
                "[nixlconform] %d of %d planted faults were found as what they are; %d findings in %d clean cases%n",
                right, rows.size(), cleanFindings, cleanDone);
    }

    private String json() {
        return rows.stream()
                .map(row ->
                        "  {\"fault\": \"%s\", \"family\": \"%s\", \"expected\": %s, \"found\": %s, \"planted\": %s, \"seed\": %d, \"seconds\": %s}"
                                .formatted(
                                        row.fault().name(),
                                        row.fault().family(),
                                        array(row.fault().expected()),
                                        array(row.found()),
                                        row.planted(),
                                        row.fault().seed(),
                                        String.format(
                                                Locale.ROOT, "%.3f", row.took().toMillis() / 1e3)))
                .collect(Collectors.joining(
                        ",\n",
                        "{\"cleanCases\": %d, \"findingsInCleanCases\": %d, \"faults\": [\n"
                                .formatted(cleanDone, cleanFindings),
                        "\n]}\n"));
    }

    private static String array(Set<FindingKind> kinds) {
        return kinds.stream().sorted().map(kind -> '"' + kind.name() + '"').collect(Collectors.joining(", ", "[", "]"));
    }

    /** Rows are faults, columns are the kinds that any of them was expected or found as. */
    private String page() {
        SortedSet<FindingKind> columns = new TreeSet<>();
        rows.forEach(row -> {
            columns.addAll(row.fault().expected());
            columns.addAll(row.found());
        });
        StringBuilder page = new StringBuilder(
                        "# Confusion matrix\n\nWritten by `mvn verify -Dcluster=local -Djudge`. ")
                .append(
                        "Each row is a planted fault, each column a kind of finding; a cell says in how many of the runs ")
                .append("(one a seed) the judge found it so. **Bold** is what was expected.\n\n| Fault |");
        columns.forEach(kind -> page.append(' ').append(kind).append(" |"));
        page.append("\n|---|").append("---|".repeat(columns.size())).append('\n');
        rows.stream().map(row -> row.fault().name()).distinct().forEach(name -> {
            List<Row> same =
                    rows.stream().filter(row -> row.fault().name().equals(name)).toList();
            page.append("| ").append(name).append(" |");
            columns.forEach(kind -> page.append(' ').append(cell(same, kind)).append(" |"));
            page.append('\n');
        });
        return page.append("\n%d clean cases of mixed geometry: %d findings.%n".formatted(cleanDone, cleanFindings))
                .toString();
    }

    private static String cell(List<Row> same, FindingKind kind) {
        long found = same.stream().filter(row -> row.found().contains(kind)).count();
        boolean expected = same.get(0).fault().expected().contains(kind);
        String count = found + "/" + same.size();
        return expected ? "**" + count + "**" : found == 0 ? "" : count;
    }
}
