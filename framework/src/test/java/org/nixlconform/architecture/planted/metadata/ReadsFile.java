package org.nixlconform.architecture.planted.metadata;

import java.nio.file.Files;
import java.nio.file.Path;

final class ReadsFile {
    boolean present = Files.exists(Path.of("metadata"));
}
