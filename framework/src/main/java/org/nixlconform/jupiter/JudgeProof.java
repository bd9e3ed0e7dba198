package org.nixlconform.jupiter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.nixlconform.cluster.Cluster;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.configuration.FabricSpec;
import org.nixlconform.environment.Environment;
import org.nixlconform.fault.CleanCases;
import org.nixlconform.fault.FaultCatalogue;
import org.nixlconform.fault.PlantedFault;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Backend;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.TransferPlan;
import org.opentest4j.AssertionFailedError;

/**
 * Proves the judge on a cluster: every planted fault is found as what it is, and clean cases bring no finding. Leaves
 * {@code target/conformance/confusion.json} and, when everything was run, the matrix in {@code docs/judge.md}.
 *
 * <p>System properties: {@code cluster}, {@code root}, {@code work} as for a run; {@code judge.seeds} how many seeds for
 * each fault (1), {@code judge.clean} how many clean cases (10), {@code judge.only} part of the names or families to run,
 * {@code judge.memory} where the caches are (DRAM).
 */
public final class JudgeProof implements AutoCloseable {
    private static final String PAGE = "docs/judge.md";

    private final Path root;
    private final ConformanceRun.Opened opened;
    private final FaultRun runner;
    private final Optional<FaultRun> onRails;
    private final Backend backend;
    private final Wanted wanted;
    private final ConfusionMatrix matrix = new ConfusionMatrix();
    private int cleanDone;

    /**
     * @param seeds for each fault
     * @param only in lower case; empty for all
     * @param memory of the caches
     */
    record Wanted(int seeds, int cleanCases, String only, MemoryKind memory) {

        /** @throws FindingException when a number is none */
        static Wanted of(Function<String, @Nullable String> property) {
            String only = property.apply("judge.only");
            return new Wanted(
                    number(property, "judge.seeds", 1, 1),
                    number(property, "judge.clean", 0, 10),
                    only == null ? "" : only.toLowerCase(Locale.ROOT),
                    memory(property.apply("judge.memory")));
        }

        private static MemoryKind memory(@Nullable String value) {
            return Stream.of(MemoryKind.values())
                    .filter(kind -> value == null || kind.name().equals(value))
                    .findFirst()
                    .orElseThrow(() -> new FindingException(
                            Finding.of(FindingKind.CONFIGURATION, "selection", "-Djudge.memory is no kind of memory")
                                    .with("expected", "one of " + List.of(MemoryKind.values()))
                                    .with("actual", "'" + value + "'")
                                    .with("where", "-Djudge.memory on the command line")
                                    .with("remedy", "for example -Djudge.memory=VRAM")));
        }

        private static int number(Function<String, @Nullable String> property, String name, int least, int otherwise) {
            String value = property.apply(name);
            if (value == null) {
                return otherwise;
            }
            // Nine digits are an int.
            if (value.matches("\\d{1,9}") && Integer.parseInt(value) >= least) {
                return Integer.parseInt(value);
            }
            throw new FindingException(
                    Finding.of(FindingKind.CONFIGURATION, "selection", "-D" + name + " is no number that can be used")
                            .with("expected", "a whole number from " + least + " to 999999999")
                            .with("actual", "'" + value + "'")
                            .with("where", "-D" + name + " on the command line")
                            .with("remedy", "for example -D" + name + "=" + Math.max(5, otherwise)));
        }

        boolean takes(String name, String family) {
            return name.toLowerCase(Locale.ROOT).contains(only) || family.contains(only);
        }

        boolean takesClean() {
            return only.isEmpty() || "clean".contains(only);
        }
    }

    private JudgeProof(
            Path root, ConformanceRun.Opened opened, FaultRun runner, Optional<FaultRun> onRails, Wanted wanted) {
        this.root = root;
        this.opened = opened;
        this.runner = runner;
        this.onRails = onRails;
        this.backend = Backend.valueOf(runner.environment().spec().backends().get(0));
        this.wanted = wanted;
    }

    /** Reaches the cluster and proves its first environment, and faults of rails in the first that simulates them. */
    public static JudgeProof open() {
        Function<String, @Nullable String> property = System::getProperty;
        Wanted wanted = Wanted.of(property);
        String given = property.apply("root");
        Path root = Path.of(given == null ? "" : given).toAbsolutePath();
        ConformanceRun.Opened opened = ConformanceRun.reach(property, root, Selection.of(property));
        Path folder = root.resolve("target").resolve("judge");
        Function<EnvironmentSpec, FaultRun> staged =
                spec -> new FaultRun(opened.reached(), staged(spec, opened.reached(), folder), folder);
        List<EnvironmentSpec> specs =
                opened.environments().stream().map(EnvironmentChoice::prefill).toList();
        FaultRun runner = staged.apply(specs.get(0));
        boolean takesRails =
                FaultCatalogue.onSimulatedEfa(1).stream().anyMatch(fault -> wanted.takes(fault.name(), fault.family()));
        Optional<FaultRun> onRails = specs.stream()
                .filter(spec -> takesRails && simulatesRails(spec))
                .findFirst()
                .map(staged);
        return new JudgeProof(root, opened, runner, onRails, wanted);
    }

