package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.nixlconform.cluster.Node;

/**
 * Where the dynamic linker of a node finds libraries by their name alone.
 *
 * @param configuration folder of the files that name such folders
 */
record LinkerCache(Node node, Path configuration) {
    LinkerCache(Node node) {
        this(node, Path.of("/etc/ld.so.conf.d"));
    }

    /** Whether this user may tell it. */
    boolean isOurs() {
        try {
            files().run("test", "-w", configuration.toString());
            return true;
        } catch (IOException notWritable) {
            return false;
        }
    }

    Path file(String name) {
        return configuration.resolve("nixlconform-" + name + ".conf");
    }

    void tell(Path file, List<Path> folders) throws IOException {
        files().write(file, folders.stream().map(folder -> folder + "\n").collect(Collectors.joining()));
        refresh();
    }

    void refresh() throws IOException {
        files().run("sh", "-c", "PATH=$PATH:/sbin:/usr/sbin ldconfig");
    }

    private NodeFiles files() {
        return new NodeFiles(node.connection());
    }
}
