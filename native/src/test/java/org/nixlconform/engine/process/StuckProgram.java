package org.nixlconform.engine.process;

import org.nixlconform.binding.NativeMemory;
import org.nixlconform.binding.Posix;

/** Its main thread is inside a native call that never returns. */
final class StuckProgram {
    private StuckProgram() {}

    public static void main(String[] arguments) {
        MessageChannel channel = MessageChannel.open();
        channel.send("{}");
        try (NativeMemory nothing = NativeMemory.allocate(8)) {
            Posix.poll(nothing, 0, -1);
        }
    }
}
