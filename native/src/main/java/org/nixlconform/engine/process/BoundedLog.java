package org.nixlconform.engine.process;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * One rank's standard error: its beginning in a file at once, its end in memory and in the file when it closes, what lies
 * between dropped and counted. A rank that never stops writing fills neither disk nor memory.
 */
final class BoundedLog {
    private static final int TAIL_BYTES = 64 * 1024;
    private static final int LAST_LINES = 30;
    private static final int LINE_BYTES = 4096;

    private final OutputStream file;
    private final Consumer<String> onLine;
    private final StringBuilder line = new StringBuilder();
    private final Deque<String> lastLines = new ArrayDeque<>();
    private final Deque<byte[]> tail = new ArrayDeque<>();
    private long headLeft;
    private long tailBytes;
    private long dropped;

    /** @param onLine gets each line, cut at 4 KiB */
    BoundedLog(Path path, long limitBytes, Consumer<String> onLine) throws IOException {
        Files.createDirectories(path.getParent());
        this.file = Files.newOutputStream(path);
        this.headLeft = Math.max(0, limitBytes - TAIL_BYTES);
        this.onLine = onLine;
    }

    void append(byte[] bytes) {
        int head = (int) Math.min(headLeft, bytes.length);
        headLeft -= head;
        try {
            file.write(bytes, 0, head);
        } catch (IOException full) {
            // A full disk must not take the warden down; the last lines still reach the controller.
            dropped += head;
        }
        if (head < bytes.length) {
            byte[] rest = Arrays.copyOfRange(bytes, head, bytes.length);
            tail.add(rest);
            tailBytes += rest.length;
            while (tailBytes > TAIL_BYTES && tail.size() > 1) {
                int oldest = tail.remove().length;
                tailBytes -= oldest;
                dropped += oldest;
            }
        }
        split(new String(bytes, StandardCharsets.UTF_8));
    }

    List<String> lastLines() {
        List<String> lines = new ArrayList<>(lastLines);
        if (line.length() > 0) {
            lines.add(line.toString());
        }
        return lines;
    }

    void close() {
        try (file) {
            if (dropped > 0) {
                file.write(("\n[nixlconform: " + dropped + " bytes left out here]\n").getBytes(StandardCharsets.UTF_8));
            }
            for (byte[] part : tail) {
                file.write(part);
            }
        } catch (IOException full) {
            // As above.
        }
        if (line.length() > 0) {
            endLine();
        }
    }

    private void split(String text) {
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            if (each == '\n') {
                endLine();
            } else if (line.length() < LINE_BYTES) {
                line.append(each);
            }
        }
    }

    private void endLine() {
        String text = line.toString();
        line.setLength(0);
        lastLines.add(text);
        if (lastLines.size() > LAST_LINES) {
            lastLines.remove();
        }
        onLine.accept(text);
    }
}
