package org.nixlconform.launcher;

import java.io.IOException;
import java.nio.file.Path;
import org.nixlconform.cluster.Cluster;
import org.nixlconform.cluster.EngineBundle;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.configuration.Configuration;
import org.nixlconform.environment.NixlParts;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingRenderer;

/** Takes NIXL along: run by the build of the archive, on the machine that has a package index. */
public final class Pack {
    private Pack() {}

    /** @param arguments the checkout's folder, the folder that takes NIXL's files, names of environments parted by commas */
    public static void main(String[] arguments) throws IOException {
        Path root = Path.of(arguments[0]).toAbsolutePath();
        ClusterSpec local = Configuration.cluster("local", root);
        try (Cluster cluster = Cluster.open(local, EngineBundle.below(root))) {
            for (String name : arguments[2].split(",", -1)) {
                NixlParts.take(
                        Configuration.environment(name.strip(), root),
                        cluster.nodes().get(0),
                        Path.of(arguments[1]).toAbsolutePath(),
                        line -> System.out.println("[nixlconform] " + line));
            }
        } catch (FindingException refused) {
            System.err.println(FindingRenderer.render(refused.findings()));
            System.exit(1);
        }
    }
}
