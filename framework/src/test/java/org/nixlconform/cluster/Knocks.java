package org.nixlconform.cluster;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;
import org.nixlconform.configuration.Configuration;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingRenderer;

/** Tries to get into nodes, for tests that give a JVM an environment of its own. */
final class Knocks {
    private Knocks() {}

    /** @param arguments clusters' files */
    public static void main(String[] arguments) throws Exception {
        for (String file : arguments) {
            for (NodeSpec node : Configuration.cluster(file, Hosts.ROOT).nodes()) {
                try {
                    SshLauncher launcher =
                            SshClients.connect(node.name(), node.ssh().orElseThrow());
                    byte[] said =
                            launcher.launch(List.of("echo", "in")).stdout().readAllBytes();
                    System.out.println(node.name() + ": " + new String(said, StandardCharsets.UTF_8).strip());
                    launcher.close();
                } catch (FindingException refused) {
                    System.out.println(node.name() + ": out\n" + FindingRenderer.render(refused.findings()));
                }
            }
        }
    }
}
