package org.nixlconform.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** This machine. */
final class LocalLauncher implements Launcher {
    private final Map<String, String> environment;
    private final Set<LocalProcess> started = ConcurrentHashMap.newKeySet();

    /** @param environment in place of this JVM's own */
    LocalLauncher(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Override
    public Started launch(List<String> words) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().clear();
        builder.environment().putAll(environment);
        LocalProcess process = new LocalProcess(builder.start());
        started.removeIf(each -> !each.process.isAlive());
        started.add(process);
        return process;
    }

    @Override
    public void close() {
        started.forEach(LocalProcess::drop);
        started.clear();
    }

    private record LocalProcess(Process process) implements Started {
        @Override
        public OutputStream stdin() {
            return process.getOutputStream();
        }

        @Override
        public InputStream stdout() {
            return process.getInputStream();
        }

        @Override
        public String complaint() {
            try {
                InputStream errors = process.getErrorStream();
                return new String(errors.readNBytes(errors.available()), StandardCharsets.UTF_8).strip();
            } catch (IOException closed) {
                return "";
            }
        }

        @Override
        public Optional<ProcessEnd> await(long millis) throws InterruptedException {
            return process.waitFor(millis, TimeUnit.MILLISECONDS)
                    ? Optional.of(new ProcessEnd(process.exitValue()))
                    : Optional.empty();
        }

        @Override
        public void drop() {
            List<ProcessHandle> descendants = process.descendants().toList();
            process.destroyForcibly();
            descendants.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
