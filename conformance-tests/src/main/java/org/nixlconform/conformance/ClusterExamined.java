package org.nixlconform.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nixlconform.cluster.Doctor;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.configuration.Configuration;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.environment.NixlParts;

/** Run by {@code -Ddoctor} alone: what a cluster's file means, and what stands in a run's way. */
class ClusterExamined {
    @Test
    void aRunCouldBegin() {
        Path root = Path.of(System.getProperty("root", "")).toAbsolutePath();
        ClusterSpec cluster = Configuration.cluster(System.getProperty("cluster", "local"), root);
        List<EnvironmentSpec> environments = cluster.environments().stream()
                .map(name -> Configuration.environment(name, root))
                .toList();
        Doctor doctor = new Doctor(cluster, environments, NixlParts::areCarried, System.out::println);

        assertThat(doctor.examine())
                .as("nothing stands in a run's way (lines that begin with !)")
                .isTrue();
    }
}
