package org.nixlconform.binding;

import static org.nixlconform.binding.NixlFunction.*;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One NIXL agent with one backend. Every method is one phase of a serving engine's set-up; each throws
 * {@link NixlCallException} with the first status that is not success. Handles are plain addresses.
 */
public final class NixlAgent {
    private static final int TELEMETRY_BYTES = 40;

    private final Nixl nixl;
    private final Pointer agent;
    private final Pointer map;
    private Pointer backend = Pointer.NULL;
    private Pointer options = Pointer.NULL;
    private Pointer registered = Pointer.NULL;

    private NixlAgent(Nixl nixl, Pointer agent, Pointer map) {
        this.nixl = nixl;
        this.agent = agent;
        this.map = map;
    }

    /**
     * What an agent is created with.
     *
     * @param threadSync 0 NONE, 1 STRICT, 2 RW
     */
    public record Configuration(boolean progressThread, int threadSync, long progressDelayMicroseconds) {}

    public static NixlAgent create(Nixl nixl, String name, Configuration configuration) throws NixlCallException {
        // nixl_capi_agent_config_t: 40 bytes on LP64, the same from 0.6.1 to 1.5.1.
        try (NativeMemory config = NativeMemory.allocate(40)) {
            config.putByte(0, configuration.progressThread() ? 1 : 0);
            config.putInt(8, configuration.threadSync());
            config.putLong(16, configuration.progressDelayMicroseconds());
            config.putLong(24, 100_000);
            config.putByte(32, 1);
            Pointer agent = nixl.create(CREATE_CONFIGURED_AGENT, name, config.pointer());
            return new NixlAgent(nixl, agent, nixl.create(CREATE_NOTIF_MAP));
        }
    }

    public List<String> plugins() throws NixlCallException {
        Pointer list = nixl.create(GET_AVAILABLE_PLUGINS, agent);
        LongByReference size = new LongByReference();
        nixl.call(STRING_LIST_SIZE, list, size);
        List<String> names = new ArrayList<>();
        for (long i = 0; i < size.getValue(); i++) {
            names.add(nixl.create(STRING_LIST_GET, list, i).getString(0));
        }
        nixl.call(DESTROY_STRING_LIST, list);
        return names;
    }

