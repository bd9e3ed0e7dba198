package org.nixlconform.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With lines that the libraries wrote. */
class LogLevelTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "W1121 10:38:47.900654   22418 nixl_plugin_manager.cpp:517] Plugin file does not exist: /n/libplugin_X.so",
                "W1121 10:40:06.426767   22556 ucx_enums.cpp:58] Unexpected UCX error: Destination is unreachable",
                "[1795257530.311266] [node:22475:0]     ucp_context.c:1508 UCX  WARN  transport 'bogus' is not available",
                "[1795257780.565727] [node:22684:0]          parser.c:2578 UCX  WARN  unused environment variable: UCX_X",
                "libfabric:1242394:1760404169::efa:cq:efa_cq_handle_error():103<warn> ",
                "OpenJDK 64-Bit Server VM warning: You have loaded library /n/libx.so which might have disabled stack guard.",
            })
    void aWarningIsSeen(String line) {
        assertThat(LogLevel.of(line)).contains(LogLevel.WARN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "E1121 10:38:47.900707   22418 nixl_agent.cpp:334] createBackend: unsupported backend 'NOPE'",
                "F1121 10:38:47.900707   22418 serdes.cpp:16] Check failed: size > 0",
                "[1795257606.426734] [node:22556:0]          select.c:722  UCX  ERROR   no active messages transport",
                "[1795257606.426734] [node:22556:0:22556]     ib_mlx5.c:12   UCX  FATAL fatal error",
                "# A fatal error has been detected by the Java Runtime Environment:",
                "terminate called after throwing an instance of 'std::bad_alloc'",
                "Exception in thread \"main\" java.lang.UnsatisfiedLinkError: libx.so: cannot open",
                "java.lang.IllegalStateException: the step 'open' must come first",
                "nixlconform engine: polling while idle returned -2 (BACKEND)",
                "[0.006s][error  ][os] Failed to reserve memory",
            })
    void anErrorIsSeen(String line) {
        assertThat(LogLevel.of(line)).contains(LogLevel.ERROR);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[1795313631.436152] [node:23465:0]  ucp_worker.c:1997 UCX  INFO    decode-0-rank-0 intra-node cfg#1 am(tcp/lo)",
                "[1795314084.535238] [node:7921 :0]  ucp_worker.c:1912 UCX  INFO    ucp_context_0 inter-node cfg#2 am(tcp/eth0)",
                "I1122 02:13:50.994505   23465 libfabric_rail_manager.cpp:232] Created 4 rails using provider=tcp",
            })
    void whichWayBlocksTakeIsSeen(String line) {
        assertThat(LogLevel.of(line)).contains(LogLevel.PATH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "I1121 10:38:47.900654   22418 nixl_agent.cpp:300] Backend UCX created",
                "[1795257530.311266] [node:22475:0]     ucp_context.c:1508 UCX  INFO  Version 1.23.0",
                "[1795257530.311266] [node:22475:0]     parser.c:2314 UCX  DEBUG  UCX_LOG_LEVEL=WARN",
                "libfabric:1242394:1760404169::core:core:fi_getinfo_():1352<info> Since efa can be used",
                "Created 4 rails using provider=efa, no <warn> here",
                "[0.011s][info   ][gc] Using Serial",
                "[0.011s][warning][os,container] Duplicate cpuset controllers detected.",
                "\tat org.nixlconform.engine.process.RankSession.present(RankSession.java:470)",
                "What W1121 10:38:47 looks like",
                "no ERROR, only the word",
            })
    void theRestIsNot(String line) {
        assertThat(LogLevel.of(line)).isEmpty();
    }

    @Test
    void aLineOfBothIsAnError() {
        assertThat(LogLevel.of("E1121 10:38:47.9 1 ucx.cpp:1] said: UCX  WARN  x"))
                .contains(LogLevel.ERROR);
    }
}
