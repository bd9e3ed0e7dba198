package org.nixlconform.engine.process;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.nixlconform.engine.protocol.FromWarden;

/**
 * One rank's standard error: its beginning in a file at once, its end in memory and in the file when it closes, what lies
 * between dropped and counted. A rank that never stops writing fills neither disk nor memory.
 */
final class BoundedLog {
    private static final int TAIL_BYTES = 64 * 1024;
    private static final int LAST_LINES = 30;
    private static final int LINE_BYTES = 4096;
    /** Those of a terminal, such as colours; a tab is as good as a blank. */
    private static final Pattern CONTROLS = Pattern.compile("\u001b\\[[0-9;]*m|[\\p{Cntrl}&&[^\\t]]");

    private final OutputStream file;
    private final Consumer<String> onLine;
    private final TextBytes text = new TextBytes();
    private final byte[] line = new byte[LINE_BYTES];
    private final Deque<String> lastLines = new ArrayDeque<>();
    /** A ring: byte n of what follows the head lies at n modulo its length. */
    private final byte[] tail = new byte[TAIL_BYTES];

    private int lineBytes;
    private long headLeft;
    private long behindHead;
    private long unwritten;
    private long bytes;

    /** @param onLine gets each line, cut at 4 KiB, in characters that can be printed */
    BoundedLog(Path path, long limitBytes, Consumer<String> onLine) throws IOException {
        Files.createDirectories(path.getParent());
        this.file = Files.newOutputStream(path);
        this.headLeft = Math.max(0, limitBytes - TAIL_BYTES);
        this.onLine = onLine;
    }

    void append(byte[] bytes) {
        this.bytes += bytes.length;
        text.count(bytes, 0, bytes.length);
        int head = (int) Math.min(headLeft, bytes.length);
        headLeft -= head;
        try {
            file.write(bytes, 0, head);
        } catch (IOException full) {
            // A full disk must not take the warden down; the last lines still reach the controller.
            unwritten += head;
        }
        keep(bytes, head);
        split(bytes);
    }

    private void keep(byte[] bytes, int from) {
        int next = Math.max(from, bytes.length - TAIL_BYTES);
        behindHead += next - from;
        while (next < bytes.length) {
            int at = (int) (behindHead % TAIL_BYTES);
            int count = Math.min(bytes.length - next, TAIL_BYTES - at);
            System.arraycopy(bytes, next, tail, at, count);
            behindHead += count;
            next += count;
        }
    }

    /** So far. */
    FromWarden.LogSize size(String label) {
        return new FromWarden.LogSize(label, bytes, dropped(), unwritten, text.notText(), text.firstNotText());
    }

    private long dropped() {
        return unwritten + behindHead - Math.min(behindHead, TAIL_BYTES);
    }

    List<String> lastLines() {
        List<String> lines = new ArrayList<>(lastLines);
        if (lineBytes > 0) {
            lines.add(line());
        }
        return lines;
    }

    void close() {
        int kept = (int) Math.min(behindHead, TAIL_BYTES);
        long dropped = dropped();
        int oldest = (int) ((behindHead - kept) % TAIL_BYTES);
        int untilWrap = Math.min(kept, TAIL_BYTES - oldest);
        try (file) {
            if (dropped > 0) {
                file.write(("\n[nixlconform: " + dropped + " bytes left out here]\n").getBytes(StandardCharsets.UTF_8));
            }
            file.write(tail, oldest, untilWrap);
            file.write(tail, 0, kept - untilWrap);
        } catch (IOException full) {
            // As above.
        }
        if (lineBytes > 0) {
            endLine();
        }
    }

    private void split(byte[] bytes) {
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                lengthen(bytes, from, i);
                endLine();
                from = i + 1;
            }
        }
        lengthen(bytes, from, bytes.length);
    }

    private void lengthen(byte[] bytes, int from, int to) {
        int count = Math.min(to - from, LINE_BYTES - lineBytes);
        System.arraycopy(bytes, from, line, lineBytes, count);
        lineBytes += count;
    }

    private void endLine() {
        String text = line();
        lineBytes = 0;
        lastLines.add(text);
        if (lastLines.size() > LAST_LINES) {
            lastLines.remove();
        }
        onLine.accept(text);
    }

    /** Decoded as a whole: a read may end within a character. What is no text gets into no message. */
    private String line() {
        if (isPlain()) {
            return new String(line, 0, lineBytes, StandardCharsets.ISO_8859_1);
        }
        TextBytes own = new TextBytes();
        own.count(line, 0, lineBytes);
        if (own.notText() > 0) {
            return "[nixlconform: " + own.notText() + " of " + lineBytes + " bytes of a line are no text: "
                    + own.firstNotText() + "]";
        }
        return CONTROLS.matcher(new String(line, 0, lineBytes, StandardCharsets.UTF_8))
                .replaceAll("");
    }

    /** As nearly all lines are: nothing but what ASCII prints. */
    private boolean isPlain() {
        for (int i = 0; i < lineBytes; i++) {
            if ((line[i] < ' ' && line[i] != '\t') || line[i] == 127) {
                return false;
            }
        }
        return true;
    }
}
