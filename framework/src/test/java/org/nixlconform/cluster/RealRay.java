package org.nixlconform.cluster;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.nixlconform.configuration.Configuration;

/** Ray from its published package, installed once into this user's cache. */
public final class RealRay {
    /** Set where Ray must be had: then nothing is skipped. */
    private static final String REQUIRED = "NIXLCONFORM_REQUIRE_RAY";

    private static final String VERSION = "2.60.0";
    /** Small: many processes on few cores, and nothing but placement groups and tiny tasks. */
    public static final String SMALL = "--num-cpus=1 --object-store-memory=80000000 --disable-usage-stats"
            + " --min-worker-port=0 --max-worker-port=0";

    /** What makes a head, for {@code ray start}. */
    public static final String HEAD = "--head --include-dashboard=false";

    private RealRay() {}

    /** The interpreter that has it. Skips the tests where it cannot be installed, unless it is required. */
    public static Path python() throws Exception {
        Path folder = Configuration.cacheFolder().resolve("tests").resolve("ray-" + VERSION);
        Path python = folder.resolve("bin/python");
        Path complete = folder.resolve("complete");
        Files.createDirectories(folder);
        try (FileChannel lock =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock.lock();
            if (!Files.exists(complete)) {
                Optional<String> failure = run("python3", "-m", "venv", folder.toString())
                        .or(() -> run(python.toString(), "-m", "pip", "install", "-q", "ray==" + VERSION));
                if (failure.isPresent() && System.getenv(REQUIRED) != null) {
                    throw new IOException("Ray is required and cannot be installed: " + failure.get());
                }
                assumeTrue(failure.isEmpty(), () -> "Ray cannot be installed: " + failure.orElse(""));
                Files.createFile(complete);
            }
        }
        return python;
    }

    /** @return why it failed */
    private static Optional<String> run(String... words) {
        try {
            Path log = Files.createTempFile("ray-install", ".log");
            Process process = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            boolean over = process.waitFor(5, TimeUnit.MINUTES);
            String said = Files.readString(log);
            Files.delete(log);
            process.destroyForcibly();
            return over && process.exitValue() == 0 ? Optional.empty() : Optional.of(said);
        } catch (IOException failed) {
            return Optional.of(failed.toString());
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    /** A head on this machine, alone, with GPUs that are only numbers. */
    static final class Head implements AutoCloseable {
        private final Path folder;
        private final Process process;
        private final String address;

        private Head(Path folder, Process process, String address) {
            this.folder = folder;
            this.process = process;
            this.address = address;
        }

        /** Ray gives its own start half a minute, which a busy machine may not have: then it is tried once more. */
        static Head start(int gpus) throws Exception {
            try {
                return once(gpus);
            } catch (IOException busy) {
                return once(gpus);
            }
        }

        private static Head once(int gpus) throws Exception {
            // The names of its sockets leave little room for that of the folder.
            Path folder = Files.createTempDirectory(Path.of("/tmp"), "nxr");
            int port;
            try (ServerSocket free = new ServerSocket(0)) {
                port = free.getLocalPort();
            }
            List<String> words = new ArrayList<>(List.of(
                    python().toString(),
                    "-m",
                    "ray.scripts.scripts",
                    "start",
                    "--block",
                    "--node-ip-address=127.0.0.1",
                    "--port=" + port,
                    "--num-gpus=" + gpus,
                    "--temp-dir=" + folder));
            words.addAll(List.of((HEAD + " " + SMALL).split(" ")));
            Process process = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("start.log").toFile())
                    .start();
            Head head = new Head(folder, process, "127.0.0.1:" + port);
            head.awaitUp();
            return head;
        }

        private void awaitUp() throws Exception {
            long end = System.nanoTime() + Duration.ofSeconds(90).toNanos();
            while (!Files.readString(folder.resolve("start.log")).contains("Ray runtime started")) {
                if (System.nanoTime() > end || !process.isAlive()) {
                    String log = Files.readString(folder.resolve("start.log"));
                    close();
                    throw new IOException("Ray did not start: " + log);
                }
                Thread.sleep(200);
            }
        }

        String address() {
            return address;
        }

        /** Somebody else, who holds GPUs until this is closed. */
        AutoCloseable holds(int gpus) throws Exception {
            Process other = new ProcessBuilder(python().toString(), "-c", """
                            import ray, sys
                            from ray.util.placement_group import placement_group
                            ray.init(address=sys.argv[1], logging_level="ERROR", log_to_driver=False)
                            group = placement_group([{"GPU": 1}] * int(sys.argv[2]))
                            print("held" if group.wait(30) else "not held", flush=True)
                            sys.stdin.read()
                            """, address, Integer.toString(gpus))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            BufferedReader said = other.inputReader();
            String line = said.readLine();
            if (!"held".equals(line)) {
                throw new IOException("somebody else holds nothing: " + line);
            }
            return () -> {
                other.getOutputStream().close();
                other.waitFor();
            };
        }

        @Override
        public void close() throws Exception {
            List<ProcessHandle> all = process.descendants().toList();
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            all.forEach(ProcessHandle::destroyForcibly);
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
