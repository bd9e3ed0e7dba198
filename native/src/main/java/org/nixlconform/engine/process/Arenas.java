package org.nixlconform.engine.process;

import java.util.List;
import org.nixlconform.binding.Arena;
import org.nixlconform.binding.Device;
import org.nixlconform.binding.SpreadArena;
import org.nixlconform.binding.StagedArena;
import org.nixlconform.engine.protocol.ArenaShape;
import org.nixlconform.engine.protocol.ArenaShape.DevicePlace;

/** A rank's arena, as its place says. */
final class Arenas {
    private Arenas() {}

    /** @param devices those of the place */
    static Arena allocate(ArenaShape shape, List<Device> devices) {
        DevicePlace place = shape.place();
        if (place == null) {
            return Arena.onHost(shape.totalBytes());
        }
        Device first = devices.get(0);
        if (devices.size() > 1) {
            return spread(shape, devices);
        }
        if (place.is(DevicePlace.HOST_STAGED)) {
            return new StagedArena(
                    first,
                    first.allocate(shape.totalBytes(), Device.Memory.PLAIN),
                    first.allocate(shape.totalBytes(), Device.Memory.HOST));
        }
        return place.usesMapping()
                ? first.allocate(shape.totalBytes(), mapping(place))
                : first.allocate(shape.totalBytes() + DeviceCopies.scratchBytes(shape), Device.Memory.PLAIN);
    }

    private static Device.Memory mapping(DevicePlace place) {
        return place.is(DevicePlace.MAPPED_WITHOUT_RDMA)
                ? Device.Memory.MAPPED_WITHOUT_RDMA
                : place.is(DevicePlace.MAPPED_SHAREABLE) ? Device.Memory.MAPPED_SHAREABLE : Device.Memory.MAPPED;
    }

    private static Arena spread(ArenaShape shape, List<Device> devices) {
        long bytes = SpreadArena.partBytes(devices.size(), shape.regions(), shape.guardBytes(), shape.strideBytes(0));
        return new SpreadArena(
                devices.stream()
                        .map(device -> device.allocate(bytes, Device.Memory.PLAIN))
                        .toList(),
                shape.guardBytes(),
                shape.strideBytes(0));
    }
}
