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
        int rails = fabric.optional("rails")
                .flatMap(value -> simulated
                        ? value.wholeNumber(1, topology.mostRails())
                        : value.<Integer>onlyWith("provider: " + SIMULATED))
                .orElse(FabricSpec.DEFAULT_RAILS);
        return provider.map(name -> simulated
                ? new FabricSpec(Provider.SIMULATED_EFA, interfaceName, rails, topology)
                : new FabricSpec(Provider.TCP, interfaceName, 1, FabricTopology.NONE));
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
