package org.nixlconform.binding;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Child processes with process groups and raw ends, which {@link ProcessBuilder} cannot give. */
public final class Children {

    /** Our ends of a child's streams, as file descriptors. */
    public record Child(int pid, int stdin, int stdout, int stderr) {}

    private Children() {}

    /**
     * Starts a process in a group of its own. The thread that calls this must outlive the child: Linux takes the end of
     * that thread for the end of the parent.
     *
     * @param command the first is a path
     * @param environment all of it, nothing is inherited
     * @throws IllegalStateException when the system refuses, with the error number
     */
    public static Child spawn(List<String> command, Map<String, String> environment) {
        List<String> variables = new ArrayList<>();
        environment.forEach((name, value) -> variables.add(name + "=" + value));
        try (NativeMemory argv = strings(command);
                NativeMemory envp = strings(variables);
                NativeMemory fds = NativeMemory.allocate(3 * Integer.BYTES)) {
            int pid = Conform.nxc_process_spawn(
                    argv.pointer(),
                    envp.pointer(),
                    fds.pointer(),
                    fds.pointer().share(Integer.BYTES),
                    fds.pointer().share(2 * Integer.BYTES));
            if (pid < 0) {
                throw new IllegalStateException("cannot start " + command.get(0) + ": error number " + -pid);
            }
            return new Child(pid, fds.getInt(0), fds.getInt(Integer.BYTES), fds.getInt(2 * Integer.BYTES));
        }
    }

    /**
     * Points descriptor 1 at standard error, where native prints then appear line by line, see {@code process.h}.
     *
     * @return a descriptor of what was standard output
     * @throws IllegalStateException when the system refuses, with the error number
     */
    public static int moveOutput() {
        int copy = Conform.nxc_process_move_output();
        if (copy < 0) {
            throw new IllegalStateException("cannot move standard output away: error number " + -copy);
        }
        return copy;
    }

    /** First act of a child, see {@code process.h}. @return false when the parent is already gone */
    public static boolean begin(int parentPid) {
        return Conform.nxc_process_begin(parentPid) == 0;
    }

    /** A zero-terminated array of pointers, and behind it the texts that they point to. */
    private static NativeMemory strings(List<String> texts) {
        List<byte[]> encoded = texts.stream()
                .map(text -> (text + "\0").getBytes(StandardCharsets.UTF_8))
                .toList();
        long pointers = (texts.size() + 1L) * Long.BYTES;
        NativeMemory memory = NativeMemory.allocate(
                pointers + encoded.stream().mapToLong(bytes -> bytes.length).sum());
        long next = pointers;
        for (int i = 0; i < encoded.size(); i++) {
            memory.putLong((long) i * Long.BYTES, memory.address() + next);
            memory.pointer().write(next, encoded.get(i), 0, encoded.get(i).length);
            next += encoded.get(i).length;
        }
        return memory;
    }
}
