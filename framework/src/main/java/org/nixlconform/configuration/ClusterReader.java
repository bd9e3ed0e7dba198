package org.nixlconform.configuration;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nixlconform.configuration.ClusterSpec.MustJudge;

/** The schema of a cluster file. */
final class ClusterReader {
    private final Path file;
    private final Path root;
    private final UserFolders folders;

    ClusterReader(Path file, Path root, UserFolders folders) {
        this.file = file;
        this.root = root;
        this.folders = folders;
    }

    ClusterSpec read(YamlObject cluster) {
        return new ClusterSpec(
                cluster.optional("name").flatMap(Names::read).orElse(FileKind.CLUSTER.nameOf(file)),
                file,
                cluster.required("nodes", "a list of nodes")
                        .map(new NodeReader(cluster.optional("defaults"), folders)::nodes)
                        .orElse(List.of()),
                cluster.required("environments", "a list of environments")
                        .map(this::environments)
                        .orElse(List.of()),
                cluster.optional("ranksPerGpu")
                        .flatMap(value -> value.wholeNumber(1, ClusterSpec.MOST_RANKS_PER_GPU))
                        .orElse(1),
                cluster.optional("mustJudge").map(ClusterReader::mustJudge).orElse(List.of()),
                cluster.optional("workFolder").flatMap(this::workFolder).orElse(folders.standardWorkFolder()));
    }

    private List<String> environments(YamlValue list) {
        List<YamlValue> entries = list.nonEmptyList();
        List<String> names = new ArrayList<>();
        for (YamlValue entry : entries) {
            entry.text().ifPresent(name -> {
                names.add(name);
                if (FileKind.ENVIRONMENT.find(name, root).isEmpty()) {
                    entry.unknown("environment", "cluster", FileKind.ENVIRONMENT.known(root));
                }
            });
        }
        Names.refuseRepeats(entries);
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
