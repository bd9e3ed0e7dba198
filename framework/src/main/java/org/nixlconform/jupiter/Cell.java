package org.nixlconform.jupiter;

import java.util.List;
import java.util.Optional;
import org.nixlconform.plan.Planned;

/**
 * One cell of the matrix: a declared case in one environment.
 *
 * @param name unique in a run
 * @param environment empty when the cluster has none for the case
 * @param environmentsAsked names that the case gives, empty where it is for any
 */
record Cell(
        String name,
        String testClass,
        String testMethod,
        Planned planned,
        Optional<String> environment,
        List<String> environmentsAsked) {

    Cell named(String other) {
        return new Cell(other, testClass, testMethod, planned, environment, environmentsAsked);
    }

    /** The name made fit for a folder. */
    String folderName() {
        return name.replace("->", "to").replaceAll("[^A-Za-z0-9._-]+", "_");
    }

    @Override
    public String toString() {
        return name;
    }
}