    private static Environment staged(EnvironmentSpec spec, Cluster cluster, Path folder) {
        return Environment.stage(spec, cluster.nodes(), folder, line -> System.out.println("[nixlconform] " + line));
    }

    private static boolean simulatesRails(EnvironmentSpec spec) {
        return spec.fabric()
                .filter(fabric -> fabric.provider() == FabricSpec.Provider.SIMULATED_EFA)
                .filter(fabric -> fabric.topology() == FabricSpec.FabricTopology.NONE)
                .filter(fabric -> fabric.prefillRails() == FaultCatalogue.RAILS)
                .filter(fabric -> fabric.decodeRails() == FaultCatalogue.RAILS)
                .isPresent();
    }

    /** One test for each fault and seed. */
    public Stream<DynamicTest> faults() {
        return LongStream.rangeClosed(1, wanted.seeds())
                .boxed()
                .flatMap(seed -> Stream.of(
                                planted(FaultCatalogue.all(seed, backend), runner),
                                onRails.map(rails -> planted(FaultCatalogue.onSimulatedEfa(seed), rails))
                                        .orElse(Stream.empty()),
                                beforeARun(seed))
                        .flatMap(tests -> tests));
    }

    private Stream<DynamicTest> planted(List<PlantedFault> faults, FaultRun in) {
        return faults.stream()
                .filter(fault -> wanted.takes(fault.name(), fault.family()))
                // Nobody looks into a GPU's memory at DONE, and trials are made in host memory.
                .filter(fault -> wanted.memory() == MemoryKind.DRAM
                        || !(fault.plan().expectations().visibleAtDone()
                                || fault.plan().storm().isPresent()
                                        && fault.expected().contains(FindingKind.EARLY_DONE)
                                || fault.plan().lifecycle().isPresent()))
                .map(fault -> fault.in(wanted.memory()))
                .map(fault -> test(
                        fault.name(),
                        fault.family(),
                        fault.seed(),
                        fault.expected(),
                        fault.says(),
                        () -> in.of(fault)));
    }

    private Stream<DynamicTest> beforeARun(long seed) {
        return StartFault.all(seed).stream()
                .filter(fault -> wanted.takes(fault.name(), StartFault.FAMILY))
                .map(fault -> test(
                        fault.name(),
                        StartFault.FAMILY,
                        seed,
                        fault.expected(),
                        Set.of(),
                        () -> fault.of(root, runner.folder())));
    }

    private DynamicTest test(
            String name,
            String family,
            long seed,
            Set<FindingKind> expected,
            Set<String> says,
            Supplier<FaultRun.Found> run) {
        return DynamicTest.dynamicTest(name + ", seed " + seed, () -> {
            FaultRun.Found found = run.get();
            ConfusionMatrix.Row row =
                    new ConfusionMatrix.Row(name, family, seed, expected, found.planted(), found.kinds(), found.took());
            matrix.add(row);
            boolean right = row.right() && found.says(says);
            System.out.printf(
                    Locale.ROOT,
                    "  %-6s %5.1f s  %s, seed %d: %s%n",
                    right ? "found" : "WRONG",
                    found.took().toMillis() / 1e3,
                    name,
                    seed,
                    found.kinds());
            if (!right) {
                throw new AssertionFailedError(name + ", seed " + seed + ": expected " + expected
                        + (says.isEmpty() ? "" : ", with " + says) + "\n\n" + found.described());
            }
        });
    }

    /** One test for each clean case. */
    public Stream<DynamicTest> cleanCases() {
        return wanted.takesClean()
                ? CleanCases.of(wanted.cleanCases(), wanted.cleanCases(), backend).stream()
                        .map(plan -> PlanDraft.of(plan.name(), plan).memory(wanted.memory()))
                        .map(draft -> ((Planned.Possible) draft.plan()).plan())
                        .map(plan -> DynamicTest.dynamicTest(plan.name(), () -> clean(plan)))
                : Stream.empty();
    }

    private void clean(TransferPlan plan) {
        FaultRun.Found found = runner.clean("clean " + cleanDone, plan);
        cleanDone++;
        matrix.addClean(found.findings());
        if (!found.findings().isEmpty()) {
            throw new AssertionFailedError(plan.name() + "\n\n" + found.described());
        }
    }

    /**
     * Writes what was found, whatever it was.
     *
     * @throws FindingException when the page has no place for the matrix; what was found is written by then
     */
    @Override
    public void close() {
        System.out.println("[nixlconform] " + matrix.summary());
        try {
            Path folder = Files.createDirectories(ResultsFolder.of(System::getProperty, root));
            Files.writeString(folder.resolve("confusion.json"), matrix.json());
            if (wanted.only().isEmpty() && wanted.memory() == MemoryKind.DRAM && !matrix.isEmpty()) {
                Path page = root.resolve(PAGE);
                Files.writeString(page, matrix.into(Files.readString(page), PAGE));
            }
        } catch (IOException unwritable) {
            throw new UncheckedIOException("the confusion matrix cannot be written below " + root, unwritable);
        } finally {
            opened.reached().close();
        }
    }
}
