package org.nixlconform.reports.results;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nixlconform.reports.results.RequestTimes.RequestTime;

/**
 * What ranks of one environment, backend and memory spend before they are as fast as they get.
 *
 * @param millis by column, the median over cells of their medians
 */
record ColdStart(String over, int cells, List<String> millis) {
    private static final List<String> PHASES =
            List.of("context", "load", "agent", "backend", "register", "metadata", "connect");

    static final List<String> COLUMNS = Stream.concat(
                    PHASES.stream(), List.of("first transfer", "second", "later").stream())
            .toList();

    private static final String NONE = "-";

    /** By environment, of cells that moved something. */
    static List<ColdStart> of(List<CellResult> cells) {
        Map<String, List<CellResult>> byPath = cells.stream()
                .filter(cell -> cell.judged() && cell.requests() != null)
                .collect(Collectors.groupingBy(
                        cell -> cell.environment() + ", " + cell.backend() + " " + cell.memory(),
                        TreeMap::new,
                        Collectors.toList()));
        List<ColdStart> rows = new ArrayList<>();
        byPath.forEach((path, sharing) -> rows.add(new ColdStart(path, sharing.size(), columns(sharing))));
        return rows;
    }

    private static List<String> columns(List<CellResult> cells) {
        List<String> columns = new ArrayList<>();
        for (String phase : PHASES) {
            columns.add(median(
                    cells, cell -> Optional.ofNullable(cell.phases().get(phase)).map(PhaseTimes::medianMillis)));
        }
        columns.add(median(cells, cell -> request(cell, RequestTimes::first)));
        columns.add(median(cells, cell -> request(cell, RequestTimes::second)));
        columns.add(median(cells, cell -> request(cell, RequestTimes::later)));
        return columns;
    }

    private static Optional<Double> request(CellResult cell, Function<RequestTimes, @Nullable RequestTime> which) {
        return Optional.ofNullable(cell.requests()).map(which).map(RequestTime::totalMillis);
    }

    private static String median(List<CellResult> cells, Function<CellResult, Optional<Double>> figure) {
        List<Double> sorted = cells.stream()
                .flatMap(cell -> figure.apply(cell).stream())
                .sorted()
                .toList();
        return sorted.isEmpty() ? NONE : Figures.digits(sorted.get((sorted.size() - 1) / 2));
    }
}
