package org.nixlconform.jupiter;

import java.util.Optional;
import org.nixlconform.plan.Planned;

/**
 * One cell of the matrix: a declared case in one environment.
 *
 * @param name unique in a run
 * @param environment empty when no environment of the cluster has the backend
 */
record Cell(String name, String testClass, String testMethod, Planned planned, Optional<String> environment) {

    /** The name made fit for a folder. */
    String folderName() {
        return name.replace("->", "to").replaceAll("[^A-Za-z0-9._-]+", "_");
    }

    @Override
    public String toString() {
        return name;
    }
}
