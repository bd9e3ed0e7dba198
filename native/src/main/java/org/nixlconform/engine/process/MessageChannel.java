package org.nixlconform.engine.process;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.nixlconform.binding.Children;
import org.nixlconform.binding.Posix;

/**
 * The channel to the parent: lines in on standard input, lines out on a copy of standard output. Descriptor 1 itself is
 * pointed at standard error first, so that a native {@code printf} becomes evidence and does not corrupt the channel.
 */
final class MessageChannel {
    private final int out;
    private final BufferedReader in;

    private MessageChannel(int out, BufferedReader in) {
        this.out = out;
        this.in = in;
    }

    /** To be called first in {@code main}. */
    static MessageChannel open() {
        int out = Children.moveOutput();
        System.setOut(System.err);
        return new MessageChannel(out, new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
    }

    BufferedReader in() {
        return in;
    }

    /** One line, whole, whatever other threads send. */
    synchronized void send(String line) {
        // A parent that is gone is noticed at the end of standard input, not here.
        Posix.write(out, line + "\n");
    }
}
