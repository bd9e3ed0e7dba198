package org.nixlconform.reports.results;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a request costs: {@code seconds = a + b x descriptors + c x bytes}. None of the three is below 0.
 *
 * @param a seconds of any request
 * @param b seconds of each descriptor
 * @param c seconds of each byte; 0 where no part of the time grows with bytes alone
 * @param measured how many requests it is fitted to
 * @param deviation the median of how far they are from it, as a share of what they took
 */
record DescriptorCost(double a, double b, double c, int measured, double deviation) {
    /** The field's request: 128 blocks of 50 layers, in pieces of 64 KiB. */
    static final long FIELD_DESCRIPTORS = 6400;

    static final long FIELD_BYTES = FIELD_DESCRIPTORS << 16;

    private static final int LEAST_MEASURED = 4;
    private static final double LEAST_SPREAD = 10;

    /** Below it, a column is a sum of others as far as doubles can tell. */
    private static final double SINGULAR = 1e-9;

    /** A request that was measured. */
    record Measured(long descriptors, long bytes, double seconds) {
        private double[] columns() {
            return new double[] {1, descriptors, bytes};
        }
    }

    /**
     * The fit with the least sum of squared deviations, each as a share of what was measured: requests take from a
     * fraction of a millisecond to seconds, and the short ones are the only ones that show {@code a}. Empty where they say
     * too little: less than 4, or none with 10 times the descriptors of another.
     */
    static Optional<DescriptorCost> fit(List<Measured> requests) {
        List<Measured> timed =
                requests.stream().filter(each -> each.seconds() > 0).toList();
        double most = timed.stream().mapToLong(Measured::descriptors).max().orElse(0);
        double least = timed.stream().mapToLong(Measured::descriptors).min().orElse(0);
        if (timed.size() < LEAST_MEASURED || most < LEAST_SPREAD * Math.max(1, least)) {
            return Optional.empty();
        }
        List<double[]> fits = new ArrayList<>();
        // With three columns all seven choices can be tried: the best of those without a negative one is the fit.
        for (int choice = 1; choice < 8; choice++) {
            solve(timed, choice).ifPresent(fits::add);
        }
        return fits.stream()
                .min(Comparator.comparingDouble(fit -> residual(timed, fit)))
                .map(fit -> new DescriptorCost(fit[0], fit[1], fit[2], timed.size(), deviation(timed, fit)));
    }

    /** @param choice of columns, by bit; empty where they cannot be told apart, or one would be negative */
    private static Optional<double[]> solve(List<Measured> timed, int choice) {
        int[] columns = IntStream.range(0, 3)
                .filter(column -> (choice >> column & 1) == 1)
                .toArray();
        int size = columns.length;
        double[] scale = new double[size];
        for (Measured each : timed) {
            for (int i = 0; i < size; i++) {
                scale[i] = Math.max(scale[i], each.columns()[columns[i]] / each.seconds());
            }
        }
        double[][] normal = new double[size][size + 1];
        for (Measured each : timed) {
            for (int i = 0; i < size; i++) {
                double left = each.columns()[columns[i]] / each.seconds() / scale[i];
                for (int j = 0; j < size; j++) {
                    normal[i][j] += left * each.columns()[columns[j]] / each.seconds() / scale[j];
                }
                normal[i][size] += left;
            }
        }
        if (!eliminate(normal)) {
            return Optional.empty();
        }
        double[] fit = new double[3];
        for (int i = 0; i < size; i++) {
            fit[columns[i]] = normal[i][size] / scale[i];
        }
        return Arrays.stream(fit).allMatch(value -> value >= 0) ? Optional.of(fit) : Optional.empty();
    }

    /** Leaves the solution in the last column. @return whether there is one */
    private static boolean eliminate(double[][] rows) {
        for (int pivot = 0; pivot < rows.length; pivot++) {
            int column = pivot;
            int best = IntStream.range(pivot, rows.length)
                    .boxed()
                    .max(Comparator.comparingDouble(row -> Math.abs(rows[row][column])))
                    .orElseThrow();
            double[] swapped = rows[best];
            rows[best] = rows[pivot];
            rows[pivot] = swapped;
            if (Math.abs(swapped[column]) < SINGULAR) {
                return false;
            }
            for (int row = 0; row < rows.length; row++) {
                double share = row == pivot ? 0 : rows[row][column] / swapped[column];
                for (int i = column; i <= rows.length; i++) {
                    rows[row][i] -= share * swapped[i];
                }
            }
        }
        for (int row = 0; row < rows.length; row++) {
            rows[row][rows.length] /= rows[row][row];
        }
        return true;
    }

    private static double residual(List<Measured> timed, double[] fit) {
        return timed.stream().mapToDouble(each -> Math.pow(away(each, fit), 2)).sum();
    }

    private static double deviation(List<Measured> timed, double[] fit) {
        double[] sorted =
                timed.stream().mapToDouble(each -> away(each, fit)).sorted().toArray();
        return sorted[(sorted.length - 1) / 2];
    }

    private static double away(Measured each, double[] fit) {
        double seconds = fit[0] + fit[1] * each.descriptors() + fit[2] * each.bytes();
        return Math.abs(seconds / each.seconds() - 1);
    }

    /** How much of the time of the field's request goes by its number of descriptors; 0 to 1. */
    double shareOfDescriptors() {
        double descriptors = b * FIELD_DESCRIPTORS;
        return descriptors / (a + descriptors + c * FIELD_BYTES);
    }

    /** Whether the field's request would be twice as fast in one piece: no link can help it. */
    boolean postingDominates() {
        return shareOfDescriptors() > 0.5;
    }
}
