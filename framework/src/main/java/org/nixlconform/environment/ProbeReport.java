package org.nixlconform.environment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the node's probe program saw of NIXL. Read leniently: a field that is absent is empty.
 *
 * @param unloadable why the library could not be loaded; empty when it was
 * @param refused a call that failed before any backend was asked for, such as the agent's creation
 * @param functions of the C API that the library has
 * @param missing names of functions that it does not have
 * @param plugins as NIXL lists them
 * @param backends by plug-in, for those that were asked for
 * @param mapped files of NIXL, UCX and libfabric that were mapped after all backends were created
 * @param fabrics what each libfabric among them said of itself
 */
record ProbeReport(
        Optional<String> unloadable,
        Optional<Refusal> refused,
        boolean stub,
        int functions,
        List<String> missing,
        List<String> plugins,
        Map<String, BackendReport> backends,
        List<String> mapped,
        List<FabricReport> fabrics) {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Of devices in one line; more are counted. */
    private static final int MOST_NAMES = 6;

    /**
     * @param refusal of the backend's creation; empty when it was created
     * @param millis that the creation took
     * @param memories such as {@code DRAM_SEG}
     */
    record BackendReport(Optional<Refusal> refusal, long millis, List<String> memories) {}

    /**
     * @param file that was mapped
     * @param version such as {@code 2.5}
     * @param variables of the environment that it and its providers read
     * @param devices that it offered, by provider; empty when it said none
     */
    record FabricReport(String file, String version, Set<String> variables, Map<String, List<String>> devices) {
        /** Such as {@code tcp: eth0, lo; efa: 32, simulated-efa-0 to simulated-efa-31}. */
        String describedDevices() {
            return devices.entrySet().stream()
                    .map(entry -> entry.getKey() + ": " + shortened(entry.getValue()))
                    .collect(Collectors.joining("; "));
        }

        private static String shortened(List<String> names) {
            int last = names.size() - 1;
            return names.size() <= MOST_NAMES
                    ? String.join(", ", names)
                    : "%d, %s to %s".formatted(names.size(), names.get(0), names.get(last));
        }
    }

    /** @param status negative, named by {@code statusName} */
    record Refusal(String call, int status, String statusName) {
        private static Optional<Refusal> in(JsonNode report) {
            return report.path("status").asInt() >= 0
                    ? Optional.empty()
                    : Optional.of(new Refusal(
                            report.path("call").asText("nixl_capi_create_backend"),
                            report.path("status").asInt(),
                            report.path("statusName").asText("")));
        }

        /** Such as {@code status -2 BACKEND}. */
        String described() {
            return "status %d %s".formatted(status, statusName).strip();
        }
    }

    /** The last line that is a JSON object; libraries may have written others. */
    static Optional<ProbeReport> in(String stdout) {
        List<String> lines = stdout.lines().map(String::strip).toList();
        for (int i = lines.size() - 1; i >= 0; i--) {
            if (lines.get(i).startsWith("{")) {
                try {
                    return Optional.of(of(JSON.readTree(lines.get(i))));
                } catch (JsonProcessingException cutOffOrNotOurs) {
                    // An earlier line may be it.
                }
            }
        }
        return Optional.empty();
    }

    private static ProbeReport of(JsonNode root) {
        Map<String, BackendReport> backends = new LinkedHashMap<>();
        root.path("backends").properties().forEach(entry -> {
            JsonNode backend = entry.getValue();
            backends.put(
                    entry.getKey(),
                    new BackendReport(
                            Refusal.in(backend), backend.path("millis").asLong(), texts(backend.path("memories"))));
        });
        String unloadable = root.path("unloadable").asText("");
        return new ProbeReport(
                unloadable.isEmpty() ? Optional.empty() : Optional.of(unloadable),
                Refusal.in(root.path("refused")),
                root.path("stub").asBoolean(),
                root.path("functions").asInt(),
                texts(root.path("missing")),
                texts(root.path("plugins")),
                backends,
                texts(root.path("mapped")),
                fabrics(root.path("fabrics")));
    }

    private static List<FabricReport> fabrics(JsonNode array) {
        List<FabricReport> fabrics = new ArrayList<>();
        array.forEach(fabric -> fabrics.add(new FabricReport(
                fabric.path("file").asText(),
                fabric.path("version").asText(),
                Set.copyOf(texts(fabric.path("variables"))),
                devices(fabric.path("devices")))));
        return List.copyOf(fabrics);
    }

    private static Map<String, List<String>> devices(JsonNode byProvider) {
        Map<String, List<String>> devices = new LinkedHashMap<>();
        byProvider.properties().forEach(provider -> devices.put(provider.getKey(), texts(provider.getValue())));
        return devices;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.asText()));
        return List.copyOf(texts);
    }
}
