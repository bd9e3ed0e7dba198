package org.nixlconform.binding;

import com.sun.jna.Pointer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The Java side of one structure of {@code libnixlconform.so}: its size, and the places of the fields that Java reads or
 * writes. A jar and a library that disagree about one of them must not run together.
 */
final class Mirror {
    private static final String ITSELF = "";

    private final String name;
    private final Map<String, Place> places = new LinkedHashMap<>();

    /** Both in bytes. */
    record Place(int offset, int size) {
        @Override
        public String toString() {
            return size + " bytes at " + offset;
        }
    }

    Mirror(String name, int sizeBytes) {
        this.name = name;
        places.put(ITSELF, new Place(0, sizeBytes));
    }

    /** @return the offset */
    int field(String field, int offsetBytes, int sizeBytes) {
        places.put(field, new Place(offsetBytes, sizeBytes));
        return offsetBytes;
    }

    int sizeBytes() {
        return place(ITSELF).size();
    }

    int sizeBytes(String field) {
        return place(field).size();
    }

    /** Of every structure that Java shares with the library. */
    static List<Mirror> all() {
        return List.of(
                ProgressPage.MIRROR,
                Drive.REQUEST,
                Drive.EXPECTED,
                Drive.STRAY,
                Drive.BOOK,
                Drive.COPY_RANGE,
                Drive.REPEATS,
                Storm.MIRROR,
                Storm.PAIR,
                Storm.TIME,
                Storm.ODDITY,
                Visibility.MIRROR,
                RunList.RUN,
                Payload.KEY,
                Payload.BOUNDS,
                Payload.DIFFERENCE,
                Payload.SUMMARY,
                Device.FACTS,
                Device.FAILURE,
                Device.SHARE,
                DeviceGraph.REPORT,
                LinkCounters.MIRROR);
    }

    /** What the library says of itself: entries of {@code nxc_layout_field}, by full name. */
    static Map<String, Place> library() {
        Map<String, Place> places = new LinkedHashMap<>();
        int index = 0;
        for (Pointer entry = Conform.nxc_layout(index); entry != null; entry = Conform.nxc_layout(++index)) {
            String structure = entry.getPointer(0).getString(0);
            String field = entry.getPointer(Long.BYTES).getString(0);
            places.put(fullName(structure, field), new Place(entry.getInt(16), entry.getInt(20)));
        }
        return places;
    }

    /** @throws IllegalStateException when the library has this structure or a field of it elsewhere, or not at all */
    void check(Map<String, Place> library) {
        places.forEach((field, expected) -> {
            String full = fullName(name, field);
            Place found = library.get(full);
            if (!expected.equals(found)) {
                throw new IllegalStateException("libnixlconform.so has "
                        + (found == null ? "no " + full : full + " as " + found) + ", Java expects " + expected
                        + "; rebuild both");
            }
        });
    }

    private Place place(String field) {
        Place place = places.get(field);
        if (place == null) {
            throw new IllegalArgumentException("no field " + fullName(name, field));
        }
        return place;
    }

    private static String fullName(String structure, String field) {
        return field.isEmpty() ? structure : structure + "." + field;
    }
}
