package org.nixlconform.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.nixlconform.metadata.AgentMetadata.Connection;
import org.nixlconform.metadata.AgentMetadata.Endpoints;
import org.nixlconform.metadata.AgentMetadata.Rails;
import org.nixlconform.metadata.AgentMetadata.Region;

/**
 * Reads one blob from its begin to the first flaw. Counts in it are believed only as far as fields follow, so that no
 * number makes it take longer or more memory than its length does.
 */
final class MetadataReader {
    static final String RAIL_COUNT = "num_rails";
    static final String DATA_ENDPOINT = "dest_data_ep_";
    static final String CONTROL_ENDPOINT = "dest_control_ep_";

    private static final String LIBFABRIC = "LIBFABRIC";
    /** Longest name of an endpoint that the plug-in takes. */
    private static final int ENDPOINT_BYTES = 56;
    /** Address, length and device stand in front of what the backend says of a region. */
    private static final int PLACE_BYTES = 3 * Long.BYTES;

    private static final OptionalInt NO_RAIL = OptionalInt.empty();

    private final Fields fields;
    private final int length;
    private final List<Connection> connections = new ArrayList<>();
    private final List<Region> regions = new ArrayList<>();

    MetadataReader(byte[] metadata) {
        fields = new Fields(metadata);
        length = metadata.length;
    }

    AgentMetadata read() {
        fields.open("the metadata");
        String agent = fields.next("Agent").map(Fields::text).orElse("");
        if (agent.isEmpty()) {
            fields.lack("Agent", NO_RAIL, "names no agent");
        }
        long declared = fields.nextNumber("Conns", Long.BYTES, NO_RAIL).orElse(0L);
        while (fields.isWhole() && connections.size() != declared) {
            connection();
        }
        fields.next("", "MemSection", NO_RAIL)
                .map(Fields::text)
                .filter(text -> !text.equals("MemSection"))
                .ifPresent(
                        text -> fields.lack("MemSection", NO_RAIL, "is missing, \"" + text + "\" stands in its place"));
        long sections = fields.nextNumber("nixlSecElms", Long.BYTES, NO_RAIL).orElse(0L);
        for (long section = 0; fields.isWhole() && section != sections; section++) {
            section();
        }
        if (fields.left() > 0) {
            fields.lack("nixlSecElms", NO_RAIL, "is followed by " + fields.left() + " bytes more than it declares");
        }
        return new AgentMetadata(agent, length, connections, regions, fields.flaw());
    }

    private void connection() {
        String backend = fields.next("t").map(Fields::text).orElse("");
        Optional<Fields> value = fields.next("c");
        if (fields.isWhole() && (backend.isEmpty() || value.orElseThrow().left() == 0)) {
            fields.lack(backend.isEmpty() ? "t" : "c", NO_RAIL, "of connection " + connections.size() + " is empty");
        }
        value.ifPresent(own -> connections.add(new Connection(
                backend, own.left(), backend.equals(LIBFABRIC) ? Optional.of(rails(own)) : Optional.empty())));
    }

    private static Rails rails(Fields own) {
        own.open("the connection of LIBFABRIC");
        if (own.isWhole() && !own.stands(RAIL_COUNT) && !own.stands(DATA_ENDPOINT)) {
            own.lack(RAIL_COUNT, NO_RAIL, "is missing, " + own.standing());
        }
        Endpoints data = endpoints(own, DATA_ENDPOINT);
        Optional<Endpoints> control =
                own.isWhole() && own.left() > 0 ? Optional.of(endpoints(own, CONTROL_ENDPOINT)) : Optional.empty();
        if (own.left() > 0) {
            own.lack(
                    CONTROL_ENDPOINT + control.map(Endpoints::found).orElse(0),
                    NO_RAIL,
                    "is missing, " + own.standing());
        }
        return new Rails(data, control);
    }

