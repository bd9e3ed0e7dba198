package org.nixlconform.cluster;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.nixlconform.plan.RankId;

/** Which rank runs where. Holds every rank of one plan, in the plan's order. */
public final class RankAssignment {
    private final Map<RankId, Place> places;

    /** @param devices indices of the GPUs on the node, none for host memory */
    public record Place(Node node, List<Integer> devices) {}

    public RankAssignment(Map<RankId, Place> places) {
        this.places = Collections.unmodifiableMap(new LinkedHashMap<>(places));
    }

    public List<RankId> ranks() {
        return List.copyOf(places.keySet());
    }

    public Node node(RankId rank) {
        return place(rank).node();
    }

    /** Index of the first of its GPUs; empty for host memory. */
    public OptionalInt device(RankId rank) {
        return devices(rank).stream().mapToInt(Integer::intValue).findFirst();
    }

    public List<Integer> devices(RankId rank) {
        return place(rank).devices();
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

    /** By node, in order: how many ranks of which engines it carries, and on which GPUs. */
    public Map<String, String> described() {
        Map<String, String> lines = new LinkedHashMap<>();
        for (Node node : nodes()) {
            Map<String, List<RankId>> engines = ranksOn(node).stream()
                    .collect(Collectors.groupingBy(
                            rank -> rank.role().label() + " " + rank.engine(),
                            LinkedHashMap::new,
                            Collectors.toList()));
            lines.put(
                    node.name(),
                    engines.entrySet().stream()
                            .map(engine -> engine.getKey() + ": " + ranks(engine.getValue()))
                            .collect(Collectors.joining("; ")));
        }
        return lines;
    }

    private String ranks(List<RankId> ranks) {
        String numbers = ranks.stream().map(rank -> String.valueOf(rank.rank())).collect(Collectors.joining(", "));
        String devices = ranks.stream()
                .flatMap(rank -> devices(rank).stream())
                .map(String::valueOf)
                .collect(Collectors.joining(", "));
        return (ranks.size() == 1 ? "rank " : "ranks ") + numbers + (devices.isEmpty() ? "" : " on GPUs " + devices);
    }

    private Place place(RankId rank) {
        Place place = places.get(rank);
        if (place == null) {
            throw new IllegalArgumentException(rank + " is not a rank of this assignment: " + places.keySet());
        }
        return place;
    }
}
