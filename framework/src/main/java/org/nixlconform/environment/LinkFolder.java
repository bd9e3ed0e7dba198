package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nixlconform.cluster.Node;

/** A folder of ours with links to libraries that the loader would not find by itself. */
final class LinkFolder {
    private LinkFolder() {}

    /**
     * The folder under the node's work folder, made where it is not there yet; it is named by what is in it.
     *
     * @param purpose what it is for
     * @param links files, by the names that they are needed by
     */
    static Path of(Node node, String purpose, Map<String, Path> links) throws IOException {
        List<String> parts = new ArrayList<>(List.of(purpose));
        links.forEach((name, target) -> parts.add(name + " is " + target));
        Path folder = node.workFolder().resolve("environments").resolve(Digest.of(parts));
        NodeFiles files = new NodeFiles(node.connection());
        files.makeFolders(folder);
        for (Map.Entry<String, Path> link : links.entrySet()) {
            Path place = folder.resolve(link.getKey());
            // Another run may be loading through one that is right.
            if (!files.linkTarget(place).equals(Optional.of(link.getValue().toString()))) {
                files.link(place, link.getValue());
            }
        }
        return folder;
    }
}
