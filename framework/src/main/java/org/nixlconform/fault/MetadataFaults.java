package org.nixlconform.fault;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import org.nixlconform.message.FindingKind;

/** What an engine is given as the metadata of its peer. Where they were spoilt must be said, not only that they were refused. */
final class MetadataFaults {
    private static final String FAMILY = "metadata";
    /** Of every blob: the format's name and the tag of the first field. */
    private static final int BEGIN_BYTES = "nixlSerDes|Agent".length();
    /** Behind them stand eight bytes of length and then the agent's name. */
    private static final int NAME_AT = BEGIN_BYTES + 8;

    private static final Set<String> GIVEN = Set.of(FaultCatalogue.TARGET + " gave ");

    private MetadataFaults() {}

    static void addTo(FaultCatalogue catalogue) {
        for (int bytes : new int[] {0, 1, 7, 8}) {
            refused(
                    catalogue,
                    bytes == 0 ? "metadata empty" : "metadata cut to " + bytes + " bytes",
                    given("cut").with("bytes", bytes),
                    tag("nixlSerDes|"));
        }
        refused(catalogue, "metadata cut to 16 bytes", given("cut").with("bytes", 16), tag("Agent"));
        refused(catalogue, "metadata cut to 64 bytes", given("cut").with("bytes", 64), tag("t"));
        refused(catalogue, "metadata cut to a half", given("half"), GIVEN);
        refused(catalogue, "metadata without the last byte", given("tail"), tag("descriptor"));
        refused(catalogue, "metadata with one bit flipped, in the first tag", flip(catalogue, 0, BEGIN_BYTES), GIVEN);
        catalogue.add(
                FAMILY,
                "metadata with one bit flipped, in the name",
                FindingKind.METADATA_MISREAD,
                catalogue.pair(),
                flip(catalogue, NAME_AT, FaultCatalogue.TARGET.length()),
                tag("Agent"));
        refused(catalogue, "metadata of another version", given("hex").with("hex", recorded()), GIVEN);
        // Below the engine that loads them, where nobody but NIXL sees them.
        catalogue.add(
                FAMILY,
                "metadata of another agent",
                FindingKind.METADATA_MISREAD,
                catalogue.of(FaultCatalogue.topology(1, 2, 1, 1)),
                LibraryFault.on(FaultCatalogue.INITIATOR, "metadata")
                        .with("how", "replay")
                        .with("load", 1),
                Set.of("was whole"));
    }

    /** What an inspection must have named before the load: whose metadata, and the tag. */
    private static Set<String> tag(String tag) {
        return Set.of(FaultCatalogue.TARGET + " gave ", ": tag " + tag + " ");
    }

    private static LibraryFault flip(FaultCatalogue catalogue, int from, int bytes) {
        return given("flip").with("byte", from + catalogue.random(bytes)).with("bit", catalogue.random(8));
    }

    private static void refused(FaultCatalogue catalogue, String name, LibraryFault fault, Set<String> says) {
        catalogue.add(FAMILY, name, FindingKind.REFUSED, catalogue.pair(), fault, says);
    }

    /** As the agent gives them, so that what is relayed is spoilt. */
    private static LibraryFault given(String how) {
        return LibraryFault.on(FaultCatalogue.TARGET, "metadata")
                .with("call", "get_local_md")
                .with("how", how);
    }

    /** What an agent of the oldest release that has the C interface gave, over UCX; its process is gone. */
    private static String recorded() {
        try (InputStream in = Objects.requireNonNull(
                MetadataFaults.class.getResourceAsStream("metadata-of-nixl-0.10.1"), "the recorded metadata")) {
            return HexFormat.of().formatHex(in.readAllBytes());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
