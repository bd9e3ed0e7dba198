package org.nixlconform.cluster;

import java.nio.file.Path;
import java.util.Map;

/** This machine as a node. */
public final class LocalConnection {
    private LocalConnection() {}

    /**
     * @param environment in place of this JVM's own; its {@code PATH} decides where programs are found
     * @param log of our program there
     */
    public static NodeConnection open(EngineBundle bundle, Map<String, String> environment, Path log) {
        return ProgramConnection.open(new LocalLauncher(environment), bundle, log, "this machine", 0);
    }
}
