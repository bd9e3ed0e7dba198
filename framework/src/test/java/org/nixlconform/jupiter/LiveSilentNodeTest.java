package org.nixlconform.jupiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nixlconform.cluster.OwnJvm;
import org.nixlconform.cluster.Waiting;
import org.nixlconform.verdict.Outcome;

/** Nodes that say nothing any more, and are given up after a while. */
class LiveSilentNodeTest extends NodesThatGo {
    @Test
    @Tag("releases")
    void aHostThatFreezes() throws Exception {
        Came came = runWhile(() -> hosts.freeze(PREFILL_HOST));

        assertThat(came.first().verdict().outcome()).isEqualTo(Outcome.VIOLATES);
        assertThat(came.told()).contains("prefill-0-rank-0");
        assertThat(came.first().verdict().notes()).anyMatch(note -> note.contains(hosts.name() + "-1 was lost"));
        assertSurvivorIsSeen(came, "decode-0-rank-0");
        assertGoesOn(came);
        hosts.thaw(PREFILL_HOST);
        assertNothingRuns();
    }

    @Test
    @Tag("releases")
    void aLinkForControlThatGoesDown() throws Exception {
        Came came = runWhile(() -> hosts.in(DECODE_HOST, "ip link set ctl0 down"));

        assertNodeIsLost(came, DECODE_HOST, "decode-0-rank-0");
        assertSurvivorIsSeen(came, "prefill-0-rank-0");
        assertGoesOn(came);
        assertNothingRuns();
    }

    /** A whole run in a JVM of its own, as Maven's. */
    static final class WholeRun {
        private WholeRun() {}

        /** @param arguments an empty folder, a cluster's file */
        public static void main(String[] arguments) throws Exception {
            kit(Path.of(arguments[0]), Path.of(arguments[1])).run(LongThenShortTestCase.class);
        }
    }

    /** Two hosts notice by the end of their connections, the one whose link is down by the end of its lease. */
    @Test
    void nothingRunsAnywhereAfterTheRunIsKilled() throws Exception {
        long moved = hosts.dataBytes(DECODE_HOST);
        List<String> words = new ArrayList<>(OwnJvm.words(WholeRun.class));
        words.addAll(List.of(root.toString(), hosts.file().toString()));
        Process run = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(root.resolve("run.log").toFile())
                .start();
        try {
            Waiting.until(EVENTUALLY, () -> hosts.dataBytes(DECODE_HOST) - moved > SOME_BYTES);
            assertThat(hosts.processesOfOurs(HOSTS)).hasSizeGreaterThan(HOSTS);
            hosts.in(DECODE_HOST, "ip link set ctl0 down");
        } finally {
            run.destroyForcibly().waitFor();
        }
        Waiting.until(
                Duration.ofSeconds(20),
                () -> hosts.processesOfOurs(DECODE_HOST - 1).isEmpty());
        assertNothingRuns();
    }
}
