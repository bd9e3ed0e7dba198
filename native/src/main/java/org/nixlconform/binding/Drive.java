package org.nixlconform.binding;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The C loops of one agent: post, poll, collect notifications. */
public final class Drive implements AutoCloseable {
    private static final int REQUEST_BYTES = 48;
    private static final int NAME_BYTES = 64;
    private static final int TEXT_BYTES = 128;
    private static final int EXPECTED_BYTES = 216;
    private static final int STRAY_BYTES = 200;
    private static final int STRAY_CAPACITY = 32;
    private static final int BOOK_BYTES = 40;
    /** A serving engine polls once a step, that is every few milliseconds. */
    private static final long SHORTEST_LINGER_NANOS = 1_000_000;
    /** An idle rank pauses longer than one that is waited for. */
    private static final long LINGER_PAUSES = 8;

    private final NixlAgent agent;
    private final ProgressPage page;
    private final ProgressPage lingerPage = new ProgressPage();
    private final NativeMemory strays = NativeMemory.allocate((long) STRAY_CAPACITY * STRAY_BYTES);
    private final NativeMemory book = NativeMemory.allocate(BOOK_BYTES);
    private NativeMemory expected = NativeMemory.allocate(EXPECTED_BYTES);
    private final long idleNanos;

    /** @param idleNanos pause after a round of polling that changed nothing; 0 yields */
    public Drive(NixlAgent agent, ProgressPage page, long idleNanos) {
        this.agent = agent;
        this.page = page;
        this.idleNanos = idleNanos;
        book.putLong(16, strays.address());
        book.putLong(24, STRAY_CAPACITY);
        expect(List.of());
    }

    /** A notification that must arrive. At most 63 bytes of sender and 128 of text. */
    public record Notice(String sender, String text) {}

    /** From now on these are expected; what nobody waits for is kept apart. */
    public void expect(List<Notice> notices) {
        expected.close();
        expected = NativeMemory.allocate((long) Math.max(1, notices.size()) * EXPECTED_BYTES);
        for (int i = 0; i < notices.size(); i++) {
            long at = (long) i * EXPECTED_BYTES;
            byte[] text = notices.get(i).text().getBytes(StandardCharsets.UTF_8);
            if (text.length > TEXT_BYTES) {
                throw new IllegalArgumentException("notification text is longer than " + TEXT_BYTES + " bytes");
            }
            expected.putText(at, notices.get(i).sender(), NAME_BYTES);
            expected.pointer().write(at + NAME_BYTES, text, 0, text.length);
            expected.putInt(at + NAME_BYTES + TEXT_BYTES, text.length);
        }
        book.putLong(0, expected.address());
        book.putLong(8, notices.size());
        book.putLong(32, 0);
    }

    /** How often each expected notification came, in the order given to {@link #expect}. */
    public int[] received() {
        int[] counts = new int[(int) book.getLong(8)];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = expected.getInt((long) i * EXPECTED_BYTES + NAME_BYTES + TEXT_BYTES + 4);
        }
        return counts;
    }

    /** Notifications that nobody waits for, at most 32 of them, text cut at 128 bytes. */
    public List<Notice> strays() {
        List<Notice> notices = new ArrayList<>();
        long count = Math.min(book.getLong(32), STRAY_CAPACITY);
        for (long i = 0; i < count; i++) {
            long at = i * STRAY_BYTES;
            int length = Math.min(strays.getInt(at + NAME_BYTES + TEXT_BYTES), TEXT_BYTES);
            byte[] text = strays.getBytes(at + NAME_BYTES, length);
            notices.add(new Notice(strays.getText(at), new String(text, StandardCharsets.ISO_8859_1)));
        }
        return notices;
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

    /** Posts all, polls until all ended and all notifications are in, or until the page says stop. */
    public Result run(long[] requests) {
        try (NativeMemory array = NativeMemory.allocate((long) Math.max(1, requests.length) * REQUEST_BYTES)) {
            for (int i = 0; i < requests.length; i++) {
                array.putLong((long) i * REQUEST_BYTES, requests[i]);
                array.putInt((long) i * REQUEST_BYTES + 8, NixlStatus.IN_PROGRESS.code());
            }
            int status = Conform.nxc_drive_run(
                    agent.nixl().table().pointer(),
                    agent.agent(),
                    agent.map(),
                    array.pointer(),
                    requests.length,
                    book.pointer(),
                    page.memory().pointer(),
                    idleNanos);
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 0; i < requests.length; i++) {
                long at = (long) i * REQUEST_BYTES;
                outcomes.add(new Outcome(
                        array.getInt(at + 8),
                        NixlFunction.symbolOf(array.getInt(at + 12)),
                        array.getLong(at + 16),
                        array.getLong(at + 24),
                        array.getLong(at + 40)));
            }
            return new Result(status, outcomes);
        }
    }

    /** Polls like an idle serving engine until {@link #wake()}. @return 0, or the first error */
    public int linger() {
        return Conform.nxc_drive_linger(
                agent.nixl().table().pointer(),
                agent.agent(),
                agent.map(),
                book.pointer(),
                lingerPage.memory().pointer(),
                Math.max(LINGER_PAUSES * idleNanos, SHORTEST_LINGER_NANOS));
    }

    /** Ends {@link #linger()}, from another thread. */
    public void wake() {
        lingerPage.stop(true);
    }

    /** To be called before looking for work and then lingering. */
    public void rearm() {
        lingerPage.stop(false);
    }

    /** What an idle agent is doing: its call, empty between calls, and for how long. */
    public ProgressPage.Sample lingering() {
        return lingerPage.sample();
    }

    /** One range to copy for the reference. */
    public record CopyRange(long local, long remote, long lengthBytes) {}

    /**
     * Copies ranges between two processes through the kernel, without NIXL.
     *
     * @return nanoseconds, or minus the error number
     */
    public static long referenceCopy(int pid, List<CopyRange> ranges, boolean write) {
        try (NativeMemory array = NativeMemory.allocate((long) Math.max(1, ranges.size()) * 24)) {
            for (int i = 0; i < ranges.size(); i++) {
                array.putLong(i * 24L, ranges.get(i).local());
                array.putLong(i * 24L + 8, ranges.get(i).remote());
                array.putLong(i * 24L + 16, ranges.get(i).lengthBytes());
            }
            return Conform.nxc_reference_copy(pid, array.pointer(), ranges.size(), write ? 1 : 0);
        }
    }

    @Override
    public void close() {
        expected.close();
        strays.close();
        book.close();
        lingerPage.close();
    }
}
