package org.nixlconform.fault;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Objects;
import org.nixlconform.message.FindingKind;

/** What an engine is given as the metadata of its peer. */
final class MetadataFaults {
    private static final String FAMILY = "metadata";
    /** Of every blob: the format's name and the tag of the first field. */
    private static final int BEGIN_BYTES = "nixlSerDes|Agent".length();
    /** Behind them stand eight bytes of length and then the agent's name. */
    private static final int NAME_AT = BEGIN_BYTES + 8;

    private MetadataFaults() {}

    static void addTo(FaultCatalogue catalogue) {
        for (int bytes : new int[] {0, 1, 7, 8, 16, 64}) {
            refused(
                    catalogue,
                    bytes == 0 ? "metadata empty" : "metadata cut to " + bytes + " bytes",
                    metadata("cut").with("bytes", bytes));
        }
        refused(catalogue, "metadata cut to a half", metadata("half"));
        refused(catalogue, "metadata without the last byte", metadata("tail"));
        refused(catalogue, "metadata with one bit flipped, in the first tag", flip(catalogue, 0, BEGIN_BYTES));
        catalogue.add(
                FAMILY,
                "metadata with one bit flipped, in the name",
                FindingKind.METADATA_MISREAD,
                catalogue.pair(),
                flip(catalogue, NAME_AT, FaultCatalogue.TARGET.length()));
        refused(catalogue, "metadata of another version", metadata("hex").with("hex", recorded()));
        catalogue.add(
                FAMILY,
                "metadata of another agent",
                FindingKind.METADATA_MISREAD,
                catalogue.of(FaultCatalogue.topology(1, 2, 1, 1)),
                metadata("replay").with("load", 1));
    }

    private static LibraryFault flip(FaultCatalogue catalogue, int from, int bytes) {
        return metadata("flip").with("byte", from + catalogue.random(bytes)).with("bit", catalogue.random(8));
    }

    private static void refused(FaultCatalogue catalogue, String name, LibraryFault fault) {
        catalogue.add(FAMILY, name, FindingKind.REFUSED, catalogue.pair(), fault);
    }

    private static LibraryFault metadata(String how) {
        return LibraryFault.on(FaultCatalogue.INITIATOR, "metadata").with("how", how);
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
