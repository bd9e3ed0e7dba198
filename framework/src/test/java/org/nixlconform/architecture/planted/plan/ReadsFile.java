package org.nixlconform.architecture.planted.plan;

import java.nio.file.Files;
import java.nio.file.Path;

final class ReadsFile {
    boolean present = Files.exists(Path.of("plan"));
}
