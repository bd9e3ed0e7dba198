package org.nixlconform.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nixlconform.environment.VariableReaders.Known;
import org.nixlconform.environment.VariableReaders.Reading;

class VariableReadersTest {
    /** Some of what libfabric 2.3 lists with its provider for EFA built in, and 2.5 without it. */
    private static final String WITH_EFA = fabric(
            "/x/libfabric.so.1",
            "2.3",
            "FI_PROVIDER",
            "FI_EFA_USE_DEVICE_RDMA",
            "FI_EFA_IFACE",
            "FI_EFA_ENABLE_SHM_TRANSFER",
            "FI_MR_CACHE_MAX_COUNT",
            "FI_MR_CACHE_MONITOR",
            "FI_EFA_TX_SIZE");

    private static final String WITHOUT_EFA = fabric(
            "/y/libfabric.so.1", "2.5", "FI_PROVIDER", "FI_TCP_IFACE", "FI_MR_CACHE_MAX_COUNT", "FI_MR_CACHE_MONITOR");

    private static final String UNUSED = """
            [1.2] [vm:1 :0]  parser.c:2578 UCX  WARN  unused environment variables: UCX_NET_DEVICEZ (maybe: \
            UCX_NET_DEVICES?); UCX_FOO (maybe: UCX_TLS?); UCX_IB_SL
            [1.2] [vm:1 :0]  parser.c:2578 UCX  WARN  (set UCX_WARN_UNUSED_ENV_VARS=n to suppress this warning)
            """;

    private final Map<String, String> variables = new LinkedHashMap<>();
    private List<String> backends = List.of("UCX", "LIBFABRIC");
    private String version = "0.8.0";
    private String fabrics = WITH_EFA;
    private String ucx = "{\"status\":0}";
    private String log = "";

