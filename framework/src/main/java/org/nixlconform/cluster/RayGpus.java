package org.nixlconform.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.nixlconform.cluster.RayHead.Granted;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.Placement;

/**
 * GPUs of cases, asked of Ray: what others hold is never taken.
 *
 * <p>Ray's own strategies know nothing of roles. So ranks are placed on what is free, exactly those GPUs are asked for, node
 * by node, and the ranks go onto those that Ray gives. Ray is asked only for what it can give now: a request that waits
 * would make an autoscaler start machines.
 */
final class RayGpus implements AutoCloseable {
    private static final Duration GIVEN_WITHIN = Duration.ofSeconds(30);
    private static final Duration ONE_TRY = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** What is free, and the ranks on it. */
    private record Now(Placing placing, RankAssignment ranks) {}

    private final ClusterSpec spec;
    private final RayHead head;
    private final Map<String, Node> nodes;
    private final Duration givenWithin;

    /** @param nodes by id in Ray */
    RayGpus(ClusterSpec spec, RayHead head, Map<String, Node> nodes) {
        this(spec, head, nodes, GIVEN_WITHIN);
    }

    RayGpus(ClusterSpec spec, RayHead head, Map<String, Node> nodes, Duration givenWithin) {
        this.spec = spec;
        this.head = head;
        this.nodes = new LinkedHashMap<>(nodes);
        this.givenWithin = givenWithin;
    }

    /** @param nodes in the order of {@code ours} */
    static Map<String, Node> byId(Map<String, NodeSpec> ours, List<Node> nodes) {
        Map<String, Node> byId = new LinkedHashMap<>();
        ours.keySet().forEach(id -> byId.put(id, nodes.get(byId.size())));
        return byId;
    }

    /**
     * Waits for the GPUs of a case, but not for long.
     *
     * @param all where its ranks could go if nobody else were there
     */
    Held hold(Placing all) {
        Assigned ever = all.assign();
        if (ever instanceof Assigned.Impossible) {
            return nothing(ever);
        }
        long deadline = System.nanoTime() + givenWithin.toNanos();
        while (true) {
            Map<Node, Integer> free = free();
            Optional<Held> held = now(all, free).flatMap(this::hold);
            if (held.isPresent()) {
                return held.get();
            }
            if (System.nanoTime() >= deadline || !pause()) {
                return nothing(new Assigned.Impossible(notGiven(all, (Assigned.On) ever, free)));
            }
        }
    }

    private static Held nothing(Assigned assigned) {
        return new Held(assigned, () -> {});
    }

    private Map<Node, Integer> free() {
        Map<String, Integer> byId = head.free();
        Map<Node, Integer> free = new LinkedHashMap<>();
        nodes.forEach((id, node) -> free.put(node, byId.getOrDefault(id, 0)));
        return free;
    }

    /** Nodes with least free first suit a plan with fewer ranks of prefill than of decode; the others, the reverse. */
    private static Optional<Now> now(Placing all, Map<Node, Integer> free) {
        Comparator<Node> leastFree = Comparator.comparing(node -> Objects.requireNonNull(free.get(node)));
        for (Comparator<Node> order : List.of(leastFree, leastFree.reversed())) {
            Map<Node, List<Integer>> left = new LinkedHashMap<>();
            all.devices().keySet().stream().sorted(order).forEach(node -> {
                List<Integer> devices = Objects.requireNonNull(all.devices().get(node));
                int number = Math.min(devices.size(), free.getOrDefault(node, 0));
                if (number > 0) {
                    left.put(node, devices.subList(0, number));
                }
            });
            Placing placing = all.with(left);
            if (!left.isEmpty() && placing.assign() instanceof Assigned.On on) {
                return Optional.of(new Now(placing, on.ranks()));
            }
        }
        return Optional.empty();
    }

    /** @return empty when somebody else was faster */
    private Optional<Held> hold(Now now) {
        Map<String, Integer> wanted = new LinkedHashMap<>();
        nodes.forEach((id, node) -> {
            int gpus = now.placing().takenOn(node, now.ranks());
            if (gpus > 0) {
                wanted.put(id, gpus);
            }
        });
        String name = head.nextName();
        List<Granted> granted = head.hold(wanted, ONE_TRY, name);
        Map<String, Integer> got = new LinkedHashMap<>();
        granted.forEach(each -> got.merge(each.node(), 1, Integer::sum));
        if (!got.equals(wanted)) {
            head.release(name);
            return Optional.empty();
        }
        Assigned placed = granted(now, granted);
        if (placed instanceof Assigned.Impossible) {
            head.release(name);
            return Optional.of(nothing(placed));
        }
        return Optional.of(new Held(placed, () -> head.release(name)));
    }

    private Assigned granted(Now now, List<Granted> granted) {
        Map<Node, List<Integer>> devices = new LinkedHashMap<>();
        for (Granted each : granted) {
            Node node = Objects.requireNonNull(nodes.get(each.node()), each.node());
            boolean index = each.gpu().matches("\\d{1,4}");
            if (now.placing().plan().memory() == MemoryKind.VRAM
                    && !(index
                            && Integer.parseInt(each.gpu())
                                    < node.facts().gpus().size())) {
                return new Assigned.Impossible(unknownGpu(node, each.gpu()));
            }
            devices.computeIfAbsent(node, none -> new ArrayList<>()).add(index ? Integer.parseInt(each.gpu()) : 0);
        }
        devices.values().forEach(each -> each.sort(Comparator.naturalOrder()));
        return now.placing().with(devices).again(now.ranks());
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE.toMillis());
            return true;
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Finding notGiven(Placing all, Assigned.On ever, Map<Node, Integer> free) {
        RankAssignment ranks = ever.ranks();
        String asked = ranks.nodes().stream()
                .map(node -> String.valueOf(all.takenOn(node, ranks)))
                .collect(Collectors.joining(" + "));
        String where = all.plan().placement() == Placement.SPREAD
                ? " on %d nodes".formatted(ranks.nodes().size())
                : " on one node";
        return Finding.of(FindingKind.NODE, "cluster", "Ray has not the GPUs that the case asks for")
                .with("expected", asked + " free GPUs" + where + " within " + givenWithin.toSeconds() + " s")
                .with(
                        "actual",
                        free.entrySet().stream()
                                .map(node -> "%s %d of %d free"
                                        .formatted(
                                                node.getKey(),
                                                node.getValue(),
                                                node.getKey().spec().gpus().orElse(0)))
                                .collect(Collectors.joining(", ")))
                .with("where", head.described())
                .with("plan", all.plan().name())
                .with(
                        "remedy",
                        "wait for what holds them, which `ray status` shows, or set ranksPerGpu in " + spec.file());
    }

    private Finding unknownGpu(Node node, String gpu) {
        return Finding.of(FindingKind.NODE, "cluster", "Ray gives a GPU that node " + node + " does not show")
                .with(
                        "expected",
                        "an index below %d, as nvidia-smi counts"
                                .formatted(node.facts().gpus().size()))
                .with("actual", gpu)
                .with("where", head.described())
                .with(
                        "remedy",
                        "start Ray there with as many GPUs as the node has, and with indices, no names, in"
                                + " CUDA_VISIBLE_DEVICES");
    }

    /** All that is held is free again. Never throws. */
    @Override
    public void close() {
        head.close();
    }
}
