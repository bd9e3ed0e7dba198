package org.nixlconform.transfer;

import java.time.Duration;
import java.util.List;
import org.nixlconform.plan.RankId;

/**
 * What the process of one rank held while it did the same again and again.
 *
 * @param during the step, {@code storm} or {@code serve}
 * @param looks in order of time
 */
public record ResourceUse(RankId rank, String during, List<Look> looks) {
    public ResourceUse {
        looks = List.copyOf(looks);
    }

    /**
     * @param after since the first look
     * @param repeats transfers that had ended and notifications that had come
     * @param files open descriptors
     */
    public record Look(Duration after, long repeats, int files, int threads, long residentBytes) {}
}
