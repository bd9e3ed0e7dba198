package org.nixlconform.configuration;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What the LIBFABRIC plug-in runs over where that is not EFA of the node's own.
 *
 * @param interfaceName that carries the blocks; one that the node has an address at, when empty
 * @param prefillRails devices that the plug-in is shown in ranks of prefill, 1 to {@value #MOST_RAILS}; 1 over tcp
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
        TCP,
        /** The same behind a library of ours, which shows it as several devices of EFA. */
        SIMULATED_EFA
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
        if (provider == Provider.TCP) {
            return "tcp, 1 rail";
        }
        String place = topology == FabricTopology.NONE ? "" : ", topology " + topology.label();
        String rails = prefillRails == decodeRails
                ? prefillRails + (prefillRails == 1 ? " rail" : " rails")
                : "rails: prefill %d, decode %d".formatted(prefillRails, decodeRails);
        return "simulated EFA, %s%s".formatted(rails, place);
    }
}
