package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.FindingKind;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.verdict.Outcome;

/** Engines, links and sessions that end while a run uses them. */
class LiveLostNodeTest extends NodesThatGo {
    @Test
    @Tag("releases")
    void anEngineThatIsKilled() throws Exception {
        Came came = runWhile(() -> hosts.in(PREFILL_HOST, "pkill -KILL -f '[r]ank prefill'"));

        assertThat(came.first().verdict().outcome()).isEqualTo(Outcome.VIOLATES);
        assertThat(came.kinds()).contains(FindingKind.ENGINE_DIED);
        assertThat(came.told()).contains("prefill-0-rank-0 ended by itself, SIGKILL, while data were transferred");
        assertSurvivorIsSeen(came, "decode-0-rank-0");
        assertGoesOn(came);
    }

    @Test
    void aLinkForDataThatGoesDown() throws Exception {
        Came came = runWhile(() -> hosts.in(DECODE_HOST, "ip link set data0 down"));

        assertThat(came.kinds()).containsExactly(FindingKind.STALLED);
        assertThat(came.told()).contains("slices arrived and none in the last", "on decode-0-rank-0");
        assertSurvivorIsSeen(came, "decode-0-rank-0");
        assertSurvivorIsSeen(came, "prefill-0-rank-0");
        assertThat(came.next().verdict().outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(FindingRenderer.render(came.next().verdict().findings()))
                .contains("the interface for data of node " + hosts.name() + "-3 is down");
    }

    @Test
    void sessionsThatAreKilled() throws Exception {
        Came came = runWhile(() -> hosts.killSessions(DECODE_HOST));

        assertNodeIsLost(came, DECODE_HOST, "decode-0-rank-0");
        assertSurvivorIsSeen(came, "prefill-0-rank-0");
        assertGoesOn(came);
    }

    @Test
    void aNodeThatIsLostWhileItsEnvironmentIsSetUp() throws Exception {
        CompletableFuture<Void> acting = when(
                () -> hosts.in(2, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '").contains("process.Main probe"),
                () -> hosts.killSessions(2));
        ConformanceKit.Run run = kit().run(LongThenShortTestCase.class);
        acting.join();

        assertThat(run.reporter().published()).isEmpty();
        assertThat(run.methods())
                .anyMatch(method -> method.message()
                        .contains("node " + hosts.name() + "-2 was lost while environment nixl was set up there"))
                .noneMatch(method -> method.message().contains("nixl_capi"));
    }

    @Test
    void aNodeThatIsLostBeforeTheFirstCallOfNixl() throws Exception {
        Came came = runWhile(
                () -> hosts.in(DECODE_HOST, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
                        .contains("process.Main warden"),
                () -> hosts.killSessions(DECODE_HOST));

        // A slow test may come when NIXL was called already: then it is judged.
        if (came.first().observation().isEmpty()) {
            assertThat(came.first().verdict().outcome()).isEqualTo(Outcome.BROKEN);
            assertThat(came.told()).contains("node " + hosts.name() + "-3 was lost while engines were started");
        } else {
            assertNodeIsLost(came, DECODE_HOST, "decode-0-rank-0");
        }
        assertGoesOn(came);
    }
}
