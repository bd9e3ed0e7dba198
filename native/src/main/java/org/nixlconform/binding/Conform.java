package org.nixlconform.binding;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import org.jspecify.annotations.Nullable;

/** The functions of {@code libnixlconform.so}, found at the path in the system property {@value #PATH_PROPERTY}. */
final class Conform {
    static final String PATH_PROPERTY = "nixlconform.library";

    static {
        String path = System.getProperty(PATH_PROPERTY);
        if (path == null) {
            throw new UnsatisfiedLinkError("the system property " + PATH_PROPERTY + " must name libnixlconform.so");
        }
        Native.register(Conform.class, NativeLibrary.getInstance(path));
    }

    private Conform() {}

    static native void nxc_payload_key_from_seed(long seed, Pointer key);

    static native void nxc_payload_fill(Pointer arena, Pointer key, Pointer runs, long count);

    static native void nxc_payload_verify(
            Pointer arena,
            Pointer key,
            Pointer bounds,
            Pointer runs,
            long count,
            Pointer differences,
            long capacity,
            Pointer summary);

    static native long nxc_payload_landed(Pointer arena, Pointer key, Pointer runs, long count);

    static native String nxc_payload_vector();

    static native int nxc_device_open(
            @Nullable String library, int ordinal, PointerByReference device, Pointer facts, Pointer failure);

    static native int nxc_device_allocate(
            Pointer device, long bytes, int memory, LongByReference address, Pointer failure);

    static native int nxc_device_release(Pointer device, long address, Pointer failure);

    static native int nxc_device_remap(Pointer device, long address, Pointer failure);

    static native int nxc_device_runs_hold(
            Pointer device,
            long arena,
            Pointer key,
            Pointer runs,
            long count,
            PointerByReference held,
            Pointer failure);

    static native void nxc_device_runs_release(Pointer held);

    static native int nxc_device_fill(Pointer held, Pointer kernelNanos, Pointer failure);

    static native int nxc_device_verify(
            Pointer held,
            Pointer bounds,
            Pointer differences,
            long capacity,
            Pointer summary,
            Pointer kernelNanos,
            Pointer failure);

    static native long nxc_device_landed(Pointer held, Pointer failure);

    static native int nxc_device_export(Pointer device, long address, Pointer share, Pointer failure);

    static native int nxc_device_import(Pointer device, Pointer share, LongByReference address, Pointer failure);

    static native long nxc_device_copy(
            Pointer device, long to, long from, long bytes, long totalBytes, Pointer failure);

    static native int nxc_graph_open(
            Pointer device,
            long arena,
            Pointer key,
            Pointer own,
            long ownCount,
            long slots,
            long mostListed,
            PointerByReference graph,
            Pointer failure);

    static native void nxc_graph_close(Pointer graph);

    static native int nxc_graph_replay(Pointer graph, Pointer failure);

    static native void nxc_graph_stop(Pointer graph);

    static native int nxc_graph_prepare(Pointer graph, Pointer listed, long count, Pointer failure);

    static native int nxc_graph_hand_over(Pointer graph, Pointer failure);

    static native int nxc_graph_look(Pointer graph, Pointer report, Pointer failure);

    static native int nxc_queue_open(Pointer device, PointerByReference queue, Pointer failure);

    static native void nxc_queue_close(Pointer queue);

    static native int nxc_queue_hold(Pointer queue, long mostNanos, Pointer failure);

    static native void nxc_queue_let_go(Pointer queue);

    static native int nxc_queue_fill(Pointer queue, Pointer held, Pointer failure);

    static native int nxc_queue_zero(Pointer queue, Pointer held, Pointer failure);

    static native int nxc_queue_check(Pointer queue, Pointer held, Pointer failure);

    static native long nxc_queue_differing(Pointer queue, Pointer held, Pointer failure);

    static native int nxc_queue_pending(Pointer queue, Pointer failure);

    static native long nxc_queue_wait(Pointer queue, int fence, Pointer failure);

    static native int nxc_queue_capture(Pointer queue, int mode, int disturbed, Pointer failure);

    static native int nxc_queue_load(Pointer queue, Pointer failure);

    static native int nxc_queue_repeat(
            Pointer queue,
            Pointer table,
            Pointer agent,
            Pointer requests,
            int count,
            Pointer repeats,
            Pointer page,
            Pointer failure);

    static native int nxc_thread_use(Pointer device, Pointer failure);

    static native int nxc_thread_current(Pointer device, Pointer failure);

    static native int nxc_device_links_read(@Nullable String library, Pointer links, int capacity, Pointer failure);

    static native String nxc_nixl_function_name(int index);

    static native @Nullable Pointer nxc_layout(int index);

    static native int nxc_drive_add_descriptors(
            Pointer table,
            Pointer list,
            Pointer bases,
            long regions,
            long first,
            long length,
            long stride,
            long count,
            long device);

    static native int nxc_drive_run(
            Pointer table,
            Pointer agent,
            Pointer map,
            Pointer requests,
            int count,
            @Nullable Pointer visible,
            Pointer book,
            Pointer page,
            long idleNanos);

    static native int nxc_drive_turn(
            Pointer table,
            Pointer agent,
            Pointer map,
            Pointer requests,
            int count,
            Pointer book,
            Pointer page,
            long idleNanos,
            long limitNanos,
            Pointer moved);

    static native int nxc_drive_linger(
            Pointer table, Pointer agent, Pointer map, Pointer book, Pointer page, long idleNanos, long limitNanos);

    static native int nxc_storm_send(
            Pointer table,
            Pointer agent,
            Pointer options,
            Pointer map,
            Pointer storm,
            Pointer pairs,
            int pairCount,
            Pointer page);

    static native int nxc_storm_collect(
            Pointer table, Pointer agent, Pointer map, Pointer storm, Pointer pairs, int pairCount, Pointer page);

    static native void nxc_storm_text(long seed, long key, long message, Pointer out, int size);

    static native long nxc_reference_copy(int pid, Pointer ranges, long count, int write);

    static native int nxc_stream_listen(String address, Pointer port);

    static native int nxc_stream_accept(int listening);

    static native int nxc_stream_serve(int stream);

    static native int nxc_stream_connect(String host, short port);

    static native long nxc_stream_copy(int stream, long bytes, int write);

    static native void nxc_stream_close(int stream);

    static native int nxc_process_spawn(
            Pointer argv, Pointer envp, Pointer stdinFd, Pointer stdoutFd, Pointer stderrFd);

    static native int nxc_process_begin(int parent);

    static native int nxc_process_move_output();

    static native Pointer nxc_arena_allocate(long bytes);

    static native void nxc_arena_release(Pointer arena, long bytes);

    static native long nxc_clock_ns();
}
