package org.nixlconform.binding;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;

/** The calls of the C library that a JVM does not offer. All return what the C function returns. */
public final class Posix {
    public static final int POLLIN = 0x001;
    public static final int POLLHUP = 0x010;
    public static final int SIGKILL = 9;
    private static final int WNOHANG = 1;
    /** EFD_CLOEXEC, EFD_NONBLOCK. */
    private static final int WAKE_FLAGS = 0x80800;

    /** Direct mapping: one eager registration is right here, every libc has all of these. */
    private static final class C {
        static {
            Native.register(C.class, "c");
        }

        static native int close(int fd);

        static native long read(int fd, Pointer buffer, long count);

        static native long write(int fd, Pointer buffer, long count);

        static native int eventfd(int count, int flags);

        static native int poll(Pointer fds, long count, int timeoutMillis);

        static native int kill(int pid, int signal);

        static native int waitpid(int pid, Pointer status, int options);

        static native int setsid();

        static native int getpid();

        static native int getppid();

        static native void _exit(int status);
    }

    private Posix() {}

    public static int close(int fd) {
        return C.close(fd);
    }

    /** @return bytes read, 0 at the end, negative on error */
    public static int read(int fd, NativeMemory buffer) {
        return (int) C.read(fd, buffer.pointer(), buffer.bytes());
    }

    /** Writes all of it. @return false when the other side is gone */
    public static boolean write(int fd, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0) {
            return true;
        }
        try (NativeMemory buffer = NativeMemory.allocate(bytes.length)) {
            buffer.pointer().write(0, bytes, 0, bytes.length);
            long done = 0;
            while (done < bytes.length) {
                long written = C.write(fd, new Pointer(buffer.address() + done), bytes.length - done);
                if (written < 0 && Native.getLastError() != 4 /* EINTR */) {
                    return false;
                }
                done += Math.max(written, 0);
            }
        }
        return true;
    }

    /**
     * A descriptor that {@link #poll} finds readable from {@link #wake} on, until {@link #read} takes its 8 bytes. No child gets it.
     *
     * @throws IllegalStateException when the system refuses
     */
    public static int wakeable() {
        int fd = C.eventfd(0, WAKE_FLAGS);
        if (fd < 0) {
            throw new IllegalStateException("cannot make an event: error number " + Native.getLastError());
        }
        return fd;
    }

    /** Any thread may. */
    public static void wake(int fd) {
        try (NativeMemory one = NativeMemory.allocate(Long.BYTES)) {
            one.putLong(0, 1);
            C.write(fd, one.pointer(), Long.BYTES);
        }
    }

    /** @param fds of struct pollfd, 8 bytes each */
    public static int poll(NativeMemory fds, int count, int timeoutMillis) {
        return C.poll(fds.pointer(), count, timeoutMillis);
    }

    /** @param pid negative: the process group */
    public static int kill(int pid, int signal) {
        return C.kill(pid, signal);
    }

    /**
     * How a child ended.
     *
     * @param exitCode meaningful when {@code signal} is 0
     * @param signal number of the signal that ended it, 0 when it exited
     */
    public record ChildEnd(int pid, int exitCode, int signal) {}

    /** Takes the end of one child that has ended, if there is one. @return pid 0 when none has */
    public static ChildEnd reap() {
        try (NativeMemory status = NativeMemory.allocate(Integer.BYTES)) {
            int pid = C.waitpid(-1, status.pointer(), WNOHANG);
            int raw = status.getInt(0);
            return pid <= 0 ? new ChildEnd(0, 0, 0) : new ChildEnd(pid, (raw >> 8) & 0xff, raw & 0x7f);
        }
    }

    public static int setsid() {
        return C.setsid();
    }

    public static int getpid() {
        return C.getpid();
    }

    public static int getppid() {
        return C.getppid();
    }

    /** Ends the process at once: no finaliser of any library runs (NIXL's wheels crash there on hosts with RDMA libraries). */
    public static void exitNow(int status) {
        C._exit(status);
    }
}
