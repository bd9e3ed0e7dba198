package org.nixlconform.binding;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.binding.Storm.Counts;
import org.nixlconform.binding.Storm.Oddity;

/** Both ends of a storm over a NIXL of a few lines, which does with the seventh message what the name of its agent says. */
@Timeout(60)
class StormTest {
    private static final int TRANSFERS = 20;
    private static final int STANDALONE = 2;
    private static final int BLOCKS = 4;
    private static final int SEVENTH = 6;
    private static final int SIZE = 40;

    /** Messages are kept until they are collected. A request is its text; moving is writing a number to each local place. */
    private static final String NIXL = """
            #include <stdlib.h>
            #include <string.h>
            struct message { const char *from; char text[64]; unsigned long length; };
            static struct message messages[200];
            static int count, shown, looks;
            static char name[64], bound[64];
            static unsigned long bound_length, moves;
            struct request { char text[64]; unsigned long length; unsigned long *local; int places[8]; unsigned long n; };
            int nixl_capi_create_configured_agent(const char *n, void *config, void **agent)
            { strcpy(name, n); *agent = name; count = shown = 0; return 0; }
            static void put(const char *text, unsigned long length, const char *from)
            { messages[count].from = from; memcpy(messages[count].text, text, length); messages[count++].length = length; }
            static void send(const char *text, unsigned long length) {
                int seventh = count == 6;
                if (seventh && !strcmp(name, "lose")) { count++; messages[6].from = 0; return; }
                put(text, length, seventh && !strcmp(name, "rename") ? "stranger" : name);
                if (seventh && !strcmp(name, "double")) put(text, length, name);
                if (seventh && !strcmp(name, "alter")) messages[6].text[20] ^= 1;
                if (seventh && !strcmp(name, "cut")) messages[6].length = 15;
            }
            int nixl_capi_opt_args_set_notif_msg(void *o, const char *t, unsigned long n)
            { memcpy(bound, t, n); bound_length = n; return 0; }
            int nixl_capi_make_xfer_req(void *a, int op, unsigned long *local, const int *li, unsigned long ln, void *r,
                                        const int *ri, unsigned long rn, void **out, void *o) {
                struct request *made = calloc(1, sizeof *made);
                memcpy(made->text, bound, bound_length);
                made->length = bound_length; made->local = local; made->n = ln;
                for (unsigned long i = 0; i < ln; i++) made->places[i] = li[i];
                *out = made;
                return 0;
            }
            int nixl_capi_post_xfer_req(void *a, struct request *r, void *o)
            {
                moves++;
                for (unsigned long i = 0; i < r->n && !(moves == 7 && !strcmp(name, "hollow")); i++)
                    r->local[r->places[i]] = moves;
                send(r->text, r->length);
                return moves % 2;
            }
            int nixl_capi_get_xfer_status(void *a, void *r) { return 0; }
            int nixl_capi_release_xfer_req(void *a, void *r) { return 0; }
            int nixl_capi_destroy_xfer_req(void *r) { free(r); return 0; }
            int nixl_capi_gen_notif(void *a, const char *p, const char *t, unsigned long n, void *o)
            { send(t, n); return 0; }
            static void skip(void) { while (shown < count && messages[shown].from == 0) shown++; }
            /* The first look is the initiator's, which is told nothing. */
            int nixl_capi_get_notifs(void *agent, void *map, void *options) { looks++; return 0; }
            int nixl_capi_notif_map_size(void *map, unsigned long *size) { skip(); *size = looks > 1 && shown < count; return 0; }
            int nixl_capi_notif_map_get_agent_at(void *map, unsigned long i, const char **agent)
            { *agent = messages[shown].from; return 0; }
            int nixl_capi_notif_map_get_notifs_size(void *map, const char *agent, unsigned long *size)
            { *size = 1; return 0; }
            int nixl_capi_notif_map_get_notif(void *map, const char *agent, unsigned long i, const void **text,
                                              unsigned long *length)
            { *text = messages[shown].text; *length = messages[shown].length; return 0; }
            int nixl_capi_notif_map_clear(void *map) { shown++; return 0; }
            """;

    private static final List<NixlFunction> WRITTEN = List.of(
            NixlFunction.CREATE_CONFIGURED_AGENT,
            NixlFunction.OPT_ARGS_SET_NOTIF_MSG,
            NixlFunction.MAKE_XFER_REQ,
            NixlFunction.POST_XFER_REQ,
            NixlFunction.GET_XFER_STATUS,
            NixlFunction.RELEASE_XFER_REQ,
            NixlFunction.DESTROY_XFER_REQ,
            NixlFunction.GEN_NOTIF,
            NixlFunction.GET_NOTIFS,
            NixlFunction.NOTIF_MAP_SIZE,
            NixlFunction.NOTIF_MAP_GET_AGENT_AT,
            NixlFunction.NOTIF_MAP_GET_NOTIFS_SIZE,
            NixlFunction.NOTIF_MAP_GET_NOTIF,
            NixlFunction.NOTIF_MAP_CLEAR);

    @TempDir
    private Path folder;

    private final ProgressPage page = new ProgressPage();

    private record Seen(Counts sent, Counts received, List<Oddity> oddities, long strangers) {}

    @AfterEach
    void close() {
        page.close();
    }

