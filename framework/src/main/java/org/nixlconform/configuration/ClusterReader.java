package org.nixlconform.configuration;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.nixlconform.configuration.ClusterSpec.MustJudge;
import org.nixlconform.configuration.ClusterSpec.RaySpec;

/** The schema of a cluster file. */
final class ClusterReader {
    private static final String FILE = "file";
    private static final String RAY = "ray";
    private static final List<String> DISCOVERIES = List.of(FILE, RAY);

    private final Path file;
    private final Path root;
    private final UserFolders folders;

    ClusterReader(Path file, Path root, UserFolders folders) {
        this.file = file;
        this.root = root;
        this.folders = folders;
    }

    ClusterSpec read(YamlObject cluster) {
        Optional<String> name = cluster.optional("name").flatMap(Names::read);
        Optional<YamlValue> discovery = cluster.optional("discovery");
        Optional<String> way = discovery.flatMap(value -> value.oneOf(DISCOVERIES));
        boolean byRay = way.equals(Optional.of(RAY));
        boolean declared = discovery.isEmpty() || way.equals(Optional.of(FILE));
        Optional<YamlValue> nodes = declared
                ? cluster.required("nodes", "a list of nodes; or discovery: ray, which finds them")
                : cluster.optional("nodes");
        NodeReader reader = new NodeReader(cluster.optional("defaults"), folders);
        Optional<RaySpec> ray = ray(cluster, reader, byRay, declared);
        if (byRay) {
            nodes.ifPresent(value -> value.mistake(
                    "key 'nodes' in a cluster with discovery: ray, expected none: Ray says which nodes there are"));
        }
        List<YamlValue> environments = cluster.required("environments", "a list of environments")
                .map(YamlValue::nonEmptyList)
                .orElse(List.of());
        List<YamlValue> onRequest =
                cluster.optional("environmentsOnRequest").map(YamlValue::list).orElse(List.of());
        Names.refuseRepeats(
                Stream.concat(environments.stream(), onRequest.stream()).toList());
        return new ClusterSpec(
                name.orElse(FileKind.CLUSTER.nameOf(file)),
                file,
                nodes.filter(value -> !byRay).map(reader::nodes).orElse(List.of()),
                environments(environments),
                environments(onRequest),
                cluster.optional("ranksPerGpu")
                        .flatMap(value -> value.wholeNumber(1, ClusterSpec.MOST_RANKS_PER_GPU))
                        .orElse(1),
                cluster.optional("mustJudge").map(ClusterReader::mustJudge).orElse(List.of()),
                cluster.optional("workFolder").flatMap(this::workFolder).orElse(folders.standardWorkFolder()),
                ray);
    }

    private static Optional<RaySpec> ray(YamlObject cluster, NodeReader reader, boolean byRay, boolean declared) {
        Optional<YamlValue> head = byRay
                ? cluster.required("head", "how the head of the Ray cluster is reached")
                : cluster.optional("head");
        Optional<YamlValue> headNode = cluster.optional("headNode");
        Optional<YamlValue> gpusForDram = cluster.optional("gpusForDram");
        if (declared) {
            Stream.of(head, headNode, gpusForDram)
                    .flatMap(Optional::stream)
                    .forEach(value -> value.mistake("key of Ray in a cluster without discovery: ray, expected none"));
        }
        return head.filter(value -> byRay)
                .flatMap(value -> value.object(
                        "head",
                        object -> reader.ray(
                                object,
                                headNode.flatMap(YamlValue::trueOrFalse),
                                gpusForDram.flatMap(YamlValue::trueOrFalse).orElse(false))));
    }

    private List<String> environments(List<YamlValue> entries) {
        List<String> names = new ArrayList<>();
        for (YamlValue entry : entries) {
            entry.text().ifPresent(name -> {
                names.add(name);
                if (FileKind.ENVIRONMENT.find(name, root).isEmpty()) {
                    entry.unknown("environment", "cluster", FileKind.ENVIRONMENT.known(root));
                }
            });
        }
        return names;
    }

    private static List<MustJudge> mustJudge(YamlValue list) {
        List<MustJudge> all = new ArrayList<>();
        for (YamlValue entry : list.list()) {
            entry.object(
                            "mustJudge",
                            object -> new MustJudge(
                                    Names.required(object, "backend", Names.BACKENDS),
                                    Names.required(object, "placement", Names.PLACEMENTS),
                                    Names.required(object, "memory", Names.MEMORIES)))
                    .ifPresent(all::add);
        }
        return all;
    }

    private Optional<Path> workFolder(YamlValue value) {
        return value.text()
                .flatMap(text ->
                        folders.absolute(text).or(() -> value.wrong("an absolute path, or one that begins with ~/")));
    }
}
