package org.nixlconform.binding;

import java.util.ArrayList;
import java.util.List;

/**
 * What the NVLink connections of a GPU of this node have carried since some time before, in bytes.
 *
 * @param busId as the driver writes it, in lower case
 */
public record LinkCounters(String busId, long sentBytes, long receivedBytes) {
    static final Mirror MIRROR = new Mirror("nxc_device_links", 48);
    private static final int BUS_ID = MIRROR.field("bus_id", 0, 32);
    private static final int SENT_BYTES = MIRROR.field("sent_bytes", 32, 8);
    private static final int RECEIVED_BYTES = MIRROR.field("received_bytes", 40, 8);

    private static final int MOST_GPUS = 16;

    /** Of each GPU that has such; none where there is no NVML, or it does not know. */
    public static List<LinkCounters> read() {
        List<LinkCounters> found = new ArrayList<>();
        int size = MIRROR.sizeBytes();
        try (NativeMemory links = NativeMemory.allocate((long) size * MOST_GPUS);
                NativeMemory failure = NativeMemory.allocate(Device.FAILURE.sizeBytes())) {
            int count = Conform.nxc_device_links_read(Device.library(), links.pointer(), MOST_GPUS, failure.pointer());
            for (int i = 0; i < count; i++) {
                found.add(new LinkCounters(
                        links.getText(i * size + BUS_ID),
                        links.getLong(i * size + SENT_BYTES),
                        links.getLong(i * size + RECEIVED_BYTES)));
            }
        }
        return found;
    }
}
