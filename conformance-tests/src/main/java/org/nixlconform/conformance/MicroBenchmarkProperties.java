package org.nixlconform.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Attention;
import org.nixlconform.plan.Backend;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.DataType;
import org.nixlconform.plan.KeyValue;
import org.nixlconform.plan.KvGeometry;
import org.nixlconform.plan.Layout;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.Placement;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.Selection;
import org.nixlconform.plan.Topology;

/**
 * The options of the micro benchmark, as system properties:
 *
 * <table>
 *   <caption>Properties</caption>
 *   <tr><th>Property</th><th>Without it</th><th>Meaning</th></tr>
 *   <tr><td>blocks</td><td>10</td><td>blocks of the request</td></tr>
 *   <tr><td>num-blocks</td><td>100</td><td>blocks in the cache of each engine; fewer where memory does not allow it</td></tr>
 *   <tr><td>num-layers</td><td>2</td><td>layers; a block of one layer has 64 KiB</td></tr>
 *   <tr><td>random-blocks</td><td>false</td><td>shuffled blocks instead of the first ones</td></tr>
 *   <tr><td>seed</td><td>42</td><td>of the choice of blocks and of the payload; decimal</td></tr>
 *   <tr><td>prefill-tp, decode-tp</td><td>1</td><td>ranks of the one engine of each role</td></tr>
 *   <tr><td>strategy</td><td>pack</td><td>pack: one node; spread: prefill and decode on different nodes</td></tr>
 *   <tr><td>backends</td><td>UCX</td><td>one cell for each, parted by commas; selects all other cells, too</td></tr>
 * </table>
 *
 * <p>{@code verbose} is read by the framework, for every case of the run.
 */
final class MicroBenchmarkProperties {
    private final Function<String, @Nullable String> property;
    private final List<Finding> refusals = new ArrayList<>();

    /** @param property gives the value of a system property, null where there is none */
    MicroBenchmarkProperties(Function<String, @Nullable String> property) {
        this.property = property;
    }

    /** One cell for each backend, or one refusal with all that is wrong. */
    List<Planned> plans() {
        Topology topology = new Topology(1, count("prefill-tp", 1), 1, count("decode-tp", 1), Pairing.MESH);
        int cached = count("num-blocks", 100);
        Selection selection = flag("random-blocks") ? Selection.SHUFFLED : Selection.CONTIGUOUS;
        BlockUse blocks = new BlockUse(count("blocks", 10), cached, cached, selection, seed(), 0, true);
        KvGeometry geometry = new KvGeometry(
                count("num-layers", 2), 8, 128, 16, DataType.BF16, Layout.HND, Attention.GQA, KeyValue.PACKED);
        Placement placement = strategy();
        List<Backend> backends = backends();
        if (!refusals.isEmpty()) {
            return List.of(new Planned.Refused("M1 micro benchmark of the command line", refusals));
        }
        return backends.stream()
                .map(backend -> PlanDraft.at("MicroBenchmarkConformance; -D properties of the command line")
                        .requirement("M1")
                        .topology(topology)
                        .placement(placement)
                        .direction(Operation.READ, Role.DECODE)
                        .backend(backend)
                        .geometry(geometry)
                        .blocks(blocks)
                        .expectIntegrity()
                        .expectCompletion(Duration.ofSeconds(60), Duration.ofSeconds(10))
                        .plan())
                .toList();
    }

    private int count(String name, int otherwise) {
        Optional<String> value = value(name);
        try {
            int count = value.map(Integer::parseInt).orElse(otherwise);
            if (count >= 1) {
                return count;
            }
        } catch (NumberFormatException none) {
            // Refused below, as a number below 1 is.
        }
        refuse(name, "a whole number from 1 to " + Integer.MAX_VALUE, String.valueOf(otherwise));
        return otherwise;
    }

    private long seed() {
        try {
            return value("seed").map(Long::parseLong).orElse(42L);
        } catch (NumberFormatException none) {
            refuse("seed", "a whole number of at most 64 bits, as a report shows it", "42");
            return 42;
        }
    }

    /** A property without a value, {@code -Drandom-blocks}, is on. Maven gives such a one the value {@code true}. */
    private boolean flag(String name) {
        String value = value(name).orElse("false");
        if (!List.of("", "true", "false").contains(value)) {
            refuse(name, "nothing, true or false", "true");
        }
        return !value.equals("false");
    }

    private Placement strategy() {
        Optional<Placement> known = named(Placement.values(), value("strategy").orElse("pack"));
        if (known.isEmpty()) {
            refuse("strategy", "one of pack, spread", "pack");
        }
        return known.orElse(Placement.PACK);
    }

    private List<Backend> backends() {
        List<Optional<Backend>> known = Arrays.stream(
                        value("backends").orElse("UCX").split(",", -1))
                .map(name -> named(Backend.values(), name))
                .distinct()
                .toList();
        if (known.contains(Optional.<Backend>empty())) {
            refuse("backends", "one or more of UCX, LIBFABRIC, parted by commas", "UCX");
        }
        return known.stream().flatMap(Optional::stream).toList();
    }

    private static <E extends Enum<E>> Optional<E> named(E[] values, String name) {
        return Arrays.stream(values)
                .filter(value -> value.name().equalsIgnoreCase(name.strip()))
                .findFirst();
    }

    private Optional<String> value(String name) {
        return Optional.ofNullable(property.apply(name)).map(String::strip);
    }

    private void refuse(String name, String expected, String example) {
        refusals.add(Finding.of(FindingKind.DECLARATION, "plan", "-D" + name + " has a value that it cannot have")
                .with("expected", expected)
                .with("actual", "-D" + name + "=" + value(name).orElse(""))
                .with("where", "the command line, for MicroBenchmarkConformance")
                .with("remedy", "write for example -D" + name + "=" + example + ", or leave it out"));
    }
}
