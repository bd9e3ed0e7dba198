package org.nixlconform.binding;

/** A {@code nxc_progress}: written by the thread that drives NIXL, read by any other at any time. */
public final class ProgressPage implements AutoCloseable {
    static final Mirror MIRROR = new Mirror("nxc_progress", 64);
    private static final int CALL = MIRROR.field("call", 0, 4);
    private static final int STOP = MIRROR.field("stop", 4, 4);
    private static final int CALL_SINCE = MIRROR.field("call_since_ns", 8, 8);
    private static final int CHANGED = MIRROR.field("changed_ns", 16, 8);
    private static final int REQUESTS = MIRROR.field("requests", 24, 4);
    private static final int POSTED = MIRROR.field("posted", 28, 4);
    private static final int DONE = MIRROR.field("done", 32, 4);
    private static final int FAILED = MIRROR.field("failed", 36, 4);
    private static final int EXPECTED = MIRROR.field("notifications_expected", 40, 4);
    private static final int RECEIVED = MIRROR.field("notifications_received", 44, 4);

    private final NativeMemory memory = NativeMemory.allocate(MIRROR.sizeBytes());

    /** Forgets the last iteration. */
    public void reset(int requests, int notificationsExpected) {
        memory.clear();
        memory.putInt(REQUESTS, requests);
        memory.putInt(EXPECTED, notificationsExpected);
        memory.putLong(CHANGED, Conform.nxc_clock_ns());
    }

    /** Forgets what was posted, and not that it is to stop. */
    public void postAnew() {
        memory.putInt(POSTED, 0);
        memory.putInt(DONE, 0);
        memory.putInt(FAILED, 0);
    }

    public void stop(boolean stop) {
        memory.putInt(STOP, stop ? 1 : 0);
    }

    public boolean isStopped() {
        return memory.getInt(STOP) != 0;
    }

    void enter(NixlFunction function) {
        memory.putLong(CALL_SINCE, Conform.nxc_clock_ns());
        memory.putInt(CALL, function.ordinal() + 1);
    }

    void leave() {
        memory.putInt(CALL, 0);
    }

    /** @param call symbol of the NIXL function that runs now, empty between calls */
    public record Sample(
            String call,
            long callNanos,
            long sinceChangeNanos,
            int requests,
            int posted,
            int done,
            int failed,
            int expected,
            int received) {}

    public Sample sample() {
        long now = Conform.nxc_clock_ns();
        int call = memory.getInt(CALL);
        return new Sample(
                NixlFunction.symbolOf(call),
                call == 0 ? 0 : now - memory.getLong(CALL_SINCE),
                now - memory.getLong(CHANGED),
                memory.getInt(REQUESTS),
                memory.getInt(POSTED),
                memory.getInt(DONE),
                memory.getInt(FAILED),
                memory.getInt(EXPECTED),
                memory.getInt(RECEIVED));
    }

    NativeMemory memory() {
        return memory;
    }

    @Override
    public void close() {
        memory.close();
    }
}
