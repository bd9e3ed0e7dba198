package org.nixlconform.reports.results;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Numbers as people read them: three digits that matter, and a unit. */
public final class Figures {
    private Figures() {}

    /** For example {@code 5.31 GB/s}; 10^9 bytes per second. */
    public static String gbPerSecond(double value) {
        return digits(value) + " GB/s";
    }

    /** For example {@code 0.92 of reference}. */
    public static String share(double share) {
        return String.format(Locale.ROOT, "%.2f of reference", share);
    }

    /** For example {@code 5.31 GB/s (0.92 of reference)}; empty where nothing was measured. */
    public static Optional<String> speed(CellResult cell) {
        Double share = cell.shareOfReference();
        return Optional.ofNullable(cell.gbPerSecond())
                .map(speed -> gbPerSecond(speed) + (share == null ? "" : " (" + share(share) + ")"));
    }

    public static String millis(double millis) {
        return digits(millis) + " ms";
    }

    /** Seconds with one decimal, for example {@code 2.1 s}. */
    public static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1e3);
    }

    static String digits(double value) {
        double size = Math.abs(value);
        int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
