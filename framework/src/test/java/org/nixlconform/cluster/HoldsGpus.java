package org.nixlconform.cluster;

import java.time.Duration;
import java.util.Map;
import org.nixlconform.configuration.Configuration;

/** A run that holds GPUs of Ray, for tests that end it badly. */
final class HoldsGpus {
    private HoldsGpus() {}

    /** @param arguments a cluster's file, a number of GPUs */
    public static void main(String[] arguments) throws Exception {
        RayHead head = RayHead.open(Configuration.cluster(arguments[0], Hosts.ROOT));
        Map<String, Integer> wanted = Map.of(head.nodes().get(0).id(), Integer.parseInt(arguments[1]));
        System.out.println(
                "holds " + head.hold(wanted, Duration.ofSeconds(10), "held").size());
        Thread.sleep(Duration.ofMinutes(5).toMillis());
    }
}
