package org.nixlconform.binding;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/** A stream of this engine's own on a GPU; see {@code queue.h}. Work is queued, and nothing but what says so waits for it. */
public final class DeviceQueue implements AutoCloseable {
    private final Pointer queue;

    private DeviceQueue(Pointer queue) {
        this.queue = queue;
    }

    /** @throws DeviceException when the driver refuses */
    public static DeviceQueue open(Device device) {
        PointerByReference queue = new PointerByReference();
        Device.check(failure -> Conform.nxc_queue_open(device.pointer(), queue, failure));
        return new DeviceQueue(queue.getValue());
    }

    /** What is queued from now on begins when the stream is let go, or after so long. */
    public void hold(long mostNanos) {
        Device.check(failure -> Conform.nxc_queue_hold(queue, mostNanos, failure));
    }

    public void letGo() {
        Conform.nxc_queue_let_go(queue);
    }

    /** @param runs on the device, open until the queue is empty; also below */
    public void fill(PlacedRuns runs) {
        Device.check(failure -> Conform.nxc_queue_fill(queue, DeviceArena.held(runs), failure));
    }

    public void zero(PlacedRuns runs) {
        Device.check(failure -> Conform.nxc_queue_zero(queue, DeviceArena.held(runs), failure));
    }

    /** Compares each run with its content. */
    public void check(PlacedRuns runs) {
        Device.check(failure -> Conform.nxc_queue_check(queue, DeviceArena.held(runs), failure));
    }

    /** Waits. @return how many runs the check found to differ; to be asked once after each */
    public long differing(PlacedRuns runs) {
        return Device.check(failure -> Conform.nxc_queue_differing(queue, DeviceArena.held(runs), failure));
    }

    /** Whether queued work has not ended. */
    public boolean pending() {
        return Device.check(failure -> Conform.nxc_queue_pending(queue, failure)) != 0;
    }

    /** Waits. @param byEvent one that is recorded behind all that is queued; else by the stream @return nanoseconds */
    public long await(boolean byEvent) {
        return Device.check(failure -> Conform.nxc_queue_wait(queue, byEvent ? 1 : 0, failure));
    }

    /**
     * Captures a graph in global mode and runs it once. No thread of the process may do meanwhile what could wait for a GPU.
     *
     * @param disturbed do so on this thread
     * @throws DeviceException when the driver refuses
     */
    public void capture(boolean global, boolean disturbed) {
        Device.check(failure -> Conform.nxc_queue_capture(queue, global ? 0 : 1, disturbed ? 1 : 0, failure));
    }

    /** Loads our kernels once more, and unloads them. */
    public void load() {
        Device.check(failure -> Conform.nxc_queue_load(queue, failure));
    }

    Pointer pointer() {
        return queue;
    }

    /** Lets the stream go, waits, and ends it. */
    @Override
    public void close() {
        Conform.nxc_queue_close(queue);
    }
}
