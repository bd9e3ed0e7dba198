package org.nixlconform.reports.results;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code versions.md}: what each case came to at each of several releases of NIXL. */
public final class VersionsPage {
    /** What stands before the release in an environment's name. */
    private static final String AT = "@";

    private VersionsPage() {}

    /** Empty where the cells have fewer than two releases, as {@code -Dnixl.versions} names them. */
    public static Optional<String> of(List<CellResult> cells) {
        Set<String> releases = new LinkedHashSet<>();
        Map<String, Map<String, CellResult>> rows = new LinkedHashMap<>();
        for (CellResult cell : cells) {
            release(cell).ifPresent(release -> {
                releases.add(release);
                String name = cell.cell().replace(AT + release, "");
                rows.computeIfAbsent(name, first -> new LinkedHashMap<>()).put(release, cell);
            });
        }
        return releases.size() < 2 ? Optional.empty() : Optional.of(page(releases, rows));
    }

    private static Optional<String> release(CellResult cell) {
        return Optional.ofNullable(cell.environment())
                .filter(name -> name.contains(AT))
                .map(name -> name.substring(name.lastIndexOf(AT) + AT.length()));
    }

    private static String page(Set<String> releases, Map<String, Map<String, CellResult>> rows) {
        StringBuilder page = new StringBuilder("# Releases of NIXL\n\n");
        page.append("`A:B` is release A on the side of prefill and B on that of decode.\n\n");
        page.append(releases.stream().collect(Collectors.joining(" | ", "| Case | ", " |\n")));
        page.append("|---|").append("---|".repeat(releases.size())).append('\n');
        rows.forEach((name, cells) -> page.append(releases.stream()
                .map(release -> Optional.ofNullable(cells.get(release))
                        .map(VersionsPage::entry)
                        .orElse(""))
                .collect(Collectors.joining(" | ", "| " + MatrixPage.escaped(name) + " | ", " |\n"))));
        StringBuilder others = new StringBuilder();
        rows.forEach((name, cells) -> cells.forEach((release, cell) -> {
            if (cell.standing() != Standing.CONFORMS) {
                others.append("* %s, %s: %s\n".formatted(release, MatrixPage.escaped(name), entry(cell)));
                others.append("  * %s\n".formatted(MatrixPage.escaped(cell.headline())));
            }
        }));
        if (!others.isEmpty()) {
            page.append("\n## What does not conform\n\n").append(others);
        }
        return page.toString();
    }

    private static String entry(CellResult cell) {
        String label = cell.standing().label();
        String word = cell.standing().fails() ? "**" + label + "**" : label;
        return cell.knownIssue() == null ? word : word + " " + cell.knownIssue();
    }
}
