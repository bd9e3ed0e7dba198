package org.nixlconform.metadata;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The metadata of one agent: how to reach it, and which memory it registered. The form is that of NIXL 0.6.1 to 1.5.1.
 *
 * @param agent its name, printable and of bounded length
 * @param bytes length of the whole
 * @param connections one for each backend that reaches other agents, in the order in which they stand
 * @param regions all that are registered, with every backend
 * @param flaw the first; what stands before it was read, nothing after it
 */
public record AgentMetadata(
        String agent, int bytes, List<Connection> connections, List<Region> regions, Optional<Flaw> flaw) {
    public AgentMetadata {
        connections = List.copyOf(connections);
        regions = List.copyOf(regions);
    }

    /** Takes any bytes, in a time and a memory that grow with their number. Never throws. */
    public static AgentMetadata read(byte[] metadata) {
        return new MetadataReader(metadata).read();
    }

    /** The same without regions, which are many and of no use to whoever does not reach for them. */
    public AgentMetadata withoutRegions() {
        return new AgentMetadata(agent, bytes, connections, List.of(), flaw);
    }

    /** Of the backend that has rails, where there is one. */
    public Optional<Rails> rails() {
        return connections.stream()
                .flatMap(connection -> connection.rails().stream())
                .findFirst();
    }

    /** Data rails, as declared; as found where nothing is declared. Empty without a backend that has rails. */
    public Optional<Integer> railCount() {
        return rails().map(rails -> rails.data().count());
    }

    /** For each region of a backend that has rails, the numbers of those that it was registered with, rising. */
    public List<List<Integer>> railsOfRegions() {
        return regions.stream()
                .filter(region -> !region.railKeys().isEmpty())
                .map(Region::rails)
                .toList();
    }

    /**
     * @param backend such as {@code UCX}
     * @param bytes of what this backend says of itself
     * @param rails of LIBFABRIC; other backends have none, or do not tell
     */
    public record Connection(String backend, int bytes, Optional<Rails> rails) {}

    /** @param control of releases before 1.0.0 */
    public record Rails(Endpoints data, Optional<Endpoints> control) {}

    /**
     * One endpoint for each rail.
     *
     * @param declared how many are to follow; 0.6.1 did not say
     * @param endpointBytes length of the name of each that is there
     */
    public record Endpoints(OptionalInt declared, List<Integer> endpointBytes) {
        public Endpoints {
            endpointBytes = List.copyOf(endpointBytes);
        }

        /** How many are there. */
        public int found() {
            return endpointBytes.size();
        }

        /** As declared; as found where nothing is declared. */
        public int count() {
            return declared.orElse(found());
        }
    }

    /**
     * One registered region.
     *
     * @param backend that it is registered with
     * @param memoryKind number of NIXL's kind of memory: 0 is DRAM, 1 is VRAM
     * @param address in the address space of the agent
     * @param device such as a GPU's index; 0 in DRAM
     * @param keyBytes of what the backend needs to reach it
     * @param railKeys of LIBFABRIC, one for each rail; of other backends none
     */
    public record Region(
            String backend,
            int memoryKind,
            long address,
            long lengthBytes,
            long device,
            int keyBytes,
            List<Long> railKeys) {
        /** Stands for a rail that the region was not registered with: libfabric's FI_KEY_NOTAVAIL. */
        private static final long NO_KEY = -1;

        public Region {
            railKeys = List.copyOf(railKeys);
        }

        List<Integer> rails() {
            return IntStream.range(0, railKeys.size())
                    .filter(rail -> railKeys.get(rail) != NO_KEY)
                    .boxed()
                    .toList();
        }
    }
}
