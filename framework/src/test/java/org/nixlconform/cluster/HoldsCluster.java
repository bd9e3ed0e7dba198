package org.nixlconform.cluster;

import java.nio.file.Path;
import java.time.Duration;
import org.nixlconform.configuration.Configuration;

/** A run that is in the middle of something, for tests that kill it. */
final class HoldsCluster {
    private HoldsCluster() {}

    /** @param arguments a cluster's file */
    public static void main(String[] arguments) {
        try (Cluster cluster = Cluster.open(Configuration.cluster(arguments[0], Hosts.ROOT), BuiltEngine.bundle())) {
            NodeConnection connection = cluster.nodes().get(0).connection();
            NodeProcess process = connection.start(
                    Command.of("sh", "-c", "read line"), Path.of(arguments[1]).resolve("talking.log"));
            System.out.println("open " + process.pid());
            connection.run(Command.of("sleep", "300"), Duration.ofSeconds(300));
        }
    }
}
