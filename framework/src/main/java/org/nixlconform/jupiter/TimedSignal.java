package org.nixlconform.jupiter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nixlconform.engine.EnginePair;
import org.nixlconform.fault.Outside;
import org.nixlconform.plan.TransferPlan;

/**
 * Sends a signal to one rank while the last transfer of a plan goes on, where a fault wants it. Leaves a line in the trace
 * if the transfer had begun before the signal was sent and had not ended when it was; else nothing was planted.
 */
final class TimedSignal implements AutoCloseable {
    private static final String OVER = "";

    private final Outside.@Nullable Signal signal;
    private final String transfer;
    private final EnginePair engines;
    private final Path trace;
    private volatile String step = OVER;
    private @Nullable Thread sender;

    TimedSignal(TransferPlan plan, EnginePair engines, Optional<Outside> outside, Path trace) {
        this.signal = outside.filter(Outside.Signal.class::isInstance)
                .map(Outside.Signal.class::cast)
                .orElse(null);
        this.transfer = "transfer " + plan.iterations();
        this.engines = engines;
        this.trace = trace;
    }

    /** The line that it leaves. */
    static String trace(Outside.Signal signal) {
        return signal.rank() + " signal " + signal.name();
    }

    void stepBegins(String name) {
        step = name;
        Outside.Signal wanted = signal;
        if (wanted != null && name.equals(transfer)) {
            Thread thread = new Thread(() -> send(wanted), "signal to " + wanted.rank());
            sender = thread;
            thread.start();
        }
    }

    private void send(Outside.Signal wanted) {
        try {
            Thread.sleep(wanted.after().toMillis());
        } catch (InterruptedException tooLate) {
            return;
        }
        boolean goesOn = step.equals(transfer);
        if (goesOn && engines.signal(wanted.rank(), wanted.name()) && step.equals(transfer)) {
            try {
                Files.writeString(trace, trace(wanted) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException unwritable) {
                throw new UncheckedIOException(unwritable);
            }
        }
    }

    /** The transfer is over: a signal that was not sent yet is not sent any more. */
    @Override
    public void close() {
        step = OVER;
        Thread thread = sender;
        if (thread != null) {
            thread.interrupt();
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
