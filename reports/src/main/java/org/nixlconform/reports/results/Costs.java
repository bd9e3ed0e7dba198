package org.nixlconform.reports.results;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.nixlconform.reports.results.DescriptorCost.Measured;
import org.nixlconform.reports.results.RequestTimes.RequestTime;

/** The descriptor costs of a run's cells: one for each environment, path, operation and topology that has enough cells. */
public final class Costs {

    /** @param over such as {@code nixl, UCX VRAM, pack READ, 1P-TP1 -> 1D-TP1} */
    public record Cost(String over, String described) {}

    /** A row of the table. */
    record Row(String over, DescriptorCost cost) {}

    private Costs() {}

    static List<Row> of(List<CellResult> cells) {
        Map<String, List<Measured>> byPath = cells.stream()
                .filter(cell -> cell.judged() && later(cell).isPresent())
                .collect(Collectors.groupingBy(
                        Costs::path,
                        TreeMap::new,
                        Collectors.mapping(cell -> measured(later(cell).orElseThrow()), Collectors.toList())));
        List<Row> rows = new ArrayList<>();
        byPath.forEach(
                (path, requests) -> DescriptorCost.fit(requests).ifPresent(cost -> rows.add(new Row(path, cost))));
        return rows;
    }

    /** As properties of the run. */
    public static List<Cost> described(List<CellResult> cells) {
        return of(cells).stream()
                .map(row -> new Cost(row.over(), described(row.cost())))
                .toList();
    }

    private static String described(DescriptorCost cost) {
        return micros(cost.a()) + " us, " + micros(cost.b()) + " us each descriptor, " + rate(cost)
                + "; of the field's request " + percent(cost.shareOfDescriptors()) + " is by its descriptors"
                + (cost.postingDominates() ? ": posting dominates" : "");
    }

    static String micros(double seconds) {
        return Figures.digits(seconds * 1e6);
    }

    /** Such as {@code 385 GB/s}. */
    static String rate(DescriptorCost cost) {
        return cost.c() > 0 ? Figures.gbPerSecond(1 / cost.c() / 1e9) : "no time by bytes";
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", share * 100);
    }

    private static Optional<RequestTime> later(CellResult cell) {
        return Optional.ofNullable(cell.requests()).map(RequestTimes::later);
    }

    private static Measured measured(RequestTime request) {
        return new Measured(request.descriptors(), request.bytes(), request.totalMillis() / 1e3);
    }

    private static String path(CellResult cell) {
        return String.join(
                ", ",
                Objects.requireNonNullElse(cell.environment(), "no environment"),
                cell.backend() + " " + cell.memory(),
                Objects.requireNonNullElse(cell.placement(), "").toLowerCase(Locale.ROOT) + " " + cell.operation(),
                Objects.requireNonNullElse(cell.topology(), ""));
    }
}
