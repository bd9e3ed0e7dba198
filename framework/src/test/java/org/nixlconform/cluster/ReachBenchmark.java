package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.nixlconform.configuration.Configuration;

/**
 * What it costs to reach nodes on which everything is in place. No test: {@code mvn -pl native,framework test
 * -Dtest=ReachBenchmark -Dsurefire.failIfNoSpecifiedTests=false} runs it. Each line is a run in a fresh JVM, as Maven's.
 */
class ReachBenchmark {
    private static final int RUNS = 5;
    private static final int COMMANDS = 200;
    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void nodesThatHaveEverything() throws Exception {
        System.out.println("nodes  ready [ms]  CPU here [ms]  CPU of a node's program [ms]  heap [MB]  read p50 [us]"
                + "  command p50 [us]  its part on the node [us]");
        for (int nodes : new int[] {3, 8}) {
            try (Hosts hosts = Hosts.up(nodes, "m")) {
                once(hosts); // Uploads.
                for (int run = 0; run < RUNS; run++) {
                    System.out.print(once(hosts));
                }
            }
        }
    }

    private static String once(Hosts hosts) throws Exception {
        List<String> words = new ArrayList<>(OwnJvm.words(Once.class));
        words.addAll(1, List.of("-Xmx256m", "-XX:TieredStopAtLevel=1")); // As the conformance tests' JVM.
        words.add(hosts.file().toString());
        Process process = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    static final class Once {
        private Once() {}

        /** @param arguments a cluster's file */
        public static void main(String[] arguments) {
            long begun = System.nanoTime();
            try (Cluster cluster =
                    Cluster.open(Configuration.cluster(arguments[0], Hosts.ROOT), BuiltEngine.bundle())) {
                long ready = System.nanoTime() - begun;
                long cpu = ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toMillis();
                double programs = cluster.nodes().stream()
                        .mapToLong(node -> cpuMillis(node.connection()))
                        .average()
                        .orElse(0);
                System.gc();
                long heap = Runtime.getRuntime().totalMemory()
                        - Runtime.getRuntime().freeMemory();
                NodeConnection connection = cluster.nodes().get(0).connection();
                long read = median(() -> micros(() -> connection.readText(Path.of("/proc/version"))));
                long command = median(() -> micros(() -> connection.run(Command.of("/bin/true"), SOON)));
                long there = median(() ->
                        connection.run(Command.of("/bin/true"), SOON).took().toNanos() / 1000);
                System.out.printf(
                        Locale.ROOT,
                        "%5d  %10d  %13d  %28.0f  %9.1f  %13d  %16d  %25d%n",
                        cluster.nodes().size(),
                        ready / 1_000_000,
                        cpu,
                        programs,
                        heap / 1e6,
                        read,
                        command,
                        there);
            }
        }

        private static long median(LongSupplier work) {
            return LongStream.generate(work)
                    .limit(COMMANDS)
                    .sorted()
                    .skip(COMMANDS / 2)
                    .findFirst()
                    .orElseThrow();
        }

        private static long micros(Runnable work) {
            long begun = System.nanoTime();
            work.run();
            return (System.nanoTime() - begun) / 1000;
        }

        /** Of the program that answers, by its own view; the kernel counts in hundredths of a second. */
        private static long cpuMillis(NodeConnection connection) {
            String stat = connection.readText(Path.of("/proc/self/stat")).orElseThrow();
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10;
        }
    }
}
