package org.nixlconform.engine.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nixlconform.engine.protocol.FromWarden.Socket;

/** The sockets of this node as they are now, by inode; a process is asked only which of them it has open. */
final class SocketTable {
    private static final String[] STATES = {
        "",
        "ESTABLISHED",
        "SYN_SENT",
        "SYN_RECV",
        "FIN_WAIT1",
        "FIN_WAIT2",
        "TIME_WAIT",
        "CLOSE",
        "CLOSE_WAIT",
        "LAST_ACK",
        "LISTEN",
        "CLOSING"
    };
    private static final Map<String, String> UNIX_STATES = Map.of("01", "UNCONNECTED", "03", "CONNECTED");
    private static final String LISTENS = "00010000";
    private static final String FD_PREFIX = "socket:[";

    private final Path proc;
    private final Map<String, Socket> byInode = new HashMap<>();

    private SocketTable(Path proc) {
        this.proc = proc;
    }

    static SocketTable read(Path proc) {
        SocketTable table = new SocketTable(proc);
        table.readInternet("tcp");
        table.readInternet("tcp6");
        table.readUnix();
        return table;
    }

    private void readInternet(String kind) {
        ProcFile.read(proc.resolve("net").resolve(kind)).lines().skip(1).forEach(line -> {
            String[] fields = line.strip().split(" +");
            if (fields.length > 9) {
                String[] queues = fields[4].split(":");
                byInode.put(
                        fields[9],
                        new Socket(
                                -1,
                                kind,
                                address(fields[1]),
                                address(fields[2]),
                                state(fields[3]),
                                Long.parseLong(queues[0], 16),
                                Long.parseLong(queues[1], 16)));
            }
        });
    }

    private void readUnix() {
        ProcFile.read(proc.resolve("net/unix")).lines().skip(1).forEach(line -> {
            String[] fields = line.strip().split(" +", 8);
            if (fields.length > 6) {
                String state = fields[3].equals(LISTENS) ? "LISTEN" : UNIX_STATES.getOrDefault(fields[5], fields[5]);
                byInode.put(fields[6], new Socket(-1, "unix", fields.length > 7 ? fields[7] : "", "", state, -1, -1));
            }
        });
    }

    private static String state(String hex) {
        int number = Integer.parseInt(hex, 16);
        return number < STATES.length ? STATES[number] : hex;
    }

    /** The kernel prints each four bytes of an address as one number of this machine. */
    private static String address(String hex) {
        int colon = hex.indexOf(':');
        byte[] bytes = new byte[colon / 2];
        for (int i = 0; i < bytes.length; i++) {
            int at = i / 4 * 4 + 3 - i % 4;
            bytes[i] = (byte) Integer.parseInt(hex, 2 * at, 2 * at + 2, 16);
        }
        int port = Integer.parseInt(hex.substring(colon + 1), 16);
        try {
            String host = InetAddress.getByAddress(bytes).getHostAddress();
            return (bytes.length > 4 ? "[" + host + "]" : host) + ":" + port;
        } catch (UnknownHostException odd) {
            return hex;
        }
    }

    /** Open sockets of a process, in the order of their descriptors; none where it has ended or may not be looked at. */
    List<Socket> of(int pid) {
        List<Socket> sockets = new ArrayList<>();
        for (Path fd : ProcFile.list(ProcFile.of(proc, pid).resolve("fd"))) {
            String target = target(fd);
            if (target.startsWith(FD_PREFIX)) {
                Socket known = byInode.get(target.substring(FD_PREFIX.length(), target.length() - 1));
                if (known != null) {
                    sockets.add(opened(known, Integer.parseInt(fd.getFileName().toString())));
                }
            }
        }
        sockets.sort(Comparator.comparingInt(Socket::fd));
        return sockets;
    }

    private static Socket opened(Socket known, int fd) {
        return new Socket(
                fd,
                known.kind(),
                known.local(),
                known.remote(),
                known.state(),
                known.sendQueueBytes(),
                known.receiveQueueBytes());
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closed) {
            return "";
        }
    }
}
