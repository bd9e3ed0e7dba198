package org.nixlconform.binding;

import java.util.ArrayList;
import java.util.List;
import org.nixlconform.binding.Drive.Notice;
import org.nixlconform.binding.Drive.Outcome;

/**
 * Requests of an engine that serves on and on: posted and polled turn by turn, as many at a time as there are slots, with what
 * peers notify meanwhile. One thread at a time.
 */
public final class Turns implements AutoCloseable {
    private static final int MAIL_CAPACITY = 4096;

    private final NixlAgent agent;
    private final ProgressPage page;
    private final int slots;
    private final NativeMemory requests;
    private final NativeMemory mail = NativeMemory.allocate((long) MAIL_CAPACITY * Drive.STRAY.sizeBytes());
    private final NativeMemory book = NativeMemory.allocate(Drive.BOOK.sizeBytes());
    /** One for all turns: what JNA would allocate for each outlives many collections of the heap. */
    private final NativeMemory moved = NativeMemory.allocate(Long.BYTES);

    /** @param slots requests at a time, at least 1 */
    public Turns(NixlAgent agent, ProgressPage page, int slots) {
        this.agent = agent;
        this.page = page;
        this.slots = slots;
        this.requests = NativeMemory.allocate((long) slots * Drive.REQUEST.sizeBytes());
        Drive.open(book, mail, MAIL_CAPACITY);
    }

    /** In the next turn. @return its slot @throws IllegalStateException when all are taken */
    public int post(long request) {
        for (int slot = 0; slot < slots; slot++) {
            if (Drive.handle(requests, slot) == 0) {
                Drive.put(requests, slot, request);
                return slot;
            }
        }
        throw new IllegalStateException("more than " + slots + " requests at a time");
    }

    /**
     * Posts, polls and takes notifications, until any ended or came or so long has passed; at least once, and no more than that
     * where nothing is under way.
     *
     * @param idleNanos pause before each repetition
     * @return how many requests ended and how many notifications came
     * @throws NixlCallException when notifications could not be taken
     */
    public long turn(long idleNanos, long limitNanos) throws NixlCallException {
        Drive.emptied(book);
        int status = Conform.nxc_drive_turn(
                agent.nixl().table().pointer(),
                agent.agent(),
                agent.map(),
                requests.pointer(),
                slots,
                book.pointer(),
                page.memory().pointer(),
                idleNanos,
                limitNanos,
                moved.pointer());
        if (status < 0) {
            throw new NixlCallException(NixlFunction.GET_NOTIFS, status);
        }
        return moved.getLong(0);
    }

    /** What came in the last turn. @throws IllegalStateException when it was more than there is room for */
    public List<Notice> mail() {
        long count = Drive.strayCount(book);
        if (count > MAIL_CAPACITY) {
            throw new IllegalStateException(count + " notifications in one turn, room for " + MAIL_CAPACITY);
        }
        List<Notice> notices = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            notices.add(Drive.stray(mail, i));
        }
        return notices;
    }

    public Outcome outcome(int slot) {
        return Drive.outcome(requests, slot);
    }

    /** For another request. */
    public void free(int slot) {
        Drive.put(requests, slot, 0);
    }

    @Override
    public void close() {
        requests.close();
        mail.close();
        book.close();
        moved.close();
    }
}
