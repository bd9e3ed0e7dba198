package org.nixlconform.engine.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.nixlconform.binding.Libfabric;
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
    /** Wheels give it a digest in its name. Those of its providers begin otherwise. */
    private static final Pattern FABRIC = Pattern.compile("libfabric[-.].*so.*");

    private static final Pattern BEFORE_FABRIC = Pattern.compile("libnixlconform_fabric\\.so");

    private ProbeProgram() {}

    /** @param backends each {@code NAME}, or {@code NAME:key=value} for each parameter it is created with */
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
        List<String> mapped = MappedLibraries.now();
        seen.put("mapped", mapped);
        channel.send(Wire.encode(seen));
        // After the report, and one by one: what is known must not be lost where such a library does not survive a
        // question.
        Map<String, Libfabric> libraries = fabrics(mapped);
        List<Map<String, Object>> fabrics = new ArrayList<>();
        libraries.forEach((file, fabric) -> asked("fi_getparams", file, () -> {
            fabrics.add(new LinkedHashMap<>(
                    Map.of("file", file, "version", fabric.version(), "variables", fabric.variables())));
        }));
        seen.put("fabrics", fabrics);
        channel.send(Wire.encode(seen));
        fabrics.forEach(fabric -> {
            String file = String.valueOf(fabric.get("file"));
            asked(
                    "fi_getinfo",
                    file,
                    () -> fabric.put(
                            "devices",
                            Objects.requireNonNull(libraries.get(file)).devices()));
        });
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
        for (Map.Entry<String, Map<String, String>> backend :
                parameters(backends).entrySet()) {
            calling(NixlFunction.CREATE_CONFIGURED_AGENT, backend.getKey());
            NixlAgent agent =
                    NixlAgent.create(nixl, "probe-" + backend.getKey(), new NixlAgent.Configuration(false, 0, 0));
            seen.put("plugins", agent.plugins());
            results.put(backend.getKey(), create(agent, backend.getKey(), backend.getValue()));
        }
        seen.put("backends", results);
    }

    private static Map<String, Map<String, String>> parameters(List<String> backends) {
        Map<String, Map<String, String>> parameters = new LinkedHashMap<>();
        for (String backend : backends) {
            String[] nameAndParameter = backend.split(":", 2);
            Map<String, String> own = parameters.computeIfAbsent(nameAndParameter[0], name -> new LinkedHashMap<>());
            if (nameAndParameter.length == 2) {
                String[] keyAndValue = nameAndParameter[1].split("=", 2);
                own.put(keyAndValue[0], keyAndValue[keyAndValue.length - 1]);
            }
        }
        return parameters;
    }

    /** A call that never returns leaves this line as its only trace. */
    private static void calling(NixlFunction function, String backend) {
        System.err.println("calling " + function.symbol() + " " + backend);
    }

    private static Map<String, Object> create(NixlAgent agent, String backend, Map<String, String> parameters)
            throws NixlCallException {
        Map<String, Object> result = new LinkedHashMap<>();
        long begun = System.nanoTime();
        calling(NixlFunction.CREATE_BACKEND, backend);
        try {
            agent.createBackend(backend, parameters);
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

    /** Ours, where it stands before another, else all of them. One that cannot be asked is left out; why is on standard error. */
    private static Map<String, Libfabric> fabrics(List<String> mapped) {
        List<String> ours = named(BEFORE_FABRIC, mapped);
        Map<String, Libfabric> fabrics = new LinkedHashMap<>();
        for (String file : ours.isEmpty() ? named(FABRIC, mapped) : ours) {
            asked("dlopen", file, () -> fabrics.put(file, Libfabric.at(file)));
        }
        return fabrics;
    }

    private static List<String> named(Pattern name, List<String> files) {
        return files.stream()
                .filter(file -> name.matcher(String.valueOf(Path.of(file).getFileName()))
                        .matches())
                .toList();
    }

    private static void asked(String function, String file, Runnable question) {
        System.err.println("calling " + function + " of " + file);
        try {
            question.run();
        } catch (UnsatisfiedLinkError | IllegalStateException unasked) {
            System.err.println("it cannot be asked: " + unasked.getMessage());
        }
    }
}
