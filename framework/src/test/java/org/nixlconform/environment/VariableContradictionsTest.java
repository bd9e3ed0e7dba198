package org.nixlconform.environment;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.configuration.EnvironmentSpec.AgentSpec;
import org.nixlconform.configuration.EnvironmentSpec.NodeChoice;
import org.nixlconform.configuration.EnvironmentSpec.ProgressThread;
import org.nixlconform.configuration.EnvironmentSpec.ThreadSync;
import org.nixlconform.configuration.FabricSpec;
import org.nixlconform.configuration.FabricSpec.FabricTopology;
import org.nixlconform.configuration.FabricSpec.Provider;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.FindingException;

/** On this machine, which has a loopback interface, and no device that is called absent0. */
class VariableContradictionsTest {
    @TempDir
    static Path folder;

    private static Node node;

    @BeforeAll
    static void plant() throws Exception {
        node = new PlantedNode(folder).node();
    }

    @AfterAll
    static void close() {
        node.connection().close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            UCX           | UCX_NET_DEVICES=absent0:1,absent1      | UCX_NET_DEVICES leaves no device on node this-machine
            UCX           | UCX_TLS=tpc                            | UCX_TLS names no transport that node this-machine has
            UCX           | NIXL_BACKEND=LIBFABRIC                 | NIXL_BACKEND chooses a backend that the environment does not have
            UCX           | TRTLLM_NIXL_KVCACHE_BACKEND=LIBFABRIC  | TRTLLM_NIXL_KVCACHE_BACKEND chooses a backend
            UCX,LIBFABRIC | NIXL_BACKEND=UCX TRTLLM_NIXL_KVCACHE_BACKEND=LIBFABRIC | choose different backends
            LIBFABRIC     | FI_TCP_IFACE=absent0                   | FI_TCP_IFACE leaves no device on node this-machine
            LIBFABRIC     | FI_EFA_IFACE=absent0,absent1           | FI_EFA_IFACE leaves no device on node this-machine
            LIBFABRIC     | FI_PROVIDER=tcp FI_EFA_IFACE=absent0   | FI_PROVIDER leaves out the provider that FI_EFA_IFACE is about
            LIBFABRIC     | FI_PROVIDER=^tcp FI_TCP_IFACE=lo       | FI_PROVIDER leaves out the provider that FI_TCP_IFACE is about
            """)
    void isRefused(String backends, String variables, String headline) {
        assertThatThrownBy(() -> VariableContradictions.refuse(spec(backends, variables), node))
                .isInstanceOf(FindingException.class)
                .hasMessageContainingAll(headline, "expected", "actual", "/config/environments/planted.yaml", "remedy");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            UCX           | UCX_NET_DEVICES=lo
            UCX           | UCX_NET_DEVICES=absent0:1,lo
            UCX           | UCX_NET_DEVICES=all
            UCX           | UCX_NET_DEVICES=mlx5_*
            UCX           | UCX_NET_DEVICES=^absent0
            UCX           | UCX_TLS=tcp,self
            UCX           | UCX_TLS=^rc
            UCX           | UCX_TLS=rc:aux,sm
            LIBFABRIC     | UCX_NET_DEVICES=absent0 UCX_TLS=tpc
            UCX           | FI_TCP_IFACE=absent0
            UCX,LIBFABRIC | NIXL_BACKEND=libfabric
            LIBFABRIC     | FI_PROVIDER=tcp FI_TCP_IFACE=lo
            LIBFABRIC     | FI_PROVIDER=tcp;ofi_rxm FI_TCP_IFACE=lo
            LIBFABRIC     | FI_PROVIDER=^efa FI_TCP_IFACE=lo
            """)
    void isLeftAlone(String backends, String variables) {
        assertThatCode(() -> VariableContradictions.refuse(spec(backends, variables), node))
                .doesNotThrowAnyException();
    }

    @Test
    void whatWasMeantIsNamed() {
        assertThatThrownBy(() -> VariableContradictions.refuse(spec("UCX", "UCX_TLS=tpc"), node))
                .hasMessageContainingAll("UCX_TLS=tpc", "write 'tcp'");
    }

    @Test
    void aFabricDecidesOverTheProviderItself() {
        EnvironmentSpec spec = spec("LIBFABRIC", "FI_EFA_IFACE=absent0");
        FabricSpec fabric = new FabricSpec(Provider.SIMULATED_EFA, Optional.empty(), 4, 4, FabricTopology.NONE);

        assertThatCode(() -> VariableContradictions.refuse(over(spec, fabric), node))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> VariableContradictions.refuse(spec, node)).isInstanceOf(FindingException.class);
    }

    private static EnvironmentSpec over(EnvironmentSpec spec, FabricSpec fabric) {
        return new EnvironmentSpec(
                spec.name(),
                spec.file(),
                spec.install(),
                spec.nodes(),
                spec.variables(),
                spec.backends(),
                spec.backendParameters(),
                spec.agent(),
                spec.shimHeaders(),
                Optional.of(fabric));
    }

    private static EnvironmentSpec spec(String backends, String variables) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String variable : variables.split(" ")) {
            String[] nameAndValue = variable.split("=", 2);
            values.put(nameAndValue[0], nameAndValue[1]);
        }
        return new EnvironmentSpec(
                "planted",
                Path.of("/config/environments/planted.yaml"),
                new WheelInstall("nixl-cu12", "1.5.1"),
                NodeChoice.ALL,
                values,
                List.of(backends.split(",")),
                Map.of(),
                new AgentSpec(ProgressThread.AUTO, ThreadSync.NONE, 0));
    }
}
