package org.nixlconform.plan;

import java.util.List;

/** Prefill engines that come, go and come back while others are in use. */
public record PeerChurn(List<Trial> trials) implements Lifecycle {
    public PeerChurn {
        trials = trials.stream().distinct().sorted().toList();
    }

    @Override
    public String label() {
        return "churn " + Trial.labels(trials);
    }

    @Override
    public String word() {
        return "churn";
    }
}
