package org.nixlconform.environment;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Folders of NIXL's files that lie beside our own programs, in an archive made for machines that reach no package index. Each
 * has the name that it gets on a node, below {@code environments}, and is put there in place of what would be fetched.
 *
 * @param parent need not exist
 */
record CarriedFolders(Path parent) {
    /** Below the folder that holds {@code config}. */
    static final String NAME = "nixl";

    static CarriedFolders ofThisProcess() {
        return new CarriedFolders(
                Path.of(System.getProperty("root", "")).toAbsolutePath().resolve(NAME));
    }

    Optional<Path> folder(String name) {
        return Optional.of(parent.resolve(name)).filter(Files::isDirectory);
    }
}