    /** The list of variables that the field report gives as its remedy, on a node with EFA. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            FI_EFA_DEV_LIST                | UNREAD | no release of libfabric has it; FI_EFA_IFACE names the devices
            NIXL_BACKEND                   | UNREAD | no release of NIXL has it: an application names its backends
            TRTLLM_NIXL_KVCACHE_BACKEND    | UNREAD | TensorRT-LLM reads it
            NIXL_LIBFABRIC_NUM_RAILS       | UNREAD | no release of NIXL limits rails
            NIXL_SKIP_TOPOLOGY_CHECK       | UNREAD | no release of NIXL has it
            NIXL_CONTAINER_AWARE_TOPOLOGY  | UNREAD | no release of NIXL has it
            FI_PROVIDER                    | READ   | libfabric 2.3 (/x/libfabric.so.1)
            FI_EFA_USE_DEVICE_RDMA         | READ   | libfabric 2.3 (/x/libfabric.so.1)
            FI_EFA_INTERFACE               | UNREAD | did you mean FI_EFA_IFACE
            FI_EFA_ENABLE_SHM              | UNREAD | did you mean FI_EFA_ENABLE_SHM_TRANSFER?
            FI_MR_CACHE_MAX_COUNT          | READ   | libfabric 2.3 (/x/libfabric.so.1)
            FI_MR_CACHE_MONITOR            | READ   | libfabric 2.3 (/x/libfabric.so.1)
            """)
    void eachVariableOfTheFieldReportGetsItsWord(String name, Known known, String words) {
        Reading reading = of(name);

        assertThat(reading.known()).isEqualTo(known);
        assertThat(reading.words()).contains(words);
    }

    @Test
    void whatNobodyReadsIsSaidOnTheConsoleAndInTheReport() {
        List<String> console = new ArrayList<>();
        List<Reading> readings = List.of(of("FI_EFA_DEV_LIST"), of("FI_PROVIDER"));

        VariableReaders.announce(readings, console::add);

        assertThat(console)
                .singleElement()
                .asString()
                .startsWith("FI_EFA_DEV_LIST is set, but nothing in this environment reads it: libfabric 2.3");
        assertThat(readings.get(0).fact().value()).startsWith("set, but nothing in this environment reads it: ");
        assertThat(readings.get(1).fact().name()).isEqualTo("reader of FI_PROVIDER");
    }

    @Test
    void aLibfabricWithoutTheProviderDoesNotReadItsVariables() {
        fabrics = WITHOUT_EFA;

        assertThat(of("FI_TCP_IFACE").known()).isEqualTo(Known.READ);
        assertThat(of("FI_EFA_IFACE"))
                .isEqualTo(new Reading(
                        "FI_EFA_IFACE",
                        Known.UNREAD,
                        "libfabric 2.5 (/y/libfabric.so.1) does not list it, nor any other of FI_EFA_*"));
        assertThat(of("FI_TCP_IFACES").words()).endsWith("does not list it; did you mean FI_TCP_IFACE?");
    }

    @Test
    void ofTwoLibfabricsThatAreLoadedEitherMayReadIt() {
        fabrics = WITH_EFA + "," + WITHOUT_EFA;

        assertThat(of("FI_TCP_IFACE").words()).isEqualTo("libfabric 2.5 (/y/libfabric.so.1)");
        assertThat(of("FI_PSM_X").words())
                .startsWith("libfabric 2.3 (/x/libfabric.so.1) and libfabric 2.5 (/y/libfabric.so.1) does not list it");
    }

    @Test
    void withoutALibfabricNothingIsClaimedUnlessTheBackendIsAbsent() {
        fabrics = "";
        assertThat(of("FI_PROVIDER").known()).isEqualTo(Known.NOT_KNOWN);
        assertThat(of("FI_TCP_IFACES").words()).endsWith("could be asked; did you mean FI_TCP_IFACE?");
        // This one is in no libfabric at all.
        assertThat(of("FI_EFA_DEV_LIST").known()).isEqualTo(Known.UNREAD);

        backends = List.of("UCX");
        assertThat(of("FI_PROVIDER").words()).isEqualTo("without the backend LIBFABRIC there is no libfabric in it");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1.3.2 | NIXL_UCX_DEEPBIND               | UNREAD    | NIXL reads it from 1.4.0 on, this is 1.3.2
            1.4.0 | NIXL_UCX_DEEPBIND               | READ      | NIXL
            1.4.0 | NIXL_LIBFABRIC_NUM_THREADS      | READ      | NIXL's plug-in LIBFABRIC
            0.8.0 | NIXL_DISABLE_CUDA_ADDR_WA       | READ      | NIXL's plug-in UCX
            1.5.1 | NIXL_DISABLE_CUDA_ADDR_WA       | READ      | NIXL's plug-in LIBFABRIC
            1.5.1 | NIXL_LOG_LEVLE                  | UNREAD    | no release of NIXL from 0.6.1 to 1.5.1 has it; did you mean NIXL_LOG_LEVEL?
            9.0.0 | NIXL_LOG_LEVLE                  | NOT_KNOWN | the table of variables, which does not have it, ends with NIXL 1.5.1; did you mean NIXL_LOG_LEVEL?
                  | NIXL_UCX_DEEPBIND               | READ      | NIXL, from 1.4.0 on; which this is, is not said
            1.5.1 | VLLM_NIXL_SIDE_CHANNEL_PORT     | UNREAD    | vLLM reads it, which is no part of it
            1.5.1 | TRTLLM_ANYTHING                 | UNREAD    | TensorRT-LLM reads it, which is no part of it
            1.5.1 | LD_LIBRARY_PATH                 | READ      | the dynamic linker
            1.5.1 | SITE_TOKEN                      | NOT_KNOWN | the table of variables does not have it
            """)
    void theTableSaysIt(String release, String name, Known known, String words) {
        version = release == null ? "" : release;

        assertThat(of(name)).isEqualTo(new Reading(name, known, words));
    }

    @Test
    void aPluginThatIsNotInUseReadsNothing() {
        version = "1.5.1";
        backends = List.of("UCX");

        assertThat(of("NIXL_LIBFABRIC_NUM_THREADS").words())
                .isEqualTo("NIXL's plug-in LIBFABRIC reads it, which is no part of it");
        assertThat(of("NIXL_UCX_SGL_ENABLE").known()).isEqualTo(Known.READ);
    }

    @Test
    void ucxSaysItselfWhatItDoesNotRead() {
        log = UNUSED;

        assertThat(of("UCX_TLS")).isEqualTo(new Reading("UCX_TLS", Known.READ, "UCX"));
        assertThat(of("UCX_RC_SL").known()).isEqualTo(Known.READ);
        assertThat(of("UCX_IB_SL").known()).isEqualTo(Known.UNREAD);
        assertThat(of("UCX_NET_DEVICEZ").words())
                .isEqualTo("UCX says that it does not use it here; did you mean UCX_NET_DEVICES?");
        assertThat(VariableReaders.unusedByUcx("UCX  WARN  unused env variable: UCX_ONE (set UCX_WARN_X=n)\n"))
                .containsExactly("UCX_ONE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UCX_LOG_LEVEL=error", "UCX_LOG_FILE=/tmp/ucx.log", "UCX_WARN_UNUSED_ENV_VARS=n"})
    void whereUcxIsKeptFromSayingItNothingIsClaimed(String setting) {
        String[] nameAndValue = setting.split("=", 2);
        variables.put(nameAndValue[0], nameAndValue[1]);

        assertThat(of("UCX_FOO").known()).isEqualTo(Known.NOT_KNOWN);
        assertThat(of("UCX_FOO").words()).startsWith(nameAndValue[0] + " keeps UCX from telling it");
        assertThat(of("UCX_TLS").words())
                .isEqualTo("UCX, as far as the table of variables goes: " + nameAndValue[0]
                        + " keeps UCX from telling it");
    }

    @Test
    void aUcxThatDidNotStartHasNotSaidIt() {
        ucx = "{\"status\":-2,\"statusName\":\"BACKEND\"}";

        assertThat(of("UCX_FOO").known()).isEqualTo(Known.NOT_KNOWN);
        backends = List.of("LIBFABRIC");
        assertThat(of("UCX_FOO").known()).isEqualTo(Known.UNREAD);
    }

    @Test
    void aProbeThatDiedLeavesOnlyWhatTheTableSays() {
        VariableReaders readers = new VariableReaders(
                VariableTable.read(),
                backends,
                Optional.of("0.8.0"),
                variables,
                new Probe.Outcome(Optional.empty(), Optional.empty(), Map.of(), ""));

        assertThat(readers.of("FI_PROVIDER").known()).isEqualTo(Known.NOT_KNOWN);
        assertThat(readers.of("NIXL_SKIP_TOPOLOGY_CHECK").known()).isEqualTo(Known.UNREAD);
    }

    @Test
    void aLineThatIsNotAsTheTableExplainsIsRefused() {
        assertThatThrownBy(() -> VariableTable.of("NIXL_X | NIXL | 1.0.0 -"))
                .hasMessageContaining("found 'NIXL_X | NIXL | 1.0.0 -'");
        assertThat(VariableTable.read().lines()).hasSizeGreaterThan(100);
    }

    private Reading of(String name) {
        String report = "{\"functions\":104,\"backends\":{\"UCX\":%s},\"fabrics\":[%s]}".formatted(ucx, fabrics);
        return new VariableReaders(
                        VariableTable.read(),
                        backends,
                        Optional.of(version).filter(given -> !given.isEmpty()),
                        variables,
                        new Probe.Outcome(ProbeReport.in(report), Optional.empty(), Map.of(), log))
                .of(name);
    }

    private static String fabric(String file, String version, String... variables) {
        return "{\"file\":\"%s\",\"version\":\"%s\",\"variables\":[%s]}"
                .formatted(
                        file,
                        version,
                        Stream.of(variables).map(name -> '"' + name + '"').collect(Collectors.joining(",")));
    }
}
