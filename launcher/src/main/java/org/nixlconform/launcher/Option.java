package org.nixlconform.launcher;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What may follow a command, each with a value. */
enum Option {
    CLUSTER("NAME", "cluster", "a file of config/clusters, by name or path; local without it", Command.values()),
    TEST("CLASS[#METHOD]", "", "one class, or one method of it; may be repeated", Command.RUN, Command.LIST),
    CELLS("PATTERN", "cells", "cells by name: * is any text; several parted by ;", Command.RUN, Command.LIST),
    BACKENDS("NAMES", "backends", "cells of these, parted by commas: UCX, LIBFABRIC", Command.RUN, Command.LIST),
    LEVEL("LEVEL", "level", "quick (without it), full or soak", Command.RUN, Command.LIST),
    TAGS("EXPRESSION", "", "classes and methods by JUnit's tags, such as \"vram & !slow\"", Command.RUN, Command.LIST),
    NIXL_VERSIONS(
            "RELEASES", "nixl.versions", "wheels at these releases in place of their own", Command.RUN, Command.LIST),
    CANARIES(
            "off",
            "canaries",
            "off: without the faults that a run plants in itself first",
            Command.RUN,
            Command.REPLAY),
    RESULTS(
            "FOLDER",
            "results",
            "takes what a run finds, and is emptied first; ./conformance without it",
            Command.RUN,
            Command.REPLAY),
    FILE("FILE", "replay", "the replay.json of a cell that failed, from its evidence", Command.REPLAY),
    WORK("FOLDER", "work", "for installed environments, in place of the cluster file's", Command.values());

    private final String value;
    private final String property;
    private final String purpose;
    private final Set<Command> commands;

    /** @param property of the run that it sets; empty where the launcher itself takes it */
    Option(String value, String property, String purpose, Command... commands) {
        this.value = value;
        this.property = property;
        this.purpose = purpose;
        this.commands = EnumSet.noneOf(Command.class);
        this.commands.addAll(Set.of(commands));
    }

    /** As it is written, such as {@code --nixl-versions}. */
    String word() {
        return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String usage() {
        return word() + " " + value;
    }

    Optional<String> property() {
        return Optional.of(property).filter(name -> !name.isEmpty());
    }

    String purpose() {
        return purpose;
    }

    boolean goesWith(Command command) {
        return commands.contains(command);
    }
}
