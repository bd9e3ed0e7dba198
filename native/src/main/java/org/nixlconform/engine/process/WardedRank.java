package org.nixlconform.engine.process;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.nixlconform.binding.Children;
import org.nixlconform.binding.NativeMemory;
import org.nixlconform.binding.Posix;
import org.nixlconform.engine.protocol.FromWarden;

/** One rank as its warden sees it: three pipes, a log, an end. */
final class WardedRank {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int POLL_ENTRY_BYTES = 8;
    /** A pipe holds what one read takes; one that is written to all the time must not hold up the others. */
    private static final int PIPE_READS = 4;

    private static final NativeMemory BUFFER = NativeMemory.allocate(BUFFER_BYTES);
    /** Ends the writer; no message is empty. */
    private static final String NO_MORE = "";

    private final String label;
    private final Children.Child child;
    private final Optional<Path> counters;
    private final BoundedLog log;
    private final Consumer<String> onLine;
    private final BlockingQueue<String> outbox = new LinkedBlockingQueue<>();
    private final List<byte[]> partial = new ArrayList<>();
    private boolean spoke;
    private boolean outOpen = true;
    private boolean errOpen = true;
    private Posix.@Nullable ChildEnd end;
    private boolean endTaken;
    private long toldBytes;

    /** @param counters file that it leaves and that goes with it */
    WardedRank(String label, Children.Child child, Optional<Path> counters, BoundedLog log, Consumer<String> onLine) {
        this.label = label;
        this.child = child;
        this.counters = counters;
        this.log = log;
        this.onLine = onLine;
        // A frozen rank does not read: writing to it must not hold up the warden.
        Thread writer = new Thread(null, this::write, "to " + label, 64 * 1024);
        writer.setDaemon(true);
        writer.start();
    }

    String label() {
        return label;
    }

    int pid() {
        return child.pid();
    }

    /** Started, alive, and silent so far. */
    boolean starting() {
        return !spoke && end == null;
    }

    void send(String line) {
        outbox.add(line);
    }

    /** Ends its whole process group. Does nothing once it is over: the number may be another's by then. */
    void kill() {
        if (end == null) {
            killGroup();
        }
    }

    void ended(Posix.ChildEnd how) {
        end = how;
        killGroup();
    }

    /** What it left behind goes with it. */
    private void killGroup() {
        Posix.kill(-child.pid(), Posix.SIGKILL);
        counters.ifPresent(RailCounters::remove);
    }

    boolean drained() {
        return !outOpen && !errOpen;
    }

    /** How it ended, once, after everything that it wrote was read. */
    Posix.@Nullable ChildEnd takeEnd() {
        if (end == null || endTaken || !drained()) {
            return null;
        }
        endTaken = true;
        return end;
    }

    /** What is to be told of its log, once; empty while there is nothing new or nothing odd. */
    Optional<FromWarden.LogSize> newLogSize() {
        FromWarden.LogSize size = log.size(label);
        boolean odd = size.notTextBytes() > 0 || size.unwrittenBytes() > 0 || size.isLong();
        if (!odd || size.bytes() == toldBytes) {
            return Optional.empty();
        }
        toldBytes = size.bytes();
        return Optional.of(size);
    }

    List<String> lastLogLines() {
        return log.lastLines();
    }

    /** For one who looks at it from another thread. */
    Inspection.Subject subject() {
        Posix.ChildEnd how = end;
        String ended = "";
        if (how != null) {
            ended = how.signal() == 0 ? "exited with " + how.exitCode() : "ended by signal " + how.signal();
        }
        return new Inspection.Subject(label, child.pid(), ended, lastLogLines());
    }

    void close() {
        outbox.add(NO_MORE);
        log.close();
    }

    private void write() {
        try {
            for (String line = outbox.take(); !line.equals(NO_MORE); line = outbox.take()) {
                if (!Posix.write(child.stdin(), line + "\n")) {
                    break;
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        Posix.close(child.stdin());
    }

    /**
     * Waits until one of them wrote something, and takes it.
     *
     * @param woken ends the wait too, see {@link Posix#wakeable}
     */
    static void pump(List<WardedRank> ranks, int woken, int millis) {
        int last = 2 * ranks.size();
        try (NativeMemory fds = NativeMemory.allocate((last + 1L) * POLL_ENTRY_BYTES)) {
            put(fds, last, woken);
            for (int i = 0; i < ranks.size(); i++) {
                WardedRank rank = ranks.get(i);
                // A negative descriptor is passed over by poll.
                put(fds, 2 * i, rank.outOpen ? rank.child.stdout() : -1);
                put(fds, 2 * i + 1, rank.errOpen ? rank.child.stderr() : -1);
            }
            if (Posix.poll(fds, last + 1, millis) <= 0) {
                return;
            }
            if (ready(fds, last)) {
                Posix.read(woken, BUFFER);
            }
            for (int i = 0; i < ranks.size(); i++) {
                WardedRank rank = ranks.get(i);
                if (ready(fds, 2 * i)) {
                    rank.takeOutput();
                } else if (ready(fds, 2 * i + 1)) {
                    rank.takeError();
                }
            }
        }
    }

    private static void put(NativeMemory fds, int index, int fd) {
        fds.putInt((long) index * POLL_ENTRY_BYTES, fd);
        fds.putInt((long) index * POLL_ENTRY_BYTES + Integer.BYTES, Posix.POLLIN);
    }

    private static boolean ready(NativeMemory fds, int index) {
        return fds.getInt((long) index * POLL_ENTRY_BYTES + Integer.BYTES) >>> 16 != 0;
    }

    private void takeOutput() {
        int count = Posix.read(child.stdout(), BUFFER);
        if (count <= 0) {
            outOpen = false;
            Posix.close(child.stdout());
            return;
        }
        spoke = true;
        byte[] bytes = BUFFER.getBytes(0, count);
        takeErrorThatIsThere();
        int from = 0;
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n') {
                partial.add(Arrays.copyOfRange(bytes, from, i));
                onLine.accept(joined());
                from = i + 1;
            }
        }
        if (from < count) {
            partial.add(Arrays.copyOfRange(bytes, from, count));
        }
    }

    private String joined() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        partial.forEach(whole::writeBytes);
        partial.clear();
        return whole.toString(StandardCharsets.UTF_8);
    }

    /** What it wrote to standard error before it spoke is known when what it says is passed on. */
    private void takeErrorThatIsThere() {
        try (NativeMemory fd = NativeMemory.allocate(POLL_ENTRY_BYTES)) {
            put(fd, 0, child.stderr());
            for (int reads = 0; errOpen && reads < PIPE_READS && Posix.poll(fd, 1, 0) > 0; reads++) {
                takeError();
            }
        }
    }

    private void takeError() {
        int count = Posix.read(child.stderr(), BUFFER);
        if (count <= 0) {
            errOpen = false;
            Posix.close(child.stderr());
        } else {
            log.append(BUFFER.getBytes(0, count));
        }
    }
}
