package org.nixlconform.binding;

import static org.nixlconform.binding.NixlFunction.*;

import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The C loops of one agent: post, poll, collect notifications. */
public final class Drive implements AutoCloseable {
    static final Mirror REQUEST = new Mirror("nxc_request", 48);
    private static final int HANDLE = REQUEST.field("handle", 0, 8);
    private static final int STATUS = REQUEST.field("status", 8, 4);
    private static final int FAILED_CALL = REQUEST.field("failed_call", 12, 4);
    private static final int POST_NANOS = REQUEST.field("post_ns", 16, 8);
    private static final int TOTAL_NANOS = REQUEST.field("total_ns", 24, 8);
    private static final int BEGIN_NANOS = REQUEST.field("begin_ns", 32, 8);
    private static final int POLLS = REQUEST.field("polls", 40, 8);

    static final Mirror EXPECTED = new Mirror("nxc_expected_notification", 216);
    private static final int SENDER = EXPECTED.field("sender", 0, 64);
    private static final int TEXT = EXPECTED.field("text", 64, 128);
    private static final int TEXT_LENGTH = EXPECTED.field("text_length", 192, 4);
    private static final int RECEIVED = EXPECTED.field("received", 196, 4);

    static final Mirror STRAY = new Mirror("nxc_stray_notification", 200);
    private static final int STRAY_SENDER = STRAY.field("sender", 0, 64);
    private static final int STRAY_TEXT = STRAY.field("text", 64, 128);
    private static final int STRAY_TEXT_LENGTH = STRAY.field("text_length", 192, 4);
    private static final int STRAY_CAPACITY = 32;

    static final Mirror BOOK = new Mirror("nxc_notification_book", 40);
    private static final int BOOK_EXPECTED = BOOK.field("expected", 0, 8);
    private static final int BOOK_EXPECTED_COUNT = BOOK.field("expected_count", 8, 8);
    private static final int BOOK_STRAYS = BOOK.field("strays", 16, 8);
    private static final int BOOK_STRAY_CAPACITY = BOOK.field("stray_capacity", 24, 8);
    private static final int BOOK_STRAY_COUNT = BOOK.field("stray_count", 32, 8);

    static final Mirror COPY_RANGE = new Mirror("nxc_copy_range", 24);
    private static final int LOCAL = COPY_RANGE.field("local", 0, 8);
    private static final int REMOTE = COPY_RANGE.field("remote", 8, 8);
    private static final int LENGTH = COPY_RANGE.field("length", 16, 8);

    static final Mirror REPEATS = new Mirror("nxc_repeats", 64);
    private static final int REPEATS_BEFORE = REPEATS.field("before", 0, 8);
    private static final int REPEATS_AFTER = REPEATS.field("after", 8, 8);
    private static final int REPEATS_MOST = REPEATS.field("most", 16, 8);
    private static final int REPEATS_ENDED = REPEATS.field("ended", 24, 8);
    private static final int REPEATS_DIFFERING = REPEATS.field("differing", 32, 8);
    private static final int REPEATS_LASTING = REPEATS.field("lasting", 40, 8);
    private static final int REPEATS_FIRST = REPEATS.field("first", 48, 8);
    private static final int REPEATS_FIRST_RUNS = REPEATS.field("first_runs", 56, 8);

    /** A serving engine polls once a step, that is every few milliseconds. */
    private static final long SHORTEST_LINGER_NANOS = 1_000_000;
    /** An idle rank pauses longer than one that is waited for. */
    private static final long LINGER_PAUSES = 8;

    /** What the loops call without asking: an address that is missing from the table would end the process. */
    private static final NixlFunction[] CALLED = {
        POST_XFER_REQ,
        GET_XFER_STATUS,
        GET_NOTIFS,
        NOTIF_MAP_SIZE,
        NOTIF_MAP_GET_AGENT_AT,
        NOTIF_MAP_GET_NOTIFS_SIZE,
        NOTIF_MAP_GET_NOTIF,
        NOTIF_MAP_CLEAR
    };

    private final NixlAgent agent;
    private final ProgressPage page;
    private final ProgressPage lingerPage = new ProgressPage();
    private final NativeMemory strays = NativeMemory.allocate((long) STRAY_CAPACITY * STRAY.sizeBytes());
    private final NativeMemory book = NativeMemory.allocate(BOOK.sizeBytes());
    private NativeMemory expected = NativeMemory.allocate(EXPECTED.sizeBytes());
    private final long idleNanos;

    /**
     * @param idleNanos pause after a round of polling that changed nothing; 0 yields
     * @throws NixlCallException when the library lacks a function that the loops call
     */
    public Drive(NixlAgent agent, ProgressPage page, long idleNanos) throws NixlCallException {
        for (NixlFunction function : CALLED) {
            agent.nixl().require(function);
        }
        this.agent = agent;
        this.page = page;
        this.idleNanos = idleNanos;
        open(book, strays, STRAY_CAPACITY);
        expect(List.of());
    }

