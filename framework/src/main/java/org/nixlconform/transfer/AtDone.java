package org.nixlconform.transfer;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What of a WRITE was in its target's memory when its initiator was told DONE; of one request, or of several together. What
 * counts for the target is its notification: this is an observation, and a rule only where a case asks for it.
 *
 * @param looked block slices whose end was looked at, by the initiator, on the same node; of a request with many slices a
 *     sample
 * @param hidden of them, how many were not there at DONE
 * @param missing of these, how many were not there at the last look either
 * @param latest from DONE until the last of the others was seen; zero when none came later
 * @param notObserved why nobody looked, or could, for some of the requests; empty when all were looked at
 */
public record AtDone(long looked, long hidden, long missing, Duration latest, SortedSet<String> notObserved) {

    public AtDone {
        notObserved = new TreeSet<>(notObserved);
    }

    /** Seen. */
    static AtDone seen(long looked, long hidden, long missing, Duration latest) {
        return new AtDone(looked, hidden, missing, latest, new TreeSet<>());
    }

    /** Not seen. */
    static AtDone notObserved(String because) {
        return new AtDone(0, 0, 0, Duration.ZERO, new TreeSet<>(Set.of(because)));
    }

    /** Of all requests that were DONE; empty where there was no such WRITE. */
    public static Optional<AtDone> of(TransferObservation observation) {
        return observation.iterations().stream()
                .flatMap(iteration -> iteration.transfers().stream())
                .flatMap(transfer -> transfer.atDone().stream())
                .reduce(AtDone::plus);
    }

    private AtDone plus(AtDone other) {
        SortedSet<String> reasons = new TreeSet<>(notObserved);
        reasons.addAll(other.notObserved);
        return new AtDone(
                looked + other.looked,
                hidden + other.hidden,
                missing + other.missing,
                latest.compareTo(other.latest) >= 0 ? latest : other.latest,
                reasons);
    }
}
