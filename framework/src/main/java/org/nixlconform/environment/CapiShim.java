package org.nixlconform.environment;

import java.nio.file.Path;
import org.nixlconform.cluster.Node;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** Decides which library engines load: that of the installation, where it has one. */
final class CapiShim {
    private CapiShim() {}

    /**
     * @return a library with NIXL's C interface, on the node
     * @throws FindingException when there is none
     */
    static Path library(Node node, Installation installation) {
        return installation
                .capi()
                .orElseThrow(() -> new FindingException(Finding.of(
                                FindingKind.PREREQUISITE,
                                "environment",
                                "%s has no %s, through which NIXL is called"
                                        .formatted(installation.described(), Installation.CAPI_NAME))
                        .with("expected", Installation.CAPI_NAME + ", which NIXL has from 0.10.1 on")
                        .with("actual", "no such file beside " + installation.core())
                        .with("node", node.name())
                        .with("remedy", "name a release from 0.10.1 on")));
    }
}
