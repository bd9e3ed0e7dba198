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

/**
 * The cells of one environment, by topology and combination. Cells that differ only otherwise, such as in their
 * blocks or layout, share an entry. Cells whose plan was refused have no place in it.
 *
 * @param topologies rows, small ones first
 */
record Matrix(String environment, List<String> topologies, List<Combination> combinations, List<CellResult> cells) {

    /** What a column stands for. */
    record Combination(String backend, String memory, String placement, String operation)
            implements Comparable<Combination> {
        private static final Comparator<Combination> ORDER = Comparator.comparing(Combination::backend)
                .thenComparing(Combination::memory)
                .thenComparing(Combination::placement)
                .thenComparing(Combination::operation);

        /** For example {@code UCX DRAM}. */
        String path() {
            return backend + " " + memory;
        }

        /** For example {@code pack READ}. */
        String manner() {
            return placement.toLowerCase(Locale.ROOT) + " " + operation;
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
        for (CellResult cell : planned) {
            topologies.add(topologyOf(cell));
            combinations.add(combinationOf(cell));
        }
        return new Matrix(environment, List.copyOf(topologies), List.copyOf(combinations), List.copyOf(planned));
    }

    /** All cells of one row and column. */
    List<CellResult> at(String topology, Combination combination) {
        return cells.stream()
                .filter(cell ->
                        topologyOf(cell).equals(topology) && combinationOf(cell).equals(combination))
                .toList();
    }

    /**
     * One word for an entry: the worst standing, and how many cells share it. Empty when there are no cells.
     *
     * <p>For example {@code conforms}, {@code conforms x3}, {@code VIOLATES 1 of 3}.
     */
    static String word(List<CellResult> entry) {
        Optional<Standing> worst = entry.stream().map(CellResult::standing).max(Comparator.naturalOrder());
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
    static Optional<String> speeds(List<CellResult> entry) {
        List<Double> measured = entry.stream()
                .map(CellResult::gbPerSecond)
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

    private static String topologyOf(CellResult cell) {
        return Objects.requireNonNullElse(cell.topology(), "");
    }

    private static Combination combinationOf(CellResult cell) {
        return new Combination(
                Objects.requireNonNullElse(cell.backend(), ""),
                Objects.requireNonNullElse(cell.memory(), ""),
                Objects.requireNonNullElse(cell.placement(), ""),
                Objects.requireNonNullElse(cell.operation(), ""));
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
