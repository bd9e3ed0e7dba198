package org.nixlconform.engine.process;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.nixlconform.binding.Posix;

/** Native stacks of other processes, by whatever tool the node has. */
final class NativeStacks {
    private static final int SIGCONT = 18;
    private static final List<String> TOOLS = List.of("eu-stack", "gdb", "pstack");

    private final Optional<Path> tool;
    private final Set<Process> running = ConcurrentHashMap.newKeySet();
    private volatile boolean abandoned;

    /** @param path where to look for tools, as in {@code PATH} */
    NativeStacks(String path) {
        tool = TOOLS.stream().flatMap(name -> find(name, path).stream()).findFirst();
    }

    private static Optional<Path> find(String name, String path) {
        for (String folder : path.split(File.pathSeparator)) {
            Path program = Path.of(folder, name);
            if (Files.isExecutable(program) && Files.isRegularFile(program)) {
                return Optional.of(program);
            }
        }
        return Optional.empty();
    }

    /** Name of the tool; empty when there is none. */
    String tool() {
        return tool.map(program -> program.getFileName().toString()).orElse("");
    }

    /**
     * What the tool says. It stops the process meanwhile, and {@link #abandon} ends it: then it is what was said by then.
     *
     * @param limitBytes of the answer, the rest is left
     */
    String of(int pid, int limitBytes) throws IOException {
        if (abandoned) {
            throw new IOException("the time for it was over");
        }
        boolean ran = ProcessLook.at(ProcFile.PROC, pid).runs();
        Process process = start(pid);
        byte[] said = process.getInputStream().readNBytes(limitBytes);
        running.remove(process);
        if (abandoned || said.length == limitBytes) {
            process.destroyForcibly().onExit().join();
            if (ran) {
                // A debugger that was killed leaves what it looked at stopped, or about to.
                Posix.kill(pid, SIGCONT);
            }
        }
        if (abandoned && said.length == 0) {
            throw new IOException(tool() + " did not end within the time for it");
        }
        return new String(said, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("[New LWP "))
                .collect(Collectors.joining(
                        "\n", "", abandoned ? "\ncut off here, as the time for it was over\n" : "\n"));
    }

    private Process start(int pid) throws IOException {
        List<String> command = new ArrayList<>(List.of(tool.orElseThrow().toString()));
        switch (tool()) {
            case "gdb" ->
                // Without arguments of functions: they may be anything, also what is secret.
                command.addAll(List.of(
                        "-nx",
                        "-batch",
                        "-iex",
                        "set auto-load off",
                        "-ex",
                        "set print frame-arguments none",
                        "-p",
                        Integer.toString(pid),
                        "-ex",
                        "thread apply all bt 50"));
            case "eu-stack" -> command.addAll(List.of("-p", Integer.toString(pid)));
            default -> command.add(Integer.toString(pid));
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        // Nothing is fetched from anywhere.
        builder.environment().remove("DEBUGINFOD_URLS");
        Process process = builder.start();
        running.add(process);
        if (abandoned) {
            process.destroyForcibly();
        }
        return process;
    }

    /** Ends the tools that run, those who wait for them go on; no more are started. */
    void abandon() {
        abandoned = true;
        running.forEach(Process::destroyForcibly);
    }
}
