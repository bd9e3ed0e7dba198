package org.nixlconform.binding;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** One GPU of this node with its primary context, through the CUDA driver; see {@code device.h}. Stays open until the process ends. */
public final class Device {
    /** A number of simulated GPUs: then there is no CUDA driver, but our stand-in for it. */
    private static final String SIMULATED = "NIXLCONFORM_SIMULATED_GPUS";

    private static final String STAND_IN = "libnixlconform_simulated_gpu.so";

    static final Mirror FACTS = new Mirror("nxc_device_facts", 256);
    private static final int NAME = FACTS.field("name", 0, 128);
    private static final int BUS_ID = FACTS.field("bus_id", 128, 32);
    private static final int UUID = FACTS.field("uuid", 160, 48);
    private static final int MEMORY_BYTES = FACTS.field("memory_bytes", 208, 8);
    private static final int DRIVER_VERSION = FACTS.field("driver_version", 224, 4);
    private static final int CAPABILITY_MAJOR = FACTS.field("capability_major", 232, 4);
    private static final int CAPABILITY_MINOR = FACTS.field("capability_minor", 236, 4);

    static final Mirror FAILURE = new Mirror("nxc_device_failure", 256);
    private static final int TEXT = FAILURE.field("text", 4, 252);

    static final Mirror SHARE = new Mirror("nxc_device_share", 64);

    private final Pointer device;
    private final int ordinal;
    private final Facts facts;

    private Device(Pointer device, int ordinal, Facts facts) {
        this.device = device;
        this.ordinal = ordinal;
        this.facts = facts;
    }

    /**
     * What the driver says.
     *
     * @param busId PCI domain, bus, device and function
     * @param driverVersion of CUDA, such as {@code 13.0}
     * @param capability such as {@code 9.0}
     */
    public record Facts(
            String name, String busId, String uuid, long memoryBytes, String driverVersion, String capability) {}

    /**
     * Makes the context, which takes up to seconds, and has it current on this thread.
     *
     * @param ordinal among the GPUs that this process is shown
     * @throws DeviceException when there is no driver or no such GPU
     */
    public static Device open(int ordinal) {
        try (NativeMemory said = NativeMemory.allocate(FACTS.sizeBytes())) {
            PointerByReference device = new PointerByReference();
            check(failure -> Conform.nxc_device_open(library(), ordinal, device, said.pointer(), failure));
            int version = said.getInt(DRIVER_VERSION);
            Facts facts = new Facts(
                    said.getText(NAME),
                    said.getText(BUS_ID),
                    said.getText(UUID),
                    said.getLong(MEMORY_BYTES),
                    version / 1000 + "." + version % 1000 / 10,
                    said.getInt(CAPABILITY_MAJOR) + "." + said.getInt(CAPABILITY_MINOR));
            return new Device(device.getValue(), ordinal, facts);
        }
    }

    /**
     * Initialises the driver and makes no context.
     *
     * @throws DeviceException when there is no driver, or it refuses
     */
    public static void initialise() {
        String file = library();
        int status;
        try {
            status = NativeLibrary.getInstance(file == null ? "libcuda.so.1" : file)
                    .getFunction("cuInit")
                    .invokeInt(new Object[] {0});
        } catch (UnsatisfiedLinkError none) {
            throw new DeviceException("no CUDA driver: " + none.getMessage());
        }
        if (status != 0) {
            throw new DeviceException("cuInit returned " + status);
        }
    }

    /** Whether this process is shown simulated GPUs. */
    public static boolean simulated() {
        return System.getenv(SIMULATED) != null;
    }

    /** The file of our stand-in, where GPUs are simulated; else null. */
    static @Nullable String library() {
        if (!simulated()) {
            return null;
        }
        Path beside = Path.of(System.getProperty(Conform.PATH_PROPERTY)).resolveSibling(STAND_IN);
        if (!Files.exists(beside)) {
            throw new DeviceException(SIMULATED + " is set, but there is no " + beside);
        }
        return beside.toString();
    }

    public int ordinal() {
        return ordinal;
    }

    public Facts facts() {
        return facts;
    }

    /** What a thread has current of the driver. */
    public enum Current {
        /** No context: a thread begins with none. */
        NONE,
        /** This GPU's. */
        OWN,
        /** That of another. */
        OTHER
    }

    /** Makes this GPU's context current for the thread that calls, as every other function here does. */
    public void use() {
        check(failure -> Conform.nxc_thread_use(device, failure));
    }

    /** Of the thread that calls. */
    public Current current() {
        return Current.values()[(int) check(failure -> Conform.nxc_thread_current(device, failure))];
    }

    /** What memory is allocated by, in the order of {@code device.h}. */
    public enum Memory {
        /** CUDA's plain allocator. */
        PLAIN,
        /** Its virtual memory management, GPUDirect RDMA allowed where the GPU has it. */
        MAPPED,
        /** The same without. */
        MAPPED_WITHOUT_RDMA,
        /** Pinned memory of the host. */
        HOST,
        /** Mapped, with a handle by which other processes of the node can map it too. */
        MAPPED_SHAREABLE
    }

    public Arena allocate(long bytes, Memory memory) {
        LongByReference address = new LongByReference();
        check(failure -> Conform.nxc_device_allocate(device, bytes, memory.ordinal(), address, failure));
        return memory == Memory.HOST
                ? new Arena.Host(address.getValue(), bytes, () -> release(address.getValue()))
                : new DeviceArena(this, address.getValue(), bytes);
    }

    void release(long address) {
        check(failure -> Conform.nxc_device_release(device, address, failure));
    }

    /** Puts other physical memory behind a mapped arena, once. It holds anything. */
    public void remap(Arena mapped) {
        check(failure -> Conform.nxc_device_remap(device, mapped.address(), failure));
    }

    /** What another process of this node needs to open an allocation there. */
    public byte[] export(long address) {
        try (NativeMemory share = NativeMemory.allocate(SHARE.sizeBytes())) {
            check(failure -> Conform.nxc_device_export(device, address, share.pointer(), failure));
            return share.getBytes(0, SHARE.sizeBytes());
        }
    }

    /** Opens another process's allocation here. @return its address in this process */
    public long importShare(byte[] exported) {
        try (NativeMemory share = NativeMemory.allocate(SHARE.sizeBytes())) {
            share.pointer().write(0, exported, 0, SHARE.sizeBytes());
            LongByReference address = new LongByReference();
            check(failure -> Conform.nxc_device_import(device, share.pointer(), address, failure));
            return address.getValue();
        }
    }

    /**
     * Copies by the copy engine, as often as it takes.
     *
     * @param bytes of one copy
     * @param totalBytes of all
     * @return nanoseconds
     */
    public long copy(long to, long from, long bytes, long totalBytes) {
        return check(failure -> Conform.nxc_device_copy(device, to, from, bytes, totalBytes, failure));
    }

    Pointer pointer() {
        return device;
    }

    /** A call that says in its argument what failed. */
    interface Call {
        long with(Pointer failure);
    }

    /** @throws DeviceException when the call returns a negative number */
    static long check(Call call) {
        try (NativeMemory failure = NativeMemory.allocate(FAILURE.sizeBytes())) {
            long result = call.with(failure.pointer());
            if (result < 0) {
                throw new DeviceException(failure.getText(TEXT));
            }
            return result;
        }
    }
}
