package org.nixlconform.cluster;

import java.util.List;
import java.util.Optional;

/**
 * How a process ended.
 *
 * @param exitCode as a shell gives it: 128 + n after signal n
 */
public record ProcessEnd(int exitCode) {
    /** Linux's numbers, from 1; equal on x86-64 and arm64. */
    private static final List<String> SIGNALS = List.of(
            "SIGHUP",
            "SIGINT",
            "SIGQUIT",
            "SIGILL",
            "SIGTRAP",
            "SIGABRT",
            "SIGBUS",
            "SIGFPE",
            "SIGKILL",
            "SIGUSR1",
            "SIGSEGV",
            "SIGUSR2",
            "SIGPIPE",
            "SIGALRM",
            "SIGTERM",
            "SIGSTKFLT",
            "SIGCHLD",
            "SIGCONT",
            "SIGSTOP",
            "SIGTSTP",
            "SIGTTIN",
            "SIGTTOU",
            "SIGURG",
            "SIGXCPU",
            "SIGXFSZ",
            "SIGVTALRM",
            "SIGPROF",
            "SIGWINCH",
            "SIGIO",
            "SIGPWR",
            "SIGSYS");

    static final int KILLED = 128 + 9;

    /** As a shell gives it after a signal. */
    static int codeOf(String signal) {
        int at = SIGNALS.indexOf(signal);
        return at < 0 ? KILLED : 128 + at + 1;
    }

    /** The signal that ended it. A program that exits by itself with 128 + n cannot be told apart. */
    public Optional<String> signal() {
        int number = exitCode - 128;
        return number >= 1 && number <= SIGNALS.size() ? Optional.of(SIGNALS.get(number - 1)) : Optional.empty();
    }

    public String description() {
        return signal().map(name -> "signal " + name).orElse("exit code " + exitCode);
    }
}
