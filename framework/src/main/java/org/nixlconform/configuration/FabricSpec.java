package org.nixlconform.configuration;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What the LIBFABRIC plug-in runs over where that is not EFA of the node's own.
 *
 * @param interfaceName that carries the blocks; one that the node has an address at, when empty
 * @param prefillRails devices that the plug-in is shown in ranks of prefill, 1 to {@value #MOST_RAILS}; 1 where they are not
 *     simulated
 * @param decodeRails the same of decode
 * @param topology of the machine that these devices seem to be in
 */
public record FabricSpec(
        Provider provider, Optional<String> interfaceName, int prefillRails, int decodeRails, FabricTopology topology) {
    static final int MOST_RAILS = 32;
    static final int DEFAULT_RAILS = 4;

    public FabricSpec {
        Objects.requireNonNull(provider);
        Objects.requireNonNull(interfaceName);
        Objects.requireNonNull(topology);
    }

    /** What stands below the plug-in. */
    public enum Provider {
        /** The one of libfabric, with one rail. */
        TCP("tcp", "tcp", "FI_TCP_IFACE"),
        /** Another one of libfabric, also with one rail, which releases that find no device over tcp can use. */
        SOCKETS("sockets", "sockets", "FI_SOCKETS_IFACE"),
        /** That over tcp behind a library of ours, which shows it as several devices of EFA. */
        SIMULATED_EFA("simulated-efa", "tcp", "NIXLCONFORM_FABRIC_INTERFACE");

        private final String label;
        private final String ofLibfabric;
        private final String interfaceVariable;

        Provider(String label, String ofLibfabric, String interfaceVariable) {
            this.label = label;
            this.ofLibfabric = ofLibfabric;
            this.interfaceVariable = interfaceVariable;
        }

        /** As files say it, such as {@code simulated-efa}. */
        public String label() {
            return label;
        }

        /** That carries the blocks, as {@code FI_PROVIDER} says it. */
        public String ofLibfabric() {
            return ofLibfabric;
        }

        /** The variable of an engine that names the interface for the blocks. */
        public String interfaceVariable() {
            return interfaceVariable;
        }

        static List<String> labels() {
            return Arrays.stream(values()).map(Provider::label).toList();
        }
    }

    /** The machine that simulated devices seem to be in. */
    public enum FabricTopology {
        /** None: the devices have no place. */
        NONE(MOST_RAILS),
        P4D(4),
        P5(MOST_RAILS);

        private final int mostRails;

        FabricTopology(int mostRails) {
            this.mostRails = mostRails;
        }

        /** Devices that the machine has. */
        public int mostRails() {
            return mostRails;
        }

        /** As files say it, such as {@code p5}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whether simulated devices say nothing of where they are. */
    public boolean isWithoutPlaces() {
        return provider == Provider.SIMULATED_EFA && topology == FabricTopology.NONE;
    }

    /** Such as {@code simulated EFA, 4 rails}. */
    public String described() {
        if (provider != Provider.SIMULATED_EFA) {
            return provider.label() + ", 1 rail";
        }
        String place = topology == FabricTopology.NONE ? "" : ", topology " + topology.label();
        String rails = prefillRails == decodeRails
                ? prefillRails + (prefillRails == 1 ? " rail" : " rails")
                : "rails: prefill %d, decode %d".formatted(prefillRails, decodeRails);
        return "simulated EFA, %s%s".formatted(rails, place);
    }
}
