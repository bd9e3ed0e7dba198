package org.nixlconform.configuration;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.nixlconform.message.FindingException;

/** Reads the files of one run. */
public final class Configuration {
    private Configuration() {}

    /**
     * @param nameOrPath a name under {@code config/clusters}; with a slash or ending in {@code .yaml} a path, from the
     *     current folder, then from root
     * @param root the folder that holds {@code config}
     * @throws FindingException there is no such file, or it has mistakes: then all of them at once
     */
    public static ClusterSpec cluster(String nameOrPath, Path root) {
        return cluster(nameOrPath, root, UserFolders.ofThisProcess());
    }

    static ClusterSpec cluster(String nameOrPath, Path root, UserFolders folders) {
        Path file = FileKind.CLUSTER.locate(nameOrPath, root);
        ClusterReader reader = new ClusterReader(file, root, folders);
        return YamlFile.read(FileKind.CLUSTER, file, root, reader::read);
    }

    /**
     * @param nameOrPath as for a cluster, under {@code config/environments}
     * @param root the folder that holds {@code config}
     * @throws FindingException there is no such file, or it has mistakes: then all of them at once
     */
    public static EnvironmentSpec environment(String nameOrPath, Path root) {
        Path file = FileKind.ENVIRONMENT.locate(nameOrPath, root);
        return YamlFile.read(FileKind.ENVIRONMENT, file, root, new EnvironmentReader(file, root)::read);
    }

    /**
     * What was once measured on a cluster, from the file under {@code config/references} that has the cluster's name.
     *
     * @param root the folder that holds {@code config}
     * @throws FindingException the file has mistakes: then all of them at once
     */
    public static Optional<ReferenceSpec> references(String cluster, Path root) {
        return FileKind.REFERENCES
                .find(cluster, root)
                .map(file -> YamlFile.read(FileKind.REFERENCES, file, root, new ReferenceReader(file)::read));
    }

    /**
     * The records of {@code config/known-issues.yaml}, in its order; none where there is no such file.
     *
     * @param root the folder that holds {@code config}
     * @throws FindingException the file has mistakes: then all of them at once
     */
    public static List<KnownIssueSpec> knownIssues(Path root) {
        return FileKind.KNOWN_ISSUES
                .find("known-issues", root)
                .map(file -> YamlFile.read(FileKind.KNOWN_ISSUES, file, root, KnownIssueReader::read))
                .orElse(List.of());
    }

    /** This user's folder on this machine for what is kept between runs. */
    public static Path cacheFolder() {
        return UserFolders.ofThisProcess().standardWorkFolder();
    }
}
