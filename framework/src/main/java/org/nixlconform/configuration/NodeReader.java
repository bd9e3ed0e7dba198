package org.nixlconform.configuration;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;
import org.nixlconform.configuration.ClusterSpec.RaySpec;
import org.nixlconform.configuration.ClusterSpec.SshSpec;

/** The nodes of a cluster file, and the defaults that hold for all of them. */
final class NodeReader {
    private static final List<String> CONNECTIONS = List.of("local", "ssh");
    private static final int MOST_GPUS = 1024;
    private static final int MOST_NICS = 1024;
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]*");
    private static final int MOST_GIB = 1 << 20;
    private static final long GIB = 1L << 30;
    private static final int SSH_PORT = 22;
    private static final int MOST_PORT = 65535;
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?");
    private static final String HOST_EXPECTED = "a host name or an address";
    /** Names that RFC 2606 keeps out of the real world: an example file's, to be replaced. */
    private static final Pattern PLACEHOLDER = Pattern.compile(".*\\.(example|invalid|test)");

    /** The name of Ray's head, for messages. */
    private static final String HEAD = "ray-head";

    private static final Pattern PYTHON = Pattern.compile("/\\S+|~/\\S+|[A-Za-z0-9._-]+");
    private static final Pattern ADDRESS = Pattern.compile("[A-Za-z0-9._:\\[\\]-]+:\\d{1,5}");
    private static final Pattern USER = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final UserFolders folders;
    private final Defaults defaults;

    /** What a node may leave out. */
    private record Defaults(
            Optional<String> user,
            Optional<Integer> port,
            Optional<Path> key,
            Optional<Path> knownHosts,
            Optional<SshSpec> jump,
            Optional<Integer> gpus,
            Optional<Integer> memoryGib,
            Optional<String> workFolder,
            Map<String, String> variables,
            Optional<Integer> nics,
            Map<String, String> labels) {
        static final Defaults NONE = new Defaults(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                Map.of());
    }

    /** @param given the file's {@code defaults} */
    NodeReader(Optional<YamlValue> given, UserFolders folders) {
        this.folders = folders;
        this.defaults = given.flatMap(value -> value.object("defaults", object -> defaults(object, Defaults.NONE)))
                .orElse(Defaults.NONE);
    }

    List<NodeSpec> nodes(YamlValue list) {
        List<NodeSpec> nodes = new ArrayList<>();
        List<YamlValue> names = new ArrayList<>();
        List<YamlValue> local = new ArrayList<>();
        for (YamlValue entry : list.nonEmptyList()) {
            entry.object("node", node -> node(node, names, local)).ifPresent(nodes::add);
        }
        Names.refuseRepeats(names);
        // Two nodes on one machine would both count its devices and its memory.
        local.stream()
                .skip(1)
                .forEach(second ->
                        second.mistake("second node with connection local, expected one: it is this machine"));
        return nodes;
    }

    /** @param head of a Ray cluster: reached like any node, and what all other nodes are like stands in the defaults */
    RaySpec ray(YamlObject head, Optional<Boolean> headNode, boolean gpusForDram) {
        NodeSpec itself = node(head, HEAD, new ArrayList<>());
        return new RaySpec(
                itself,
                head.optional("python")
                        .flatMap(value -> value.text(
                                PYTHON, "a Python interpreter: absolute, from ~/ on, or a name such as python3"))
                        .orElse("python3"),
                head.optional("address").flatMap(value -> value.text(ADDRESS, "HOST:PORT, such as 10.0.0.1:6379")),
                new NodeSpec(
                        "",
                        Optional.of(ssh("", defaults)),
                        defaults.gpus(),
                        defaults.memoryGib().map(gib -> gib * GIB),
                        Optional.empty(),
                        defaults.workFolder(),
                        defaults.variables(),
                        defaults.nics(),
                        defaults.labels()),
                headNode,
                gpusForDram);
    }

    private NodeSpec node(YamlObject node, List<YamlValue> names, List<YamlValue> local) {
        Optional<YamlValue> name = node.required("name", "text");
        name.ifPresent(names::add);
        return node(node, name.flatMap(Names::read).orElse(""), local);
    }

    private NodeSpec node(YamlObject node, String name, List<YamlValue> local) {
        Optional<YamlValue> connection = node.optional("connection");
        Optional<YamlValue> host = node.optional("host");
        Optional<String> way = connection.flatMap(value -> value.oneOf(CONNECTIONS));
        Defaults own = defaults(node, defaults);
        Optional<String> dataAddress = node.optional("dataAddress").flatMap(value -> value.text(HOST, HOST_EXPECTED));
        Optional<SshSpec> ssh = Optional.empty();
        if (way.equals(Optional.of("local"))) {
            connection.ifPresent(local::add);
            host.ifPresent(value ->
                    value.mistake("key 'host' in a node with connection local, expected none: it is this machine"));
        } else if (connection.isEmpty() || way.isPresent()) {
            if (host.isEmpty()) {
                node.required("host", HOST_EXPECTED + "; or connection: local, which is this machine");
            }
            ssh = host.flatMap(this::host).map(address -> ssh(address, own));
        }
        return new NodeSpec(
                name,
                ssh,
                own.gpus(),
                own.memoryGib().map(gib -> gib * GIB),
                dataAddress,
                own.workFolder(),
                own.variables(),
                own.nics(),
                own.labels());
    }

    private Optional<String> host(YamlValue value) {
        Optional<String> host = value.text(HOST, HOST_EXPECTED);
        if (host.filter(name -> PLACEHOLDER.matcher(name).matches()).isPresent()) {
            value.mistake("placeholder '%s' for the host of a node, expected the name or the address of yours"
                    .formatted(host.get()));
            return Optional.empty();
        }
        return host;
    }

    private SshSpec ssh(String host, Defaults own) {
        return new SshSpec(
                host,
                own.port().orElse(SSH_PORT),
                own.user().orElse(System.getProperty("user.name")),
                keys(own.key()),
                knownHosts(own.knownHosts()),
                own.jump());
    }

    /** The one that is named, else the usual ones that there are. */
    private List<Path> keys(Optional<Path> named) {
        Path folder = folders.home().resolve(".ssh");
        return named.map(List::of)
                .orElseGet(() -> Stream.of("id_ed25519", "id_ecdsa", "id_rsa")
                        .map(folder::resolve)
                        .filter(Files::isRegularFile)
                        .toList());
    }

    private Path knownHosts(Optional<Path> named) {
        return named.orElse(folders.home().resolve(".ssh").resolve("known_hosts"));
    }

    /** What a key holds on top of what stands above. */
    private static Map<String, String> texts(
            YamlObject object, String key, Map<String, String> above, Pattern name, String expected) {
        Map<String, String> texts = new LinkedHashMap<>(above);
        object.optional(key).ifPresent(value -> {
            for (YamlValue.Entry entry : value.entries(key)) {
                entry.key().text(name, expected);
                entry.value().text().ifPresent(text -> texts.put(entry.name(), text));
            }
        });
        return texts;
    }

    private Defaults defaults(YamlObject object, Defaults above) {
        Map<String, String> variables = texts(
                object,
                "variables",
                above.variables(),
                VARIABLE,
                "the name of a variable: letters, digits and '_', no digit first");
        Optional<String> user = object.optional("user")
                .flatMap(value -> value.text(USER, "the name of a user"))
                .or(above::user);
        Optional<Integer> port = object.optional("port")
                .flatMap(value -> value.wholeNumber(1, MOST_PORT))
                .or(above::port);
        Optional<Path> key = object.optional("key").flatMap(this::file).or(above::key);
        Optional<Path> knownHosts =
                object.optional("knownHosts").flatMap(this::file).or(above::knownHosts);
        return new Defaults(
                user,
                port,
                key,
                knownHosts,
                object.optional("jump")
                        .flatMap(value -> jump(value, user, key, knownHosts))
                        .or(above::jump),
                object.optional("gpus")
                        .flatMap(value -> value.wholeNumber(0, MOST_GPUS))
                        .or(above::gpus),
                object.optional("memoryGib")
                        .flatMap(value -> value.wholeNumber(1, MOST_GIB))
                        .or(above::memoryGib),
                object.optional("workFolder").flatMap(NodeReader::workFolder).or(above::workFolder),
                variables,
                object.optional("nics")
                        .flatMap(value -> value.wholeNumber(0, MOST_NICS))
                        .or(above::nics),
                texts(object, "labels", above.labels(), LABEL, "a label: letters, digits, '.', '_', '/' and '-'"));
    }

    /** {@code user@host:port}, as {@code ssh -J} takes it. */
    private Optional<SshSpec> jump(
            YamlValue value, Optional<String> user, Optional<Path> key, Optional<Path> knownHosts) {
        String expected = "a jump host as ssh -J takes it: [user@]host[:port]";
        Optional<String> text = value.text(Pattern.compile("([^@\\s]+@)?[^@:\\s]+(:\\d{1,5})?"), expected);
        return text.map(given -> {
            URI parts = URI.create("ssh://" + given);
            return new SshSpec(
                    Optional.ofNullable(parts.getHost()).orElse(given),
                    parts.getPort() < 0 ? SSH_PORT : parts.getPort(),
                    Optional.ofNullable(parts.getUserInfo()).or(() -> user).orElse(System.getProperty("user.name")),
                    keys(key),
                    knownHosts(knownHosts),
                    Optional.empty());
        });
    }

    private Optional<Path> file(YamlValue value) {
        return value.text()
                .flatMap(text ->
                        folders.absolute(text).or(() -> value.wrong("an absolute path, or one that begins with ~/")));
    }

    /** On the node, where {@code ~} is another home. */
    private static Optional<String> workFolder(YamlValue value) {
        return value.text(Pattern.compile("/.+|~/.+"), "an absolute path, or one that begins with ~/");
    }
}
