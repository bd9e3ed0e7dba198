package org.nixlconform.configuration;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where this user's files lie.
 *
 * @param cache {@code XDG_CACHE_HOME}, where it is set to an absolute path; the XDG specification has others ignored
 */
record UserFolders(Path home, Optional<Path> cache) {

    static UserFolders ofThisProcess() {
        return new UserFolders(
                Path.of(System.getProperty("user.home")),
                Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                        .map(Path::of)
                        .filter(Path::isAbsolute));
    }

    Path standardWorkFolder() {
        return cache.orElse(home.resolve(".cache")).resolve("nixlconform");
    }

    /** Empty unless absolute once a leading {@code ~} is replaced. */
    Optional<Path> absolute(String text) {
        boolean inHome = text.equals("~") || text.startsWith("~/");
        Path path = inHome ? home.resolve(text.substring(Math.min(2, text.length()))) : Path.of(text);
        return Optional.of(path).filter(Path::isAbsolute).map(Path::normalize);
    }
}