    /** As many as are declared, else as many as there are. */
    private static Endpoints endpoints(Fields own, String tag) {
        OptionalInt declared = own.stands(RAIL_COUNT) ? railCount(own) : NO_RAIL;
        List<Integer> lengths = new ArrayList<>();
        while (own.isWhole()
                && (declared.isPresent() ? lengths.size() < declared.getAsInt() : own.stands(tag + lengths.size()))) {
            OptionalInt rail = OptionalInt.of(lengths.size());
            String name = tag + lengths.size();
            own.next(name, name, rail).ifPresent(endpoint -> {
                int bytes = endpoint.left();
                if (bytes == 0 || bytes > ENDPOINT_BYTES) {
                    own.lack(name, rail, "has " + bytes + " bytes, not 1 to " + ENDPOINT_BYTES);
                } else {
                    lengths.add(bytes);
                }
            });
        }
        return new Endpoints(declared, lengths);
    }

    /** Decimal digits. */
    private static OptionalInt railCount(Fields own) {
        String digits = own.next(RAIL_COUNT).map(Fields::text).orElse("");
        if (digits.matches("[0-9]{1,9}")) {
            return OptionalInt.of(Integer.parseInt(digits));
        }
        own.lack(RAIL_COUNT, NO_RAIL, "is no number: \"" + digits + "\"");
        return NO_RAIL;
    }

    /** The regions of one backend and one kind of memory. */
    private void section() {
        String backend = fields.next("bknd").map(Fields::text).orElse("");
        fields.next("nixlDList")
                .map(Fields::text)
                .filter(form -> !form.equals("nixlSDList"))
                .ifPresent(form -> fields.lack("nixlDList", NO_RAIL, "is \"" + form + "\", not \"nixlSDList\""));
        int memoryKind =
                fields.nextNumber("t", Integer.BYTES, NO_RAIL).orElse(0L).intValue();
        long declared = fields.nextNumber("n", Long.BYTES, NO_RAIL).orElse(0L);
        for (long i = 0; fields.isWhole() && i != declared; i++) {
            region(backend, memoryKind, "descriptor " + i);
        }
    }

    private void region(String backend, int memoryKind, String name) {
        Optional<Fields> value = fields.next("", name, NO_RAIL);
        if (value.isEmpty()) {
            return;
        }
        Fields own = value.get();
        if (own.left() < PLACE_BYTES) {
            fields.lack(name, NO_RAIL, "has " + own.left() + " bytes, not " + PLACE_BYTES + " or more");
            return;
        }
        long address = own.takeNumber(Long.BYTES);
        long lengthBytes = own.takeNumber(Long.BYTES);
        long device = own.takeNumber(Long.BYTES);
        int keyBytes = own.left();
        List<Long> railKeys = backend.equals(LIBFABRIC) ? railKeys(own, name) : List.of();
        regions.add(new Region(backend, memoryKind, address, lengthBytes, device, keyBytes, railKeys));
    }

    private List<Long> railKeys(Fields own, String name) {
        own.open("the keys of " + name);
        List<Long> keys = new ArrayList<>();
        while (own.stands("key_")) {
            OptionalInt rail = OptionalInt.of(keys.size());
            own.nextNumber("key_" + keys.size(), Long.BYTES, rail).ifPresent(keys::add);
        }
        int rails = connections.stream()
                .flatMap(connection -> connection.rails().stream())
                .mapToInt(each -> each.data().found())
                .findFirst()
                .orElse(keys.size());
        if (keys.size() < rails) {
            OptionalInt rail = OptionalInt.of(keys.size());
            own.lack("key_" + keys.size(), rail, "of " + name + " is missing, there are " + rails + " rails");
        }
        own.nextNumber("addr", Long.BYTES, NO_RAIL);
        if (own.left() > 0) {
            own.lack("addr", NO_RAIL, "of " + name + " is followed by " + own.left() + " bytes");
        }
        return keys;
    }
}
