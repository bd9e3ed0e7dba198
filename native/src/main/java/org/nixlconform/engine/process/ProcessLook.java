package org.nixlconform.engine.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** A process as the kernel shows it: needs neither its help nor a tool, so that it holds for a frozen one too. */
record ProcessLook(Path folder) {
    /** What tells something about a process that stands still; never its environment, which may hold secrets. */
    private static final List<String> STATUS = List.of(
            "State:",
            "TracerPid:",
            "Threads:",
            "VmSize:",
            "VmRSS:",
            "SigPnd:",
            "ShdPnd:",
            "SigBlk:",
            "SigCgt:",
            "Cpus_allowed_list:",
            "voluntary_ctxt_switches:",
            "nonvoluntary_ctxt_switches:");

    private static final int SIGQUIT = 3;
    private static final int MOST_THREADS = 300;
    private static final int PARENT = 1;
    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;
    private static final int MILLIS_PER_TICK = 10;

    /** Numbers differ between architectures; those in which an engine waits. */
    private static final Map<String, String> CALLS =
            System.getProperty("os.arch").equals("amd64")
                    ? Map.ofEntries(
                            Map.entry("0", "read"),
                            Map.entry("1", "write"),
                            Map.entry("7", "poll"),
                            Map.entry("16", "ioctl"),
                            Map.entry("23", "select"),
                            Map.entry("24", "sched_yield"),
                            Map.entry("35", "nanosleep"),
                            Map.entry("42", "connect"),
                            Map.entry("43", "accept"),
                            Map.entry("44", "sendto"),
                            Map.entry("45", "recvfrom"),
                            Map.entry("46", "sendmsg"),
                            Map.entry("47", "recvmsg"),
                            Map.entry("202", "futex"),
                            Map.entry("219", "restart_syscall"),
                            Map.entry("230", "clock_nanosleep"),
                            Map.entry("232", "epoll_wait"),
                            Map.entry("270", "pselect6"),
                            Map.entry("271", "ppoll"),
                            Map.entry("281", "epoll_pwait"),
                            Map.entry("288", "accept4"),
                            Map.entry("310", "process_vm_readv"),
                            Map.entry("311", "process_vm_writev"))
                    : Map.of();

    static ProcessLook at(Path proc, int pid) {
        return new ProcessLook(ProcFile.of(proc, pid));
    }

    /** Such as {@code S (sleeping)}; empty when there is no such process. */
    String state() {
        return status("State:");
    }

    boolean isChildOf(int pid) {
        List<String> fields = fields(folder);
        return fields.size() > PARENT && fields.get(PARENT).equals(Integer.toString(pid));
    }

    /** A stopped or dying process answers nothing. */
    boolean runs() {
        return state().matches("[RSD].*");
    }

    /** Whether SIGQUIT asks it for something; else the signal would end it. */
    boolean catchesQuit() {
        String caught = status("SigCgt:");
        return !caught.isEmpty() && (Long.parseUnsignedLong(caught, 16) >>> (SIGQUIT - 1) & 1) != 0;
    }

    private String status(String name) {
        return ProcFile.read(folder.resolve("status"))
                .lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip())
                .findFirst()
                .orElse("");
    }

    /** Some lines of its status, and one line for each thread. */
    String text() {
        StringBuilder text = new StringBuilder();
        ProcFile.read(folder.resolve("status"))
                .lines()
                .filter(line -> STATUS.stream().anyMatch(line::startsWith))
                .forEach(line -> text.append(line.replace('\t', ' ')).append('\n'));
        List<Path> threads = new ArrayList<>(ProcFile.list(folder.resolve("task")));
        threads.sort(
                Comparator.comparing(path -> Integer.parseInt(path.getFileName().toString())));
        text.append(String.format(
                "%n%-8s %-16s %-5s %10s  %-24s %s%n", "thread", "name", "state", "CPU ms", "waits in", "system call"));
        threads.stream().limit(MOST_THREADS).forEach(thread -> text.append(row(thread)));
        if (threads.size() > MOST_THREADS) {
            text.append("and ").append(threads.size() - MOST_THREADS).append(" more\n");
        }
        return text.toString();
    }

    private static String row(Path thread) {
        List<String> fields = fields(thread);
        if (fields.size() <= SYSTEM_TICKS) {
            return thread.getFileName() + " has ended\n";
        }
        long ticks = Long.parseLong(fields.get(USER_TICKS)) + Long.parseLong(fields.get(SYSTEM_TICKS));
        return String.format(
                "%-8s %-16s %-5s %10d  %-24s %s%n",
                thread.getFileName(),
                ProcFile.read(thread.resolve("comm")).strip(),
                fields.get(0),
                ticks * MILLIS_PER_TICK,
                known(ProcFile.read(thread.resolve("wchan")).strip()),
                systemCall(ProcFile.read(thread.resolve("syscall")).strip()));
    }

    /** Fields of {@code stat} from the state on: the name before it may hold anything. */
    private static List<String> fields(Path folder) {
        String stat = ProcFile.read(folder.resolve("stat"));
        int nameEnds = stat.lastIndexOf(") ");
        return nameEnds < 0
                ? List.of()
                : List.of(stat.substring(nameEnds + 2).strip().split(" "));
    }

    private static String known(String channel) {
        return channel.isEmpty() || channel.equals("0") ? "-" : channel;
    }

    /** Its arguments are addresses of another process: they say nothing here. */
    private static String systemCall(String line) {
        String number = line.split(" ", 2)[0];
        if (number.isEmpty() || number.equals("-1")) {
            return "-";
        }
        return CALLS.containsKey(number) ? number + " " + CALLS.get(number) : number;
    }
}
