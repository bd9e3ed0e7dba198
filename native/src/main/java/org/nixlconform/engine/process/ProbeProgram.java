package org.nixlconform.engine.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.nixlconform.binding.Nixl;
import org.nixlconform.binding.NixlAgent;
import org.nixlconform.binding.NixlCallException;
import org.nixlconform.binding.NixlFunction;
import org.nixlconform.binding.NixlStatus;
import org.nixlconform.binding.Posix;
import org.nixlconform.binding.ProgressPage;
import org.nixlconform.engine.protocol.Wire;

/** Proves an environment: loads NIXL, creates each backend in an agent of its own, and says in one line what it saw. */
final class ProbeProgram {
    private ProbeProgram() {}

    static void run(String library, List<String> backends) {
        MessageChannel channel = MessageChannel.open();
        Map<String, Object> seen = new LinkedHashMap<>();
        seen.put("library", library);
        try {
            look(library, backends, seen);
        } catch (NixlCallException refused) {
            seen.put("refused", refusal(refused));
        } catch (UnsatisfiedLinkError unloadable) {
            seen.put("unloadable", String.valueOf(unloadable.getMessage()));
        }
        seen.put("mapped", mapped());
        channel.send(Wire.encode(seen));
        System.err.flush();
        Posix.exitNow(0);
    }

    private static void look(String library, List<String> backends, Map<String, Object> seen) throws NixlCallException {
        Nixl nixl = Nixl.load(library, new ProgressPage());
        seen.put("functions", NixlFunction.values().length - nixl.missing().size());
        seen.put("missing", nixl.missing());
        seen.put("stub", nixl.isStub());
        Map<String, Object> results = new LinkedHashMap<>();
        for (String backend : backends) {
            NixlAgent agent = NixlAgent.create(nixl, "probe-" + backend, new NixlAgent.Configuration(false, 0, 0));
            seen.put("plugins", agent.plugins());
            results.put(backend, create(agent, backend));
        }
        seen.put("backends", results);
    }

    private static Map<String, Object> create(NixlAgent agent, String backend) throws NixlCallException {
        Map<String, Object> result = new LinkedHashMap<>();
        long begun = System.nanoTime();
        try {
            agent.createBackend(backend, Map.of());
        } catch (NixlCallException refused) {
            return refusal(refused);
        }
        NixlAgent.BackendSettings settings = agent.backendSettings();
        result.put("status", 0);
        result.put("statusName", NixlStatus.SUCCESS.name());
        result.put("millis", (System.nanoTime() - begun) / 1_000_000);
        result.put("parameters", settings.parameters());
        result.put("memories", settings.memories());
        agent.destroy();
        return result;
    }

    private static Map<String, Object> refusal(NixlCallException refused) {
        return Map.of(
                "call", refused.function().symbol(),
                "status", refused.status(),
                "statusName", NixlStatus.nameOf(refused.status()));
    }

    /** Libraries that are mapped now, those of the Java runtime left out. */
    private static List<String> mapped() {
        String runtime = System.getProperty("java.home");
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.indexOf('/') >= 0)
                    .map(line -> line.substring(line.indexOf('/')))
                    .filter(file -> file.contains(".so") && !file.startsWith(runtime))
                    .distinct()
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }
}