    /** Creates the backend, and options that pin every later call to it. */
    public void createBackend(String plugin, Map<String, String> parameters) throws NixlCallException {
        Pointer params = nixl.create(CREATE_PARAMS);
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            nixl.call(PARAMS_ADD, params, parameter.getKey(), parameter.getValue());
        }
        backend = nixl.create(CREATE_BACKEND, agent, plugin, params);
        nixl.call(DESTROY_PARAMS, params);
        options = nixl.create(CREATE_OPT_ARGS);
        nixl.call(OPT_ARGS_ADD_BACKEND, options, backend);
    }

    /** What the backend settled on. */
    public record BackendSettings(Map<String, String> parameters, List<String> memories) {}

    public BackendSettings backendSettings() throws NixlCallException {
        PointerByReference memories = new PointerByReference();
        Pointer params = nixl.create(GET_BACKEND_PARAMS, agent, backend, memories);
        BackendSettings settings = new BackendSettings(nixl.parameters(params), nixl.memories(memories.getValue()));
        nixl.call(DESTROY_PARAMS, params);
        nixl.call(DESTROY_MEM_LIST, memories.getValue());
        return settings;
    }

    /** What is registered. */
    public record Region(long address, long lengthBytes) {}

    /** Registers all regions in one call. */
    public void register(List<Region> regions, NixlMemory memory) throws NixlCallException {
        Pointer list = nixl.create(CREATE_REG_DLIST, memory.kind());
        for (int i = 0; i < regions.size(); i++) {
            Region region = regions.get(i);
            nixl.call(
                    REG_DLIST_ADD_DESC,
                    list,
                    region.address(),
                    region.lengthBytes(),
                    memory.device(i),
                    Pointer.NULL,
                    0L);
        }
        nixl.call(REGISTER_MEM, agent, list, options);
        registered = list;
    }

    /** Connection info and registrations of this agent, for its peers. */
    public byte[] metadata() throws NixlCallException {
        PointerByReference blob = new PointerByReference();
        LongByReference length = new LongByReference();
        nixl.call(GET_LOCAL_MD, agent, blob, length);
        byte[] bytes = blob.getValue().getByteArray(0, Math.toIntExact(length.getValue()));
        Native.free(Pointer.nativeValue(blob.getValue()));
        return bytes;
    }

    /** @return the name of the agent that the metadata are of */
    public String loadRemote(byte[] metadata) throws NixlCallException {
        try (Memory blob = new Memory(Math.max(1, metadata.length))) {
            blob.write(0, metadata, 0, metadata.length);
            Pointer name = nixl.create(LOAD_REMOTE_MD, agent, blob, (long) metadata.length);
            String text = name.getString(0);
            Native.free(Pointer.nativeValue(name));
            return text;
        }
    }

    /** One descriptor for each block of each region, region-major. */
    public record BlockRanges(List<RegionRanges> regions, int blocks, NixlMemory memory) {}

    /**
     * The descriptors of one region.
     *
     * @param firstBytes offset within a block
     * @param strideBytes from one block to the next
     */
    public record RegionRanges(long address, long firstBytes, long lengthBytes, long strideBytes) {}

    /** @param remoteAgent empty for the local side @return handle of the prepared list */
    public long prepare(String remoteAgent, BlockRanges ranges) throws NixlCallException {
        nixl.require(XFER_DLIST_ADD_DESC);
        Pointer list = nixl.create(CREATE_XFER_DLIST, ranges.memory().kind());
        try (NativeMemory base = NativeMemory.allocate(Long.BYTES)) {
            for (int i = 0; i < ranges.regions().size(); i++) {
                RegionRanges region = ranges.regions().get(i);
                base.putLong(0, region.address());
                int status = Conform.nxc_drive_add_descriptors(
                        nixl.table().pointer(),
                        list,
                        base.pointer(),
                        1,
                        region.firstBytes(),
                        region.lengthBytes(),
                        region.strideBytes(),
                        ranges.blocks(),
                        ranges.memory().device(i));
                if (status != 0) {
                    throw new NixlCallException(XFER_DLIST_ADD_DESC, status);
                }
            }
            PointerByReference handle = new PointerByReference();
            nixl.call(PREP_XFER_DLIST, agent, remoteAgent, list, handle, options);
            return Pointer.nativeValue(handle.getValue());
        } finally {
            nixl.call(DESTROY_XFER_DLIST, list);
        }
    }

    /**
     * Makes a request by descriptor index.
     *
     * @param write false for READ
     * @param notification bound to it, null for none
     */
    public long make(
            boolean write,
            long local,
            int[] localIndices,
            long remote,
            int[] remoteIndices,
            byte @Nullable [] notification)
            throws NixlCallException {
        if (notification != null) {
            nixl.call(OPT_ARGS_SET_NOTIF_MSG, options, notification, (long) notification.length);
        }
        nixl.call(OPT_ARGS_SET_HAS_NOTIF, options, (byte) (notification == null ? 0 : 1));
        PointerByReference request = new PointerByReference();
        nixl.call(
                MAKE_XFER_REQ,
                agent,
                write ? 1 : 0,
                new Pointer(local),
                orOne(localIndices),
                (long) localIndices.length,
                new Pointer(remote),
                orOne(remoteIndices),
                (long) remoteIndices.length,
                request,
                options);
        return Pointer.nativeValue(request.getValue());
    }

    /** JNA takes no empty array; its length is given apart. */
    private static int[] orOne(int[] indices) {
        return indices.length == 0 ? new int[1] : indices;
    }

    /** A notification by itself, bound to no transfer. */
    public void notify(String remoteAgent, byte[] text) throws NixlCallException {
        nixl.call(GEN_NOTIF, agent, remoteAgent, text, (long) text.length, Pointer.NULL);
    }

    public void release(long request) throws NixlCallException {
        nixl.call(RELEASE_XFER_REQ, agent, new Pointer(request));
        nixl.call(DESTROY_XFER_REQ, new Pointer(request));
    }

    /** @return 0 done, 1 in progress, negative failed */
    public int post(long request) throws NixlCallException {
        return nixl.status(POST_XFER_REQ, agent, new Pointer(request), Pointer.NULL);
    }

    /** @return 0 done, 1 in progress, negative failed */
    public int status(long request) throws NixlCallException {
        return nixl.status(GET_XFER_STATUS, agent, new Pointer(request));
    }

    /** Gives the request back to NIXL, but keeps its handle. @return what it says */
    public int give(long request) throws NixlCallException {
        return nixl.status(RELEASE_XFER_REQ, agent, new Pointer(request));
    }

    /** Frees the handle of a request that was given back. */
    public void forget(long request) throws NixlCallException {
        nixl.call(DESTROY_XFER_REQ, new Pointer(request));
    }

    public void releasePrepared(long handle) throws NixlCallException {
        nixl.call(RELEASE_XFER_DLIST_HANDLE, agent, new Pointer(handle));
    }

    /** What NIXL itself counted for a finished request. */
    public record Telemetry(long postMicros, long transferMicros, long bytes, long descriptors) {}

    public Telemetry telemetry(long request) throws NixlCallException {
        try (NativeMemory out = NativeMemory.allocate(TELEMETRY_BYTES)) {
            nixl.call(GET_XFER_TELEMETRY, agent, new Pointer(request), out.pointer());
            return new Telemetry(out.getLong(8), out.getLong(16), out.getLong(24), out.getLong(32));
        }
    }

    public void invalidate(String remoteAgent) throws NixlCallException {
        nixl.call(INVALIDATE_REMOTE_MD, agent, remoteAgent);
    }

    public void deregister() throws NixlCallException {
        nixl.call(DEREGISTER_MEM, agent, registered, options);
        nixl.call(DESTROY_REG_DLIST, registered);
    }

    public void destroy() throws NixlCallException {
        nixl.call(DESTROY_NOTIF_MAP, map);
        nixl.call(DESTROY_OPT_ARGS, options);
        nixl.call(DESTROY_BACKEND, backend);
        nixl.call(DESTROY_AGENT, agent);
    }

    Nixl nixl() {
        return nixl;
    }

    Pointer agent() {
        return agent;
    }

    /** That pin the backend. */
    Pointer options() {
        return options;
    }

    Pointer map() {
        return map;
    }
}
