package org.nixlconform.environment;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.nixlconform.cluster.Node;
import org.nixlconform.cluster.NodeConnection.InterfaceAddress;

/** The network interfaces of a node that blocks can be sent through by tcp. */
record NodeInterfaces(Node node, List<InterfaceAddress> addresses) {
    private static final Path ROUTES = Path.of("/proc/net/route");
    private static final String EVERYWHERE = "00000000";

    static NodeInterfaces of(Node node) {
        return new NodeInterfaces(node, node.connection().addresses());
    }

    /** @param why such as {@code it has the default route} */
    record Choice(String name, String why) {}

    /** That of the cluster's file, or that of the default route, or the first; empty when there is none. */
    Optional<Choice> chosen() {
        List<String> usable = usable();
        Optional<Choice> forBlocks = node.dataInterface()
                .filter(usable::contains)
                .map(name -> new Choice(name, "it has the data address of the cluster's file"));
        return forBlocks
                .or(() -> ofDefaultRoute()
                        .filter(usable::contains)
                        .map(name -> new Choice(name, "it has the default route")))
                .or(() -> usable.stream().findFirst().map(name -> new Choice(name, "the first with an address")));
    }

    /** Why blocks cannot be sent through an interface; empty when they can. */
    Optional<String> obstacle(String name) {
        if (usable().contains(name)) {
            return Optional.empty();
        }
        boolean known = !state(name).isEmpty();
        String trouble = !known
                ? "the node has no " + name
                : isDown(name) ? name + " is down" : name + " has no address that others reach";
        return Optional.of(trouble);
    }

    /** Not loopback, up, with an address that holds beyond one link. */
    List<String> usable() {
        return addresses.stream()
                .filter(each -> !isLocal(each.address()))
                .map(InterfaceAddress::interfaceName)
                .distinct()
                .filter(name -> !isDown(name))
                .toList();
    }

    private static boolean isLocal(String address) {
        return Stream.of("127.", "0:0:0:0:0:0:0:1", "::1", "fe80:", "169.254.").anyMatch(address::startsWith);
    }

    private boolean isDown(String name) {
        return state(name).equals("down");
    }

    private String state(String name) {
        return node.connection()
                .readText(Path.of("/sys/class/net", name, "operstate"))
                .orElse("")
                .strip();
    }

    private Optional<String> ofDefaultRoute() {
        return node.connection()
                .readText(ROUTES)
                .orElse("")
                .lines()
                .map(line -> line.split("\\s+", -1))
                .filter(columns -> columns.length > 7 && columns[1].equals(EVERYWHERE) && columns[7].equals(EVERYWHERE))
                .map(columns -> columns[0])
                .findFirst();
    }
}
