package org.nixlconform.reports.results;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nixlconform.transfer.TransferObservation.Iteration;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;

/**
 * How long the requests of a cell took: of each iteration in which all of them ended well, the one that took longest.
 *
 * @param first of the case, which makes connections and touches memory; null when one of its requests did not end well
 * @param second null as {@code first}, or when there was none
 * @param later the median by total of those after the first; null when there was none
 */
public record RequestTimes(
        @Nullable RequestTime first,
        @Nullable RequestTime second,
        @Nullable RequestTime later) {

    /**
     * @param descriptors pairs of pieces that NIXL was given
     * @param postMillis time inside {@code post_xfer_req}
     * @param totalMillis from before post until done
     */
    public record RequestTime(long descriptors, long bytes, double postMillis, double totalMillis) {
        private static RequestTime of(RankTransferOutcome request) {
            return new RequestTime(
                    request.descriptors(),
                    request.bytes(),
                    request.post().toNanos() / 1e6,
                    request.total().toNanos() / 1e6);
        }
    }

    static Optional<RequestTimes> of(List<Iteration> iterations) {
        List<RequestTime> later = iterations.stream()
                .filter(iteration -> iteration.index() > 0)
                .flatMap(iteration -> longest(iteration).stream())
                .sorted(Comparator.comparingDouble(RequestTime::totalMillis))
                .toList();
        RequestTime first = at(iterations, 0);
        return first == null && later.isEmpty()
                ? Optional.empty()
                : Optional.of(new RequestTimes(
                        first, at(iterations, 1), later.isEmpty() ? null : later.get((later.size() - 1) / 2)));
    }

    private static @Nullable RequestTime at(List<Iteration> iterations, int index) {
        return iterations.stream()
                .filter(iteration -> iteration.index() == index)
                .findFirst()
                .flatMap(RequestTimes::longest)
                .orElse(null);
    }

    private static Optional<RequestTime> longest(Iteration iteration) {
        boolean allEnded = iteration.transfers().stream().allMatch(request -> request.status() == 0);
        return allEnded
                ? iteration.transfers().stream()
                        .max(Comparator.comparing(RankTransferOutcome::total))
                        .map(RequestTime::of)
                : Optional.empty();
    }
}
