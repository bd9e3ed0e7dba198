package org.nixlconform.cluster;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.nixlconform.plan.RankId;

/** Which rank runs where. Holds every rank of one plan, in the plan's order. */
public final class RankAssignment {
    private final Map<RankId, Place> places;

    /** @param device index of the GPU on the node; empty for host memory */
    public record Place(Node node, OptionalInt device) {}

    public RankAssignment(Map<RankId, Place> places) {
        this.places = Collections.unmodifiableMap(new LinkedHashMap<>(places));
    }

    public List<RankId> ranks() {
        return List.copyOf(places.keySet());
    }

    public Node node(RankId rank) {
        return place(rank).node();
    }

    public OptionalInt device(RankId rank) {
        return place(rank).device();
    }

    /** Nodes that carry a rank, each once. */
    public List<Node> nodes() {
        return places.values().stream().map(Place::node).distinct().toList();
    }

    public List<RankId> ranksOn(Node node) {
        return places.entrySet().stream()
                .filter(entry -> entry.getValue().node().equals(node))
                .map(Map.Entry::getKey)
                .toList();
    }

    private Place place(RankId rank) {
        Place place = places.get(rank);
        if (place == null) {
            throw new IllegalArgumentException(rank + " is not a rank of this assignment: " + places.keySet());
        }
        return place;
    }
}
