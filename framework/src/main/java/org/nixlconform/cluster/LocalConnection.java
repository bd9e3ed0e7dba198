package org.nixlconform.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** This machine as a node. */
public final class LocalConnection {
    private LocalConnection() {}

    /**
     * @param environment in place of this JVM's own; its {@code PATH} decides where programs are found
     * @param log of our program there
     */
    public static NodeConnection open(EngineBundle bundle, Map<String, String> environment, Path log) {
        Launcher launcher = new LocalLauncher(environment);
        try {
            Launcher.Started shell = launcher.launch(List.of("/bin/sh", "-c", Launcher.TOLD, "sh"));
            return ProgramConnection.open(launcher, shell, bundle, log, "this machine", 0);
        } catch (IOException failed) {
            throw new FindingException(
                    Finding.of(FindingKind.PREREQUISITE, "cluster", "no shell runs on this machine")
                            .with("expected", "to start /bin/sh")
                            .with("actual", String.valueOf(failed.getMessage())),
                    failed);
        }
    }
}
