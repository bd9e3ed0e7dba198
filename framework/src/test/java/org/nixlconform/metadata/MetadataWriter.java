package org.nixlconform.metadata;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes metadata the way in which agents do, to be read in tests. Knows nothing of how they are read; that it writes as
 * NIXL does is held against recorded metadata.
 */
final class MetadataWriter {
    /** What releases differ in. */
    enum Form {
        /** 0.6.1: no counts, control rails. */
        UNCOUNTED,
        /** 0.7.0 to 0.10.1: counts, control rails. */
        WITH_CONTROL,
        /** From 1.0.0 on. */
        DATA_ONLY
    }

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private MetadataWriter() {
        out.writeBytes(latin("nixlSerDes|"));
    }

    /** An agent over LIBFABRIC. @param regions each one page long */
    static byte[] libfabric(String agent, Form form, int rails, int regions) {
        return libfabric(agent, form, rails, rails, regions);
    }

    /** @param declared number of rails; {@code rails} follow */
    static byte[] libfabric(String agent, Form form, int declared, int rails, int regions) {
        return libfabric(agent, form, declared, rails, rails, regions);
    }

    /** @param keys of each region */
    static byte[] libfabric(String agent, Form form, int declared, int rails, int keys, int regions) {
        return agent(agent, "LIBFABRIC", connection(form, declared, rails), regions, keys);
    }

    /** An agent over a backend whose own part says nothing to anybody else. */
    static byte[] opaque(String agent, String backend, int connectionBytes, int regions) {
        return agent(agent, backend, new byte[connectionBytes], regions, 0);
    }

    private static byte[] agent(String agent, String backend, byte[] connection, int regions, int keysOfRails) {
        MetadataWriter all = new MetadataWriter()
                .field("Agent", latin(agent))
                .field("Conns", number(1, 8))
                .field("t", latin(backend))
                .field("c", connection)
                .field("", latin("MemSection"))
                .field("nixlSecElms", number(1, 8))
                .field("bknd", latin(backend))
                .field("nixlDList", latin("nixlSDList"))
                .field("t", number(0, 4))
                .field("n", number(regions, 8));
        for (int region = 0; region < regions; region++) {
            byte[] keys = keysOfRails == 0 ? new byte[11] : keys(keysOfRails, address(region));
            ByteBuffer place = ByteBuffer.allocate(24 + keys.length).order(ByteOrder.LITTLE_ENDIAN);
            all.field(
                    "",
                    place.putLong(address(region))
                            .putLong(4096)
                            .putLong(0)
                            .put(keys)
                            .array());
        }
        return all.bytes();
    }

    static long address(int region) {
        return 0x7f00_0000_0000L + region * 4096L;
    }

    private static byte[] connection(Form form, int declared, int rails) {
        MetadataWriter own = new MetadataWriter();
        own.endpoints(form, "dest_data_ep_", declared, rails);
        if (form != Form.DATA_ONLY) {
            own.endpoints(form, "dest_control_ep_", 1, 1);
        }
        return own.bytes();
    }

    private void endpoints(Form form, String tag, int declared, int rails) {
        if (form != Form.UNCOUNTED) {
            field("num_rails", latin(String.valueOf(declared)));
        }
        for (int rail = 0; rail < rails; rail++) {
            field(tag + rail, new byte[56]);
        }
    }

    private static byte[] keys(int rails, long address) {
        MetadataWriter own = new MetadataWriter();
        for (int rail = 0; rail < rails; rail++) {
            own.field("key_" + rail, number(1000 + rail, 8));
        }
        return own.field("addr", number(address, 8)).bytes();
    }

    private MetadataWriter field(String tag, byte[] value) {
        out.writeBytes(latin(tag));
        out.writeBytes(number(value.length, 8));
        out.writeBytes(value);
        out.writeBytes(latin("|"));
        return this;
    }

    private byte[] bytes() {
        return out.toByteArray();
    }

    private static byte[] number(long value, int length) {
        ByteBuffer all = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return Arrays.copyOf(all.putLong(value).array(), length);
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
