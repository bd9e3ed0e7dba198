package org.nixlconform.engine.process;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nixlconform.binding.Device;
import org.nixlconform.binding.DeviceException;
import org.nixlconform.engine.protocol.ArenaShape;
import org.nixlconform.engine.protocol.PairShape;

/**
 * The reference on GPUs: the copy engine moves as many bytes between this rank's arena and that of a peer on the same node,
 * in the direction of the transfer; where the peer has host memory, between the arena and pinned memory of this process. It
 * writes behind an arena or to that memory only, into bytes that are there for this.
 */
final class DeviceCopies {
    private static final long MOST_SCRATCH_BYTES = 128L << 20;
    /** EOPNOTSUPP. */
    static final int NO_SUCH_WAY = 95;

    private final Device device;
    private final ArenaShape own;
    private final long ownAddress;
    /** By label of the peer, where its arena begins here. */
    private final Map<String, Long> opened = new HashMap<>();

    private @Nullable Long pinned;

    DeviceCopies(Device device, ArenaShape own, long ownAddress) {
        this.device = device;
        this.own = own;
        this.ownAddress = ownAddress;
    }

    /** Behind an arena. */
    static long scratchBytes(ArenaShape arena) {
        return Math.min(MOST_SCRATCH_BYTES, arena.totalBytes());
    }

    /** @return empty where the driver gives none, and for an arena that has no room behind it */
    static byte[] share(Device device, ArenaShape arena, long address) {
        ArenaShape.DevicePlace place = arena.place();
        if (place == null || !place.is(ArenaShape.DevicePlace.PLAIN)) {
            return new byte[0];
        }
        try {
            return device.export(address);
        } catch (DeviceException none) {
            System.err.println("nixlconform engine: no reference by the copy engine: " + none.getMessage());
            return new byte[0];
        }
    }

    /** @param outward from this rank to the peer @return nanoseconds, or the negative number of an error */
    long copy(PairShape pair, long bytes, boolean outward) {
        boolean toHost = pair.peerArena().place() == null;
        if (!toHost && pair.peerShare().length == 0) {
            return -NO_SUCH_WAY;
        }
        try {
            if (toHost) {
                return copyHost(bytes, outward);
            }
            long peer = opened.computeIfAbsent(pair.peer(), none -> device.importShare(pair.peerShare()));
            long once = Math.min(
                    Math.min(scratchBytes(own), scratchBytes(pair.peerArena())),
                    Math.min(own.totalBytes(), pair.peerArena().totalBytes()));
            return outward
                    ? device.copy(peer + pair.peerArena().totalBytes(), ownAddress, once, bytes)
                    : device.copy(ownAddress + own.totalBytes(), peer, once, bytes);
        } catch (DeviceException refused) {
            System.err.println("nixlconform engine: reference by the copy engine: " + refused.getMessage());
            return -NO_SUCH_WAY;
        }
    }

    private long copyHost(long bytes, boolean outward) {
        long once = scratchBytes(own);
        if (pinned == null) {
            pinned = device.allocate(once, Device.Memory.HOST).address();
        }
        return outward
                ? device.copy(pinned, ownAddress, once, bytes)
                : device.copy(ownAddress + own.totalBytes(), pinned, once, bytes);
    }
}
