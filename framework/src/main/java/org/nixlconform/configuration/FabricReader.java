package org.nixlconform.configuration;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.nixlconform.configuration.FabricSpec.FabricTopology;
import org.nixlconform.configuration.FabricSpec.Provider;

/** The schema of what LIBFABRIC runs over: {@code fabric} in an environment file. */
final class FabricReader {
    private static final String SIMULATED = "provider: " + Provider.SIMULATED_EFA.label();
    private static final Pattern INTERFACE = Pattern.compile("(?!lo$)[A-Za-z0-9][A-Za-z0-9_.@:-]{0,14}");
    /** What {@code fabric} says is not said twice. */
    private static final List<String> SET_BY_US = List.of(
            "FI_SOCKETS_IFACE",
            "FI_TCP_IFACE",
            "HWLOC_XMLFILE",
            "NIXLCONFORM_FABRIC_COUNTERS",
            "NIXLCONFORM_FABRIC_INTERFACE",
            "NIXLCONFORM_FABRIC_RAILS",
            "NIXLCONFORM_FABRIC_REAL",
            "NIXLCONFORM_FABRIC_TOPOLOGY");

    private FabricReader() {}

    /** Empty where a key is missing or wrong; that is noted. */
    static Optional<FabricSpec> read(YamlObject fabric) {
        Optional<Provider> provider = fabric.required("provider", "one of " + String.join(", ", Provider.labels()))
                .flatMap(value -> value.oneOf(Provider.labels()))
                .map(FabricReader::provider);
        boolean simulated = provider.filter(Provider.SIMULATED_EFA::equals).isPresent();
        Optional<String> interfaceName = fabric.optional("interface")
                .flatMap(value -> value.text(INTERFACE, "the name of a network interface of the nodes, not lo"));
        Optional<YamlValue> topologyValue = fabric.optional("topology");
        FabricTopology topology = topologyValue
                .flatMap(value -> simulated ? value.oneOf(topologies()) : value.onlyWith(SIMULATED))
                .map(name -> FabricTopology.valueOf(name.toUpperCase(Locale.ROOT)))
                .orElse(FabricTopology.NONE);
        RailCounts rails = fabric.optional("rails")
                .flatMap(value -> simulated ? rails(value, topology) : value.<RailCounts>onlyWith(SIMULATED))
                .orElse(new RailCounts(FabricSpec.DEFAULT_RAILS, FabricSpec.DEFAULT_RAILS));
        return provider.map(below -> simulated
                ? new FabricSpec(below, interfaceName, rails.prefill(), rails.decode(), topology)
                : new FabricSpec(below, interfaceName, 1, 1, FabricTopology.NONE));
    }

    private record RailCounts(int prefill, int decode) {}

    private static Optional<RailCounts> rails(YamlValue value, FabricTopology topology) {
        if (!value.isObject()) {
            return value.wholeNumber(1, topology.mostRails()).map(both -> new RailCounts(both, both));
        }
        return value.object(
                "rails", rails -> new RailCounts(count(rails, "prefill", topology), count(rails, "decode", topology)));
    }

    private static int count(YamlObject rails, String role, FabricTopology topology) {
        return rails.required(role, "a number of rails")
                .flatMap(value -> value.wholeNumber(1, topology.mostRails()))
                .orElse(FabricSpec.DEFAULT_RAILS);
    }

    private static Provider provider(String label) {
        return Arrays.stream(Provider.values())
                .filter(each -> each.label().equals(label))
                .findFirst()
                .orElseThrow();
    }

    /**
     * Notes what in other keys of the same file cannot be together with {@code fabric}.
     *
     * @param read of it; empty where it is wrong
     */
    static void refuseContradictions(
            YamlValue fabric, Optional<FabricSpec> read, List<String> backends, List<YamlValue.Entry> variables) {
        if (!backends.contains("LIBFABRIC")) {
            fabric.onlyWith("LIBFABRIC among the backends");
        }
        for (YamlValue.Entry variable : variables) {
            if (variable.name().equals("FI_PROVIDER")) {
                read.map(spec -> spec.provider().ofLibfabric())
                        .ifPresent(name -> variable.value()
                                .text(Pattern.compile(name), name + ", which 'fabric' chooses, or no FI_PROVIDER"));
            } else if (SET_BY_US.contains(variable.name())) {
                variable.key()
                        .mistake("variable %s beside 'fabric', expected one of the two: 'fabric' sets it"
                                .formatted(variable.name()));
            }
        }
    }

    private static List<String> topologies() {
        return Arrays.stream(FabricTopology.values()).map(FabricTopology::label).toList();
    }
}
