package org.nixlconform.configuration;

import java.nio.file.Files;
import java.nio.file.Path;

/** The folder that holds {@code config}, from wherever inside the project a test runs. */
final class ProjectFolder {
    private ProjectFolder() {}

    static Path find() {
        Path start = Path.of("").toAbsolutePath();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve("config/clusters"))) {
                return folder;
            }
        }
        throw new IllegalStateException("no folder at or above " + start + " holds config/clusters");
    }
}
