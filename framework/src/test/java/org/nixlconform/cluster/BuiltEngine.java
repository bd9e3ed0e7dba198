package org.nixlconform.cluster;

import java.nio.file.Path;
import java.util.Map;

/** The engine that the build of module native made. */
public final class BuiltEngine {
    private BuiltEngine() {}

    public static EngineBundle bundle() {
        return EngineBundle.in(Path.of("..", "native", "target", "engine"));
    }

    /** @param folder for the log of our program */
    public static NodeConnection here(Map<String, String> environment, Path folder) {
        return LocalConnection.open(bundle(), environment, folder.resolve("node.log"));
    }
}
