package org.nixlconform.reports.results;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The cells of one environment, by topology and combination. Cells that differ only otherwise, such as in their
 * blocks or layout, share an entry. Cells whose plan was refused have no place in it. A cell whose engines serve requests on
 * their own has two: that of its single transfers and that of serving; one with another workload has that of its word alone.
 *
 * @param topologies rows, small ones first
 */
record Matrix(String environment, List<String> topologies, List<Combination> combinations, List<Entry> entries) {
    private static final String SINGLE = "single";
    private static final String MICRO = "micro";
    private static final String SERVING = "serving";

    /** What one cell says at one place. */
    record Entry(
            String topology,
            Combination combination,
            Standing standing,
            @Nullable Double gbPerSecond) {}

    /**
     * What a column stands for.
     *
     * @param memory such as {@code host memory}
     * @param fabric such as {@code simulated EFA}; empty where it was not seen
     * @param workload {@code micro}: single transfers, or the plan's word, such as {@code serving}
     */
    record Combination(
            String backend, String memory, String fabric, String placement, String operation, String workload)
            implements Comparable<Combination> {
        private static final Comparator<Combination> ORDER = Comparator.comparing(Combination::backend)
                .thenComparing(Combination::memory)
                .thenComparing(Combination::fabric)
                .thenComparing(Combination::placement)
                .thenComparing(Combination::operation)
                .thenComparing(Combination::workload);

        /** For example {@code UCX host memory} or {@code LIBFABRIC host memory, simulated EFA}. */
        String path() {
            return backend + " " + memory + (fabric.isEmpty() ? "" : ", " + fabric);
        }

        /** For example {@code pack READ, serving}. */
        String manner() {
            return placement.toLowerCase(Locale.ROOT) + " " + operation + ", " + workload;
        }

        @Override
        public int compareTo(Combination other) {
            return ORDER.compare(this, other);
        }
    }

    /** One matrix for each environment that has planned cells, by name. */
    static List<Matrix> byEnvironment(List<CellResult> cells) {
        Map<String, List<CellResult>> byEnvironment = new TreeMap<>();
        for (CellResult cell : cells) {
            if (cell.topology() != null) {
                String environment = Objects.requireNonNullElse(cell.environment(), "no environment");
                byEnvironment
                        .computeIfAbsent(environment, name -> new ArrayList<>())
                        .add(cell);
            }
        }
        List<Matrix> matrices = new ArrayList<>();
        byEnvironment.forEach((environment, planned) -> matrices.add(of(environment, planned)));
        return matrices;
    }

    private static Matrix of(String environment, List<CellResult> planned) {
        TreeSet<String> topologies =
                new TreeSet<>(Comparator.comparingInt(Matrix::ranks).thenComparing(Comparator.<String>naturalOrder()));
        TreeSet<Combination> combinations = new TreeSet<>();
        List<Entry> entries =
                planned.stream().flatMap(cell -> entries(cell).stream()).toList();
        for (Entry entry : entries) {
            topologies.add(entry.topology());
            combinations.add(entry.combination());
        }
        return new Matrix(environment, List.copyOf(topologies), List.copyOf(combinations), entries);
    }

    private static List<Entry> entries(CellResult cell) {
        CellResult.ServingLine serving = cell.serving();
        if (serving == null) {
            String word = Objects.requireNonNullElse(cell.workload(), SINGLE);
            boolean single = word.equals(SINGLE);
            return List.of(entry(cell, single ? MICRO : word, cell.standing(), single ? cell.gbPerSecond() : null));
        }
        Standing single = cell.violatesInServingAlone() ? Standing.CONFORMS : cell.standing();
        return List.of(
                entry(cell, MICRO, single, cell.gbPerSecond()),
                entry(cell, SERVING, cell.standing(), serving.gbPerSecond()));
    }

    private static Entry entry(CellResult cell, String workload, Standing standing, @Nullable Double gbPerSecond) {
        String memory = Objects.requireNonNullElse(cell.memory(), "");
        return new Entry(
                Objects.requireNonNullElse(cell.topology(), ""),
                new Combination(
                        Objects.requireNonNullElse(cell.backend(), ""),
                        memory.equals("DRAM") ? "host memory" : memory.replace("_TO_", " to "),
                        Objects.requireNonNullElse(cell.fabric(), ""),
                        Objects.requireNonNullElse(cell.placement(), ""),
                        Objects.requireNonNullElse(cell.operation(), ""),
                        workload),
                standing,
                gbPerSecond);
    }

    /** All of one row and column. */
    List<Entry> at(String topology, Combination combination) {
        return entries.stream()
                .filter(entry ->
                        entry.topology().equals(topology) && entry.combination().equals(combination))
                .toList();
    }

    /** Whether no column says anything of device memory over EFA. */
    boolean isSimulated() {
        return combinations.stream()
                .noneMatch(each -> each.memory().equals("VRAM") && each.fabric().equals("EFA"));
    }

    /**
     * One word for an entry: the worst standing, and how many cells share it. Empty when there are no cells.
     *
     * <p>For example {@code conforms}, {@code conforms x3}, {@code VIOLATES 1 of 3}.
     */
    static String word(List<Entry> entry) {
        Optional<Standing> worst = entry.stream().map(Entry::standing).max(Comparator.naturalOrder());
        if (worst.isEmpty()) {
            return "";
        }
        String label = worst.get().label();
        long sharing =
                entry.stream().filter(cell -> cell.standing() == worst.get()).count();
        if (sharing < entry.size()) {
            return label + " " + sharing + " of " + entry.size();
        }
        return sharing == 1 ? label : label + " x" + sharing;
    }

    /** Range of the measured throughputs without a unit, such as {@code 5.31} or {@code 4.90-5.31}; GB/s. */
    static Optional<String> speeds(List<Entry> entry) {
        List<Double> measured = entry.stream()
                .map(Entry::gbPerSecond)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .sorted()
                .toList();
        if (measured.isEmpty()) {
            return Optional.empty();
        }
        String least = Figures.digits(measured.get(0));
        String most = Figures.digits(measured.get(measured.size() - 1));
        return Optional.of(least.equals(most) ? least : least + "-" + most);
    }

    /** Ranks of a topology's label; 80 for {@code 4P-TP4 -> 8D-TP8}. */
    private static int ranks(String topology) {
        int ranks = 0;
        int engines = 0;
        for (String number : topology.replaceAll("[^0-9]+", " ").trim().split(" ", -1)) {
            int value = number.isEmpty() ? 0 : Integer.parseInt(number);
            ranks += engines * value;
            engines = engines == 0 ? value : 0;
        }
        return ranks;
    }
}
