package org.nixlconform.launcher;

import java.util.Locale;
import java.util.Set;

/** What the program can be asked for. */
enum Command {
    RUN("[A-Za-z]\\w*Conformance", Set.of(), "judges the cells of a cluster"),
    LIST("[A-Za-z]\\w*Conformance", Set.of("list"), "names the cells that a run would take, and runs none"),
    REPLAY(
            "[A-Za-z]\\w*Conformance",
            Set.of(),
            "runs a failed cell again, by its replay.json, and says whether it reproduces"),
    DOCTOR("ClusterExamined", Set.of(), "says what each node is and what stands in a run's way; changes nothing"),
    RESTORE("NodesRestored", Set.of(), "puts back what environments changed on the nodes"),
    JUDGE("JudgeProven", Set.of(), "plants faults and proves that each is found as what it is"),
    HELP("", Set.of(), "says this");

    private final String classes;
    private final Set<String> properties;
    private final String purpose;

    /**
     * @param classes of the package with the conformance classes, a regular expression of their simple names
     * @param properties that are switched on
     */
    Command(String classes, Set<String> properties, String purpose) {
        this.classes = classes;
        this.properties = properties;
        this.purpose = purpose;
    }

    String classes() {
        return classes;
    }

    Set<String> properties() {
        return properties;
    }

    /** Whether cells are judged, and the exit code is that of the gate. */
    boolean judges() {
        return this == RUN || this == REPLAY;
    }

    String purpose() {
        return purpose;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
