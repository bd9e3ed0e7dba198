package org.nixlconform.environment;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nixlconform.cluster.Node;
import org.nixlconform.cluster.NodeConnection.InterfaceAddress;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.configuration.NearestName;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/**
 * Variables of an environment that contradict each other, its backends or the node: with them NIXL would find no way to
 * move anything, and say little about why. Only of what is in use there: a device list for UCX does not matter without UCX.
 */
final class VariableContradictions {
    private static final List<String> BACKEND_CHOICES = List.of("NIXL_BACKEND", "TRTLLM_NIXL_KVCACHE_BACKEND");
    private static final Map<String, String> PROVIDER_INTERFACES =
            Map.of("FI_TCP_IFACE", "tcp", "FI_SOCKETS_IFACE", "sockets", "FI_EFA_IFACE", "efa");
    /** Transports of UCX and names that it has for several of them; what needs an RDMA device, and the others. */
    private static final Set<String> RDMA =
            words("ib rc rc_v rc_verbs rc_x rc_mlx5 rc_gda ud ud_v ud_verbs ud_x ud_mlx5 "
                    + "dc dc_x dc_mlx5 gga gga_mlx5 srd");

    private static final Set<String> OTHERS = words("all tcp self sm shm mm posix sysv cma knem xpmem "
            + "cuda cuda_copy cuda_ipc gdr_copy rocm rocm_copy rocm_ipc rocm_gdr ze ze_copy ze_ipc ze_gdr");

    private final EnvironmentSpec spec;
    private final Node node;

    private VariableContradictions(EnvironmentSpec spec, Node node) {
        this.spec = spec;
        this.node = node;
    }

    /**
     * @param spec with the node's own variables
     * @throws FindingException with the first contradiction
     */
    static void refuse(EnvironmentSpec spec, Node node) {
        VariableContradictions variables = new VariableContradictions(spec, node);
        variables.refuseOtherBackends();
        if (spec.backends().contains("UCX")) {
            variables.refuseTransports();
            variables.refuseAbsent("UCX_NET_DEVICES", variables.networkDevices());
        }
        // What "fabric" chooses is held against the node with it, and decides over the provider.
        if (spec.backends().contains("LIBFABRIC") && spec.fabric().isEmpty()) {
            variables.refuseTwoProviders();
            variables.refuseAbsent("FI_TCP_IFACE", variables.interfaces());
            variables.refuseAbsent("FI_SOCKETS_IFACE", variables.interfaces());
            variables.refuseAbsent("FI_EFA_IFACE", variables.rdmaDevices());
        }
    }

    private void refuseOtherBackends() {
        for (String variable : BACKEND_CHOICES) {
            String chosen = value(variable);
            for (String other : BACKEND_CHOICES) {
                if (!chosen.isEmpty() && !value(other).isEmpty() && !chosen.equalsIgnoreCase(value(other))) {
                    throw refusal(
                            "%s and %s choose different backends".formatted(variable, other),
                            "one backend",
                            "%s=%s, %s=%s".formatted(variable, chosen, other, value(other)),
                            "leave one of them out");
                }
            }
            if (!chosen.isEmpty() && spec.backends().stream().noneMatch(chosen::equalsIgnoreCase)) {
                throw refusal(
                        variable + " chooses a backend that the environment does not have",
                        "one of " + String.join(", ", spec.backends()),
                        variable + "=" + chosen,
                        "name it under 'backends', or leave the variable out: NIXL does not read it");
            }
        }
    }

    private void refuseTransports() {
        List<String> named = list("UCX_TLS").stream()
                .map(transport -> transport.split(":", 2)[0].toLowerCase(Locale.ROOT))
                .toList();
        if (named.isEmpty() || excludes("UCX_TLS")) {
            return;
        }
        boolean rdma = !rdmaDevices().isEmpty();
        if (named.stream().anyMatch(transport -> OTHERS.contains(transport) || rdma && RDMA.contains(transport))) {
            return;
        }
        Set<String> usable = new TreeSet<>(OTHERS);
        usable.addAll(rdma ? RDMA : Set.of());
        String nearest = NearestName.of(named.get(0), usable)
                .map("write '%s', or leave the variable out"::formatted)
                .orElse("leave the variable out, or name another transport");
        throw refusal(
                "UCX_TLS names no transport that node %s has".formatted(node.name()),
                named.stream().anyMatch(RDMA::contains)
                        ? "a transport that needs no RDMA device: the node has none"
                        : "one of " + String.join(", ", usable),
                "UCX_TLS=" + value("UCX_TLS"),
                nearest);
    }

    /** {@code FI_PROVIDER} keeps one provider, and another variable names the device of a second one. */
    private void refuseTwoProviders() {
        List<String> providers = list("FI_PROVIDER").stream()
                .flatMap(layered -> Stream.of(layered.split(";", -1)))
                .toList();
        PROVIDER_INTERFACES.forEach((variable, provider) -> {
            boolean left = providers.isEmpty() || providers.contains(provider) != excludes("FI_PROVIDER");
            if (!list(variable).isEmpty() && !left) {
                throw refusal(
                        "FI_PROVIDER leaves out the provider that %s is about".formatted(variable),
                        provider + " among the providers",
                        "FI_PROVIDER=%s, %s=%s".formatted(value("FI_PROVIDER"), variable, value(variable)),
                        "leave one of them out");
            }
        });
    }

    /** A list of devices that leaves none. UCX's may have a port behind a colon. */
    private void refuseAbsent(String variable, Set<String> present) {
        List<String> named =
                list(variable).stream().map(device -> device.split(":", 2)[0]).toList();
        Predicate<String> pattern = device -> device.equals("all") || device.matches(".*[*?\\[{].*");
        if (named.isEmpty() || named.stream().anyMatch(pattern)) {
            return;
        }
        boolean left = excludes(variable)
                ? !named.containsAll(present)
                : named.stream().anyMatch(present::contains);
        if (!left) {
            throw refusal(
                    "%s leaves no device on node %s".formatted(variable, node.name()),
                    present.isEmpty()
                            ? "no such list: the node has no such device"
                            : "one of " + String.join(", ", present),
                    variable + "=" + value(variable),
                    "name a device of the node, or leave the variable out");
        }
    }

    private Set<String> networkDevices() {
        Set<String> devices = new TreeSet<>(interfaces());
        devices.addAll(rdmaDevices());
        return devices;
    }

    /** Those with an address: nothing is sent through another. */
    private Set<String> interfaces() {
        return node.connection().addresses().stream()
                .map(InterfaceAddress::interfaceName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> rdmaDevices() {
        return new TreeSet<>(node.connection().list(Path.of("/sys/class/infiniband")));
    }

    private static Set<String> words(String text) {
        return Set.of(text.split(" "));
    }

    private String value(String variable) {
        return spec.variables().getOrDefault(variable, "").strip();
    }

    private boolean excludes(String variable) {
        return value(variable).startsWith("^");
    }

    private List<String> list(String variable) {
        String value = value(variable);
        return Stream.of(value.substring(excludes(variable) ? 1 : 0).split(",", -1))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .toList();
    }

    private FindingException refusal(String headline, String expected, String actual, String remedy) {
        boolean ofNode = !node.spec().variables().isEmpty();
        return new FindingException(Finding.of(FindingKind.CONFIGURATION, "environment", headline)
                .with("expected", expected)
                .with("actual", actual)
                .with("where", spec.file() + (ofNode ? ", and the variables of the node in the cluster's file" : ""))
                .with("node", node.name())
                .with("remedy", remedy));
    }
}
