package org.nixlconform.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.groups.Tuple.tuple;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.binding.Drive.Notice;

/** What the C loops leave in memory, as Java reads it. The NIXL beneath is a few lines of C; the loops have tests in C++. */
@Timeout(30)
class DriveTest {
    /** Three messages of one sender in each round; request 1 is done at once, 2 fails when posted, others when polled. */
    private static final String NIXL = """
            #include <string.h>
            #include <unistd.h>
            static int messages;
            static const char *texts[] = {"one", "one", "surprise"};
            int nixl_capi_post_xfer_req(void *agent, long request, void *options)
            { usleep(2000); return request == 1 ? 0 : request == 2 ? -4 : 1; }
            int nixl_capi_get_xfer_status(void *agent, void *request) { return -2; }
            int nixl_capi_get_notifs(void *agent, void *map, void *options) { usleep(20000); messages = 3; return 0; }
            int nixl_capi_notif_map_size(void *map, unsigned long *size) { *size = messages != 0; return 0; }
            int nixl_capi_notif_map_get_agent_at(void *map, unsigned long i, const char **agent)
            { *agent = "decode-0-rank-0"; return 0; }
            int nixl_capi_notif_map_get_notifs_size(void *map, const char *agent, unsigned long *size)
            { *size = messages; return 0; }
            int nixl_capi_notif_map_get_notif(void *map, const char *agent, unsigned long i, const void **text,
                                              unsigned long *length)
            { *text = texts[i]; *length = strlen(texts[i]); return 0; }
            int nixl_capi_notif_map_clear(void *map) { messages = 0; return 0; }
            """;

    private static final List<NixlFunction> WRITTEN = List.of(
            NixlFunction.POST_XFER_REQ,
            NixlFunction.GET_XFER_STATUS,
            NixlFunction.GET_NOTIFS,
            NixlFunction.NOTIF_MAP_SIZE,
            NixlFunction.NOTIF_MAP_GET_AGENT_AT,
            NixlFunction.NOTIF_MAP_GET_NOTIFS_SIZE,
            NixlFunction.NOTIF_MAP_GET_NOTIF,
            NixlFunction.NOTIF_MAP_CLEAR);

    @TempDir
    private Path folder;

    private final ProgressPage page = new ProgressPage();
    private Drive drive;

    @BeforeEach
    void open() throws Exception {
        String rest = Stream.of(NixlFunction.values())
                .filter(function -> !WRITTEN.contains(function))
                .map(function -> "int " + function.symbol() + "() { return 0; }\n")
                .collect(Collectors.joining());
        Path library = TinyLibrary.compile(folder, "nixl", NIXL + rest);
        Nixl nixl = Nixl.load(library.toString(), page);
        drive = new Drive(NixlAgent.create(nixl, "agent", new NixlAgent.Configuration(false, 0, 0)), page, 0);
    }

    @AfterEach
    void close() {
        drive.close();
        page.close();
    }

    @Test
    void outcomesAndNoticesAreThoseOfTheLoop() {
        drive.expect(List.of(new Notice("decode-0-rank-0", "never"), new Notice("decode-0-rank-0", "one")));
        page.reset(3, 1);
        Drive.Result result = drive.run(new long[] {3, 1, 2}, null);
        assertThat(result.status()).isZero();
        assertThat(result.outcomes())
                .extracting(Drive.Outcome::status, Drive.Outcome::failedCall, Drive.Outcome::polls)
                .containsExactly(
                        tuple(-2, "nixl_capi_get_xfer_status", 1L),
                        tuple(0, "", 0L),
                        tuple(-4, "nixl_capi_post_xfer_req", 0L));
        assertThat(result.outcomes())
                .allMatch(outcome -> outcome.postNanos() >= 2_000_000 && outcome.postNanos() <= outcome.totalNanos());
        assertThat(drive.received()).containsExactly(0, 2);
        assertThat(drive.strays()).containsExactly(new Notice("decode-0-rank-0", "surprise"));
        ProgressPage.Sample sample = page.sample();
        assertThat(sample.requests()).isEqualTo(3);
        assertThat(sample.posted()).isEqualTo(3);
        assertThat(sample.done()).isEqualTo(1);
        assertThat(sample.failed()).isEqualTo(2);
        assertThat(sample.expected()).isEqualTo(1);
        assertThat(sample.received()).isEqualTo(1);
        assertThat(sample.sinceChangeNanos()).isPositive();
    }

    @Test
    void anIdleAgentIsSeenInItsCallAndWoken() throws Exception {
        Thread idle = new Thread(() -> assertThat(drive.linger()).isZero());
        idle.start();
        ProgressPage.Sample sample = drive.lingering();
        while (!sample.call().equals("nixl_capi_get_notifs") || sample.callNanos() < 1_000_000) {
            sample = drive.lingering();
        }
        drive.wake();
        idle.join();
        assertThat(drive.lingering().call()).isEmpty();
        assertThat(drive.strays()).hasSizeGreaterThanOrEqualTo(3).contains(new Notice("decode-0-rank-0", "one"));
        drive.expect(List.of());
        assertThat(drive.strays()).isEmpty();
        // Still awake: it does not linger until it is told that it may.
        assertThat(drive.linger()).isZero();
    }

    @Test
    void aNoticeThatDoesNotFitIsRefused() {
        drive.expect(List.of(new Notice("n".repeat(63), "t".repeat(128))));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> drive.expect(List.of(new Notice("n", "t".repeat(129)))))
                .withMessage("notification text is longer than 128 bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> drive.expect(List.of(new Notice("n".repeat(64), "t"))))
                .withMessageContaining("does not fit into 64 bytes");
    }
}
