package org.nixlconform.binding;

import java.util.ArrayList;
import java.util.List;

/**
 * What the connections of a GPU of this node have carried since some time before, in bytes.
 *
 * @param busId as the driver writes it, in lower case
 * @param connections of NVLink that count; without one what it sent and received is 0
 * @param pciSentBytes by PCI Express, modulo 2^32, with what its packets cost; 0 where it is not counted
 * @param pciReceivedBytes the same
 */
public record LinkCounters(
        String busId, long connections, long sentBytes, long receivedBytes, long pciSentBytes, long pciReceivedBytes) {
    static final Mirror MIRROR = new Mirror("nxc_device_links", 72);
    private static final int BUS_ID = MIRROR.field("bus_id", 0, 32);
    private static final int CONNECTIONS = MIRROR.field("connections", 32, 8);
    private static final int SENT_BYTES = MIRROR.field("sent_bytes", 40, 8);
    private static final int RECEIVED_BYTES = MIRROR.field("received_bytes", 48, 8);
    private static final int PCI_SENT_BYTES = MIRROR.field("pci_sent_bytes", 56, 8);
    private static final int PCI_RECEIVED_BYTES = MIRROR.field("pci_received_bytes", 64, 8);

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
                        links.getLong(i * size + CONNECTIONS),
                        links.getLong(i * size + SENT_BYTES),
                        links.getLong(i * size + RECEIVED_BYTES),
                        links.getLong(i * size + PCI_SENT_BYTES),
                        links.getLong(i * size + PCI_RECEIVED_BYTES)));
            }
        }
        return found;
    }
}