    @Test
    void eachMessageComesOnceAndEachBlockIsMoved() throws Exception {
        Seen seen = run("clean");

        assertThat(seen.sent().done()).isEqualTo(TRANSFERS);
        assertThat(seen.sent().inPost()).isEqualTo(TRANSFERS / 2);
        assertThat(seen.sent().sent()).isEqualTo((long) TRANSFERS * STANDALONE);
        assertThat(seen.sent().hollow()).isZero();
        assertThat(seen.received().receivedBound()).isEqualTo(TRANSFERS);
        assertThat(seen.received().receivedStandalone()).isEqualTo((long) TRANSFERS * STANDALONE);
        assertThat(seen.received().firstMissing()).isEqualTo(-1);
        assertThat(seen.oddities()).isEmpty();
        assertThat(seen.sent().bound())
                .hasSize(TRANSFERS)
                .allSatisfy(time -> assertThat(time.done())
                        .isGreaterThanOrEqualTo(time.sent())
                        .isPositive());
        assertThat(seen.received().standalone())
                .allSatisfy(time -> assertThat(time.seen()).isPositive());
    }

    @Test
    void oneThatIsLostIsMissingByItsNumber() throws Exception {
        Seen seen = run("lose");

        assertThat(seen.received().receivedBound()).isEqualTo(TRANSFERS - 1);
        assertThat(seen.received().firstMissing()).isEqualTo(SEVENTH);
        assertThat(seen.oddities()).isEmpty();
    }

    @Test
    void oneThatComesAgainIsNoOther() throws Exception {
        Seen seen = run("double");

        assertThat(seen.received().again()).isEqualTo(1);
        assertThat(seen.received().receivedBound()).isEqualTo(TRANSFERS);
        assertThat(only(seen.oddities()).kind()).isEqualTo("AGAIN");
    }

    @Test
    void oneThatIsAlteredSaysFromWhichByteOn() throws Exception {
        Oddity altered = only(run("alter").oddities());

        assertThat(altered.kind()).isEqualTo("ALTERED");
        assertThat(altered.message()).isEqualTo(SEVENTH);
        assertThat(altered.at()).isEqualTo(20);
        assertThat(altered.found()[0] ^ altered.expected()[0]).isEqualTo(1);
        Oddity cut = only(run("cut").oddities());
        assertThat(cut.length()).isEqualTo(15);
        assertThat(cut.expectedLength()).isEqualTo(SIZE);
        assertThat(cut.found()).isEmpty();
    }

    @Test
    void oneOfAnUnknownSenderIsAStrangers() throws Exception {
        Seen seen = run("rename");

        assertThat(seen.strangers()).isEqualTo(1);
        assertThat(only(seen.oddities()).kind()).isEqualTo("STRANGER");
        assertThat(only(seen.oddities()).message()).isEqualTo(SEVENTH);
    }

    @Test
    void aTransferThatLeavesItsPlaceAsItWasIsHollow() throws Exception {
        Seen seen = run("hollow");

        assertThat(seen.sent().hollow()).isEqualTo(1);
        assertThat(seen.sent().firstHollow()).isEqualTo(SEVENTH);
    }

    @Test
    void textsAreNumberedAndDifferFromPairToPair() {
        byte[] text = Storm.text(1, 2, 3, SIZE);

        assertThat(text).startsWith(3, 0, 0, 0, ':', 2, 0, 0, 0, 0, 0, 0, 0);
        assertThat(Storm.text(1, 2, 3, SIZE)).isEqualTo(text);
        assertThat(Storm.text(1, 4, 3, SIZE)).isNotEqualTo(text);
        assertThat(Storm.text(5, 2, 3, SIZE)).isNotEqualTo(text);
        assertThat(Storm.text(1, 2, 3, 0)).isEmpty();
    }

    private static Oddity only(List<Oddity> oddities) {
        assertThat(oddities).hasSize(1);
        return oddities.get(0);
    }

    private Seen run(String agentName) throws Exception {
        String rest = Stream.of(NixlFunction.values())
                .filter(function -> !WRITTEN.contains(function))
                .map(function -> "int " + function.symbol() + "() { return 0; }\n")
                .collect(Collectors.joining());
        Path library = TinyLibrary.compile(folder, agentName, NIXL + rest);
        Nixl nixl = Nixl.load(library.toString(), page);
        NixlAgent agent = NixlAgent.create(nixl, agentName, new NixlAgent.Configuration(false, 0, 0));
        long messages = (long) TRANSFERS * (1 + STANDALONE);
        Storm.Shape shape = new Storm.Shape(
                7, new int[] {SIZE}, 2, TRANSFERS, STANDALONE, 2, 0, 0, 0, 20_000_000, 0, false, TRANSFERS);
        try (NativeMemory places = NativeMemory.allocate(BLOCKS * Long.BYTES)) {
            page.reset(TRANSFERS, 0);
            int[] indices = IntStream.range(0, BLOCKS).toArray();
            long[] tails = IntStream.range(0, BLOCKS)
                    .mapToLong(block -> places.address() + (long) block * Long.BYTES)
                    .toArray();
            Storm.Peer target = new Storm.Peer("target", 9, places.address(), 1, indices, indices, tails, 1);
            try (Storm sending = new Storm(agent, page, shape, List.of(target))) {
                assertThat(sending.send()).isZero();
                Counts sent = sending.counts(0);
                boolean loses = agentName.equals("lose")
                        || agentName.equals("alter")
                        || agentName.equals("cut")
                        || agentName.equals("rename");
                page.reset(0, (int) messages - (loses ? 1 : 0));
                Storm.Peer source = new Storm.Peer(agentName, 9, 0, 0, new int[0], new int[0], new long[0], 1);
                try (Storm collecting = new Storm(agent, page, shape, List.of(source))) {
                    assertThat(collecting.collect()).isZero();
                    return new Seen(sent, collecting.counts(0), collecting.oddities(), collecting.strangers());
                }
            }
        }
    }
}
