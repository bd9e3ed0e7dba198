package org.nixlconform.environment;

import java.util.function.Consumer;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/** Brings NIXL onto a node in the way that an environment's file asks for. */
final class Provisioning {
    private Provisioning() {}

    /** @throws FindingException when it cannot be brought there */
    static Installation provide(EnvironmentSpec spec, Node node, Consumer<String> console) {
        if (spec.install() instanceof WheelInstall wheel && !wheel.system()) {
            return new WheelInstaller(node, wheel, console).install();
        }
        throw new FindingException(Finding.of(
                FindingKind.CONFIGURATION, "environment", spec.install().described() + " cannot be installed so far"));
    }
}
