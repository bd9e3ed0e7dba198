package org.nixlconform.engine.process;

import java.util.HashMap;
import java.util.Map;
import org.nixlconform.binding.Device;
import org.nixlconform.binding.DeviceException;
import org.nixlconform.engine.protocol.ArenaShape;
import org.nixlconform.engine.protocol.PairShape;

/**
 * The reference on GPUs: the copy engine moves as many bytes between this rank's arena and that of a peer on the same node,
 * in the direction of the transfer. It writes behind an arena only, into bytes that are there for this.
 */
final class DeviceCopies {
    private static final long MOST_SCRATCH_BYTES = 128L << 20;
    /** EOPNOTSUPP. */
    private static final int NO_SUCH_WAY = 95;

    private final Device device;
    private final ArenaShape own;
    private final long ownAddress;
    /** By label of the peer, where its arena begins here. */
    private final Map<String, Long> opened = new HashMap<>();

    DeviceCopies(Device device, ArenaShape own, long ownAddress) {
        this.device = device;
        this.own = own;
        this.ownAddress = ownAddress;
    }

    /** Behind an arena. */
    static long scratchBytes(ArenaShape arena) {
        return Math.min(MOST_SCRATCH_BYTES, arena.totalBytes());
    }

    /** @return empty where the driver gives none, such as for mapped memory */
    static byte[] share(Device device, long address) {
        try {
            return device.export(address);
        } catch (DeviceException none) {
            System.err.println("nixlconform engine: no reference by the copy engine: " + none.getMessage());
            return new byte[0];
        }
    }

    /** @return nanoseconds, or the negative number of an error */
    long copy(PairShape pair, long bytes, boolean write) {
        if (pair.peerShare().length == 0) {
            return -NO_SUCH_WAY;
        }
        try {
            long peer = opened.computeIfAbsent(pair.peer(), none -> device.importShare(pair.peerShare()));
            long once = Math.min(
                    Math.min(scratchBytes(own), scratchBytes(pair.peerArena())),
                    Math.min(own.totalBytes(), pair.peerArena().totalBytes()));
            return write
                    ? device.copy(peer + pair.peerArena().totalBytes(), ownAddress, once, bytes)
                    : device.copy(ownAddress + own.totalBytes(), peer, once, bytes);
        } catch (DeviceException refused) {
            System.err.println("nixlconform engine: reference by the copy engine: " + refused.getMessage());
            return -NO_SUCH_WAY;
        }
    }
}
