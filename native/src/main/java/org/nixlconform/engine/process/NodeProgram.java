package org.nixlconform.engine.process;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nixlconform.binding.Posix;
import org.nixlconform.engine.protocol.FromNode;
import org.nixlconform.engine.protocol.ToNode;
import org.nixlconform.engine.protocol.Wire;

/**
 * The controller's hands on a node: runs short commands, reads and writes small files, holds locks. One lives as long as
 * the connection does; what it runs ends with it. Errands are done side by side.
 */
final class NodeProgram {
    /** The launching shell leaves the names there that it took out of the environment. */
    static final String DROPPED = "NIXLCONFORM_DROPPED";

    private final MessageChannel channel = MessageChannel.open();
    private final Errands errands = new Errands();
    private final Lease lease;
    private final Map<String, FileLock> held = new HashMap<>();
    private final ExecutorService workers = daemons("errand");

    private NodeProgram(Lease lease) {
        this.lease = lease;
    }

    /** @param leaseSeconds without a word from the controller after which it counts as gone; 0 for ever */
    static void run(long leaseSeconds) {
        Posix.setsid();
        NodeProgram program = new NodeProgram(new Lease(leaseSeconds));
        Runtime.getRuntime().addShutdownHook(new Thread(program.errands::killAll));
        program.lease.begin(() -> {
            program.errands.killAll();
            Posix.exitNow(0);
        });
        String dropped = System.getenv().getOrDefault(DROPPED, "").strip();
        program.say(new FromNode.Ready(
                0, ProcessHandle.current().pid(), dropped.isEmpty() ? List.of() : List.of(dropped.split("\\s+"))));
        try {
            program.read();
        } finally {
            program.errands.killAll();
            Posix.exitNow(0);
        }
    }

    /** Does errands without a controller; nobody hears what comes of them. */
    static void tryOut(List<ToNode> errands) {
        NodeProgram program = new NodeProgram(new Lease(0));
        errands.forEach(ask -> Wire.encode(program.answer(ask)));
    }

    static ExecutorService daemons(String name) {
        return Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    private void read() {
        try {
            for (String line = channel.in().readLine();
                    line != null;
                    line = channel.in().readLine()) {
                lease.renew();
                ToNode ask = Wire.decode(line, ToNode.class);
                workers.execute(() -> say(answer(ask)));
            }
        } catch (IOException gone) {
            System.err.println("nixlconform node: channel: " + gone);
        }
    }

    private void say(FromNode answer) {
        channel.send(Wire.encode(answer));
    }

    private FromNode answer(ToNode ask) {
        try {
            if (ask instanceof ToNode.Run run) {
                return errands.run(run);
            } else if (ask instanceof ToNode.Read read) {
                return text(read);
            } else if (ask instanceof ToNode.ListFolder list) {
                return names(list);
            } else if (ask instanceof ToNode.Examine examine) {
                return examined(examine);
            } else if (ask instanceof ToNode.Interfaces) {
                return new FromNode.Names(ask.id(), interfaces());
            } else if (ask instanceof ToNode.Write write) {
                write(write);
            } else if (ask instanceof ToNode.Hold hold) {
                return new FromNode.Done(hold.id(), hold(hold));
            } else if (ask instanceof ToNode.Release release) {
                release(release);
            } else if (ask instanceof ToNode.Kill kill) {
                ProcessHandle.of(kill.pid()).ifPresent(Errands::kill);
            }
            return new FromNode.Done(ask.id(), "");
        } catch (IOException | RuntimeException failed) {
            return new FromNode.Done(ask.id(), failed.toString());
        }
    }

    private static FromNode text(ToNode.Read ask) {
        try (InputStream in = Files.newInputStream(Path.of(ask.file()))) {
            // Not UTF-8: what a log holds must come through whatever it is.
            return new FromNode.Text(
                    ask.id(), true, new String(in.readNBytes(ask.limitBytes()), StandardCharsets.ISO_8859_1));
        } catch (IOException absent) {
            return new FromNode.Text(ask.id(), false, "");
        }
    }

    private static FromNode names(ToNode.ListFolder ask) {
        try (Stream<Path> entries = Files.list(Path.of(ask.folder()))) {
            return new FromNode.Names(
                    ask.id(),
                    entries.map(entry -> String.valueOf(entry.getFileName()))
                            .sorted()
                            .toList());
        } catch (IOException absent) {
            return new FromNode.Names(ask.id(), List.of());
        }
    }

    private static List<String> interfaces() throws IOException {
        List<String> all = new ArrayList<>();
        for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (InetAddress address : Collections.list(each.getInetAddresses())) {
                // A link-local address has its interface behind it.
                all.add(each.getName() + " " + address.getHostAddress().split("%", 2)[0]);
            }
        }
        return all;
    }

    private static FromNode examined(ToNode.Examine ask) throws IOException {
        List<FromNode.Seen> seen = new ArrayList<>();
        for (String name : ask.files()) {
            Path file = Path.of(name);
            boolean there = Files.isRegularFile(file);
            seen.add(new FromNode.Seen(there ? Files.size(file) : -1, there && ask.digests() ? sha256(file) : ""));
        }
        return new FromNode.Examined(ask.id(), seen);
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }

    /** The file's path, with the folders above it made. */
    private static Path withFolders(String name) throws IOException {
        Path file = Path.of(name);
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        return file;
    }

    private static void write(ToNode.Write ask) throws IOException {
        Path file = withFolders(ask.file());
        Path partial = file.resolveSibling(file.getFileName() + ".partial-" + ask.id());
        Files.writeString(partial, ask.text());
        try {
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException elsewhere) {
            Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** @return empty when it is ours, else who has it */
    private String hold(ToNode.Hold ask) throws IOException {
        Path file = withFolders(ask.file());
        long until = System.nanoTime() + ask.waitMillis() * 1_000_000;
        FileChannel lockFile = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = tryLock(lockFile);
        while (lock == null && System.nanoTime() < until) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException ending) {
                break;
            }
            lock = tryLock(lockFile);
        }
        if (lock == null) {
            lockFile.close();
            String owner = Files.readString(file).strip();
            return owner.isEmpty() ? "another process" : owner;
        }
        lockFile.truncate(0);
        lockFile.write(StandardCharsets.UTF_8.encode(ask.owner() + "\n"));
        synchronized (held) {
            held.put(ask.file(), lock);
        }
        return "";
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException ours) {
            return null;
        }
    }

    private void release(ToNode.Release ask) throws IOException {
        FileLock lock;
        synchronized (held) {
            lock = held.remove(ask.file());
        }
        if (lock != null) {
            lock.acquiredBy().close();
        }
    }
}