    /** A notification that must arrive. At most 63 bytes of sender and 128 of text. */
    public record Notice(String sender, String text) {}

    /** From now on these are expected; what nobody waits for is kept apart. */
    public void expect(List<Notice> notices) {
        expected.close();
        expected = NativeMemory.allocate((long) Math.max(1, notices.size()) * EXPECTED.sizeBytes());
        for (int i = 0; i < notices.size(); i++) {
            long at = (long) i * EXPECTED.sizeBytes();
            byte[] text = notices.get(i).text().getBytes(StandardCharsets.UTF_8);
            if (text.length > EXPECTED.sizeBytes("text")) {
                throw new IllegalArgumentException(
                        "notification text is longer than " + EXPECTED.sizeBytes("text") + " bytes");
            }
            expected.putText(at + SENDER, notices.get(i).sender(), EXPECTED.sizeBytes("sender"));
            expected.pointer().write(at + TEXT, text, 0, text.length);
            expected.putInt(at + TEXT_LENGTH, text.length);
        }
        book.putLong(BOOK_EXPECTED, expected.address());
        book.putLong(BOOK_EXPECTED_COUNT, notices.size());
        book.putLong(BOOK_STRAY_COUNT, 0);
    }

    /** How often each expected notification came, in the order given to {@link #expect}. */
    public int[] received() {
        int[] counts = new int[(int) book.getLong(BOOK_EXPECTED_COUNT)];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = expected.getInt((long) i * EXPECTED.sizeBytes() + RECEIVED);
        }
        return counts;
    }

    /** Notifications that nobody waits for, at most 32 of them, text cut at 128 bytes. */
    public List<Notice> strays() {
        List<Notice> notices = new ArrayList<>();
        long count = Math.min(book.getLong(BOOK_STRAY_COUNT), STRAY_CAPACITY);
        for (int i = 0; i < count; i++) {
            notices.add(stray(strays, i));
        }
        return notices;
    }

    /** A book in which nothing is expected, with room for what comes. */
    static void open(NativeMemory book, NativeMemory strays, int capacity) {
        book.putLong(BOOK_STRAYS, strays.address());
        book.putLong(BOOK_STRAY_CAPACITY, capacity);
    }

    static void emptied(NativeMemory book) {
        book.putLong(BOOK_STRAY_COUNT, 0);
    }

    /** Also of those that found no room. */
    static long strayCount(NativeMemory book) {
        return book.getLong(BOOK_STRAY_COUNT);
    }

    static Notice stray(NativeMemory strays, int index) {
        long at = (long) index * STRAY.sizeBytes();
        int length = Math.min(strays.getInt(at + STRAY_TEXT_LENGTH), STRAY.sizeBytes("text"));
        byte[] text = strays.getBytes(at + STRAY_TEXT, length);
        return new Notice(strays.getText(at + STRAY_SENDER), new String(text, StandardCharsets.ISO_8859_1));
    }

    /** A request that is not posted yet. @param handle 0 for none */
    static void put(NativeMemory requests, int index, long handle) {
        long at = (long) index * REQUEST.sizeBytes();
        requests.putLong(at + HANDLE, handle);
        requests.putInt(at + STATUS, NixlStatus.IN_PROGRESS.code());
        requests.putInt(at + FAILED_CALL, 0);
        requests.putLong(at + POST_NANOS, 0);
        requests.putLong(at + TOTAL_NANOS, 0);
        requests.putLong(at + BEGIN_NANOS, 0);
        requests.putLong(at + POLLS, 0);
    }

    static long handle(NativeMemory requests, int index) {
        return requests.getLong((long) index * REQUEST.sizeBytes() + HANDLE);
    }

    static Outcome outcome(NativeMemory requests, int index) {
        long at = (long) index * REQUEST.sizeBytes();
        return new Outcome(
                requests.getInt(at + STATUS),
                NixlFunction.symbolOf(requests.getInt(at + FAILED_CALL)),
                requests.getLong(at + POST_NANOS),
                requests.getLong(at + TOTAL_NANOS),
                requests.getLong(at + POLLS));
    }

    /**
     * What became of one request.
     *
     * @param status 0 done, 1 in progress, negative failed
     * @param failedCall symbol of the function that failed, empty when none did
     * @param postNanos inside post
     * @param totalNanos from before post until done, 0 while in progress
     */
    public record Outcome(int status, String failedCall, long postNanos, long totalNanos, long polls) {}

    /**
     * @param status of collecting notifications, 0 or the error that ended the loop
     * @param outcomes in the order of the requests
     */
    public record Result(int status, List<Outcome> outcomes) {}

    /**
     * Posts all, polls until all ended and all notifications are in, or until the page says stop.
     *
     * @param visible what to look at after each DONE, in the order of the requests; null for nothing
     */
    public Result run(long[] requests, @Nullable Visibility visible) {
        try (NativeMemory array = requests(requests)) {
            int status = Conform.nxc_drive_run(
                    agent.nixl().table().pointer(),
                    agent.agent(),
                    agent.map(),
                    array.pointer(),
                    requests.length,
                    visible == null ? null : visible.pointer(),
                    book.pointer(),
                    page.memory().pointer(),
                    idleNanos);
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 0; i < requests.length; i++) {
                outcomes.add(outcome(array, i));
            }
            return new Result(status, outcomes);
        }
    }

    /**
     * What kernels found that were launched as soon as a repeated transfer was done.
     *
     * @param ended transfers
     * @param differing of them, those in which a kernel found a difference
     * @param lasting of these, those in which another found one a moment later too
     * @param first number of the first that differed, from 1; 0 when none did
     * @param firstRuns how many runs differed in it
     */
    public record Repeats(long ended, long differing, long lasting, long first, long firstRuns) {}

    /**
     * Posts all again and again and polls them until they are done, without a pause.
     *
     * @param requests that have no notification; they may be done already
     * @param before written to the destination before each
     * @param after what a kernel on the queue then finds
     * @throws NixlCallException when a request fails
     * @throws DeviceException when the driver refuses
     */
    public Repeats repeat(long[] requests, DeviceQueue queue, PlacedRuns before, PlacedRuns after, long most)
            throws NixlCallException {
        try (NativeMemory array = requests(requests);
                NativeMemory repeats = NativeMemory.allocate(REPEATS.sizeBytes())) {
            repeats.putLong(REPEATS_BEFORE, Pointer.nativeValue(DeviceArena.held(before)));
            repeats.putLong(REPEATS_AFTER, Pointer.nativeValue(DeviceArena.held(after)));
            repeats.putLong(REPEATS_MOST, most);
            Device.check(failure -> Conform.nxc_queue_repeat(
                    queue.pointer(),
                    agent.nixl().table().pointer(),
                    agent.agent(),
                    array.pointer(),
                    requests.length,
                    repeats.pointer(),
                    page.memory().pointer(),
                    failure));
            for (int i = 0; i < requests.length; i++) {
                long at = (long) i * REQUEST.sizeBytes();
                if (array.getInt(at + STATUS) < 0) {
                    throw new NixlCallException(
                            NixlFunction.values()[array.getInt(at + FAILED_CALL) - 1], array.getInt(at + STATUS));
                }
            }
            return new Repeats(
                    repeats.getLong(REPEATS_ENDED),
                    repeats.getLong(REPEATS_DIFFERING),
                    repeats.getLong(REPEATS_LASTING),
                    repeats.getLong(REPEATS_FIRST),
                    repeats.getLong(REPEATS_FIRST_RUNS));
        }
    }

    private static NativeMemory requests(long[] requests) {
        NativeMemory array = NativeMemory.allocate((long) Math.max(1, requests.length) * REQUEST.sizeBytes());
        for (int i = 0; i < requests.length; i++) {
            put(array, i, requests[i]);
        }
        return array;
    }

    /** Polls like an idle serving engine until {@link #wake()}. @return 0, or the first error */
    public int linger() {
        return linger(0);
    }

    /** The same, but for a time at most. @param limitNanos 0 for no limit */
    public int linger(long limitNanos) {
        return Conform.nxc_drive_linger(
                agent.nixl().table().pointer(),
                agent.agent(),
                agent.map(),
                book.pointer(),
                lingerPage.memory().pointer(),
                Math.max(LINGER_PAUSES * idleNanos, SHORTEST_LINGER_NANOS),
                limitNanos);
    }

    /** Ends {@link #linger()}, from another thread. */
    public void wake() {
        lingerPage.stop(true);
    }

    /** To be called before looking for work and then lingering. */
    public void rearm() {
        lingerPage.stop(false);
    }

    /** What an idle agent does now: its call, and for how long. */
    public ProgressPage.Sample lingering() {
        return lingerPage.sample();
    }

    /** One range that is moved, or copied for the reference. */
    public record CopyRange(long local, long remote, long lengthBytes) {}

    /**
     * Copies ranges between two processes through the kernel, without NIXL.
     *
     * @return nanoseconds, or minus the error number
     */
    public static long referenceCopy(int pid, List<CopyRange> ranges, boolean write) {
        try (NativeMemory array = array(ranges)) {
            return Conform.nxc_reference_copy(pid, array.pointer(), ranges.size(), write ? 1 : 0);
        }
    }

    /** An {@code nxc_copy_range} for each. */
    static NativeMemory array(List<CopyRange> ranges) {
        NativeMemory array = NativeMemory.allocate((long) Math.max(1, ranges.size()) * COPY_RANGE.sizeBytes());
        for (int i = 0; i < ranges.size(); i++) {
            long at = (long) i * COPY_RANGE.sizeBytes();
            array.putLong(at + LOCAL, ranges.get(i).local());
            array.putLong(at + REMOTE, ranges.get(i).remote());
            array.putLong(at + LENGTH, ranges.get(i).lengthBytes());
        }
        return array;
    }

    @Override
    public void close() {
        expected.close();
        strays.close();
        book.close();
        lingerPage.close();
    }
}
