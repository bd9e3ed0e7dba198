package org.nixlconform.binding;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/** An arena on a GPU. Kernels fill and compare it; the host sees only bytes that differ. */
final class DeviceArena extends Arena {
    private final Device device;

    DeviceArena(Device device, long address, long bytes) {
        super(address, bytes);
        this.device = device;
    }

    @Override
    public PlacedRuns place(Payload payload, RunList runs) {
        PointerByReference held = new PointerByReference();
        Device.check(failure -> Conform.nxc_device_runs_hold(
                device.pointer(), address(), payload.key(), runs.memory().pointer(), runs.size(), held, failure));
        return new OnDevice(held.getValue());
    }

    @Override
    public void close() {
        device.release(address());
    }

    /** @throws ClassCastException when the runs are not on a device */
    static Pointer held(PlacedRuns runs) {
        return ((OnDevice) runs).held();
    }

    private record OnDevice(Pointer held) implements PlacedRuns {
        @Override
        public void fill() {
            Device.check(failure -> Conform.nxc_device_fill(held, Pointer.NULL, failure));
        }

        @Override
        public long landed() {
            return Device.check(failure -> Conform.nxc_device_landed(held, failure));
        }

        @Override
        public Payload.Verification verify(long locationLimitBytes, int generationLimit, int capacity) {
            return Payload.verification(
                    locationLimitBytes,
                    generationLimit,
                    capacity,
                    (bounds, differences, summary) -> Device.check(failure -> Conform.nxc_device_verify(
                            held, bounds, differences, capacity, summary, Pointer.NULL, failure)));
        }

        @Override
        public void close() {
            Conform.nxc_device_runs_release(held);
        }
    }
}
