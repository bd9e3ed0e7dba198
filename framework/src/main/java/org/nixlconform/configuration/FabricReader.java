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
    private static final String TCP = "tcp";
    private static final String SIMULATED = "simulated-efa";
    private static final Pattern INTERFACE = Pattern.compile("(?!lo$)[A-Za-z0-9][A-Za-z0-9_.@:-]{0,14}");
    /** What {@code fabric} says is not said twice. */
    private static final List<String> SET_BY_US = List.of(
            "FI_TCP_IFACE",
            "HWLOC_XMLFILE",
            "NIXLCONFORM_FABRIC_INTERFACE",
            "NIXLCONFORM_FABRIC_RAILS",
            "NIXLCONFORM_FABRIC_REAL",
            "NIXLCONFORM_FABRIC_TOPOLOGY");

    private FabricReader() {}

    /** Empty where a key is missing or wrong; that is noted. */
    static Optional<FabricSpec> read(YamlObject fabric) {
        Optional<String> provider = fabric.required("provider", TCP + " or " + SIMULATED)
                .flatMap(value -> value.oneOf(List.of(TCP, SIMULATED)));
        boolean simulated = provider.filter(SIMULATED::equals).isPresent();
        Optional<String> interfaceName = fabric.optional("interface")
                .flatMap(value -> value.text(INTERFACE, "the name of a network interface of the nodes, not lo"));
        Optional<YamlValue> topologyValue = fabric.optional("topology");
        FabricTopology topology = topologyValue
                .flatMap(value -> simulated ? value.oneOf(topologies()) : value.onlyWith("provider: " + SIMULATED))
                .map(name -> FabricTopology.valueOf(name.toUpperCase(Locale.ROOT)))
                .orElse(FabricTopology.NONE);
        RailCounts rails = fabric.optional("rails")
                .flatMap(value ->
                        simulated ? rails(value, topology) : value.<RailCounts>onlyWith("provider: " + SIMULATED))
                .orElse(new RailCounts(FabricSpec.DEFAULT_RAILS, FabricSpec.DEFAULT_RAILS));
        return provider.map(name -> simulated
                ? new FabricSpec(Provider.SIMULATED_EFA, interfaceName, rails.prefill(), rails.decode(), topology)
                : new FabricSpec(Provider.TCP, interfaceName, 1, 1, FabricTopology.NONE));
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

    /** Notes what in other keys of the same file cannot be together with {@code fabric}. */
    static void refuseContradictions(YamlValue fabric, List<String> backends, List<YamlValue.Entry> variables) {
        if (!backends.contains("LIBFABRIC")) {
            fabric.onlyWith("LIBFABRIC among the backends");
        }
        for (YamlValue.Entry variable : variables) {
            if (variable.name().equals("FI_PROVIDER")) {
                variable.value().text(Pattern.compile(TCP), TCP + ", which 'fabric' chooses, or no FI_PROVIDER");
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
