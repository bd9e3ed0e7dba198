package org.nixlconform.engine.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nixlconform.binding.InstalledWheel;
import org.nixlconform.binding.Payload;
import org.nixlconform.engine.protocol.ArenaShape;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.FromWarden;
import org.nixlconform.engine.protocol.PairShape;
import org.nixlconform.engine.protocol.ServingShape;
import org.nixlconform.engine.protocol.ToRank;
import org.nixlconform.engine.protocol.ToWarden;
import org.nixlconform.engine.protocol.ToWarden.Lane;

/** One pair of ranks moves blocks through real NIXL: a warden, two engines, UCX, host memory. */
@Timeout(120)
class RealTransferTest {
    private static final String PREFILL = "prefill-0-rank-0";
    private static final String DECODE = "decode-0-rank-0";
    private static final int REGIONS = 4;
    private static final int[] SOURCES = {7, 2, 19, 0, 11, 5};
    private static final int[] DESTINATIONS = {3, 18, 1, 12, 9, 6};
    private static final int PREFIX = 1;
    private static final int MOVED = (SOURCES.length - PREFIX) * REGIONS;

    /** As real environments have them; the last one is unknown to UCX, which says so on standard output. */
    private static final Map<String, String> ENVIRONMENT =
            Map.of("UCX_ERROR_SIGNALS", "", "UCX_DEBUG_SIGNO", "", "UCX_NIXLCONFORM_TEST", "1");

    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>(ENVIRONMENT);

    private Path library;

    @BeforeEach
    void findNixl() throws IOException {
        Optional<Path> wheel = InstalledWheel.library();
        assumeTrue(wheel.isPresent(), InstalledWheel.ABSENT);
        library = wheel.get();
    }

    /** From now on engines load the fault library. @return where it writes down what it did */
    private Path plant(String faults) throws IOException {
        Path plan = folder.resolve("faults.json");
        Path trace = folder.resolve("faults.trace");
        Files.writeString(plan, """
                {"library": "%s", "trace": "%s", "faults": [%s]}""".formatted(library, trace, faults));
        environment.put("NIXLCONFORM_FAULT_PLAN", plan.toString());
        library = Path.of(System.getProperty("nixlconform.library")).resolveSibling("libnixlconform_fault.so");
        return trace;
    }

    @ParameterizedTest(name = "write={0}")
    @ValueSource(booleans = {false, true})
    void everyBlockOfOnePairArrivesInEveryIteration(boolean write) throws Exception {
        try (WardenProcess warden = connected(write, false)) {
            String initiator = write ? PREFILL : DECODE;
            String target = write ? DECODE : PREFILL;
            for (int iteration = 0; iteration < 2; iteration++) {
                FromRank.Armed armed = arm(warden, iteration);
                assertThat(armed.slices()).isEqualTo(MOVED);
                assertThat(armed.alreadyRight()).isZero();
                FromRank.Transferred transferred = transfer(warden, iteration, initiator, target);
                assertThat(transferred.requests()).singleElement().satisfies(request -> {
                    assertThat(request.status()).isZero();
                    assertThat(request.peer()).isEqualTo(target);
                    assertThat(request.bytes()).isEqualTo(MOVED * prefill().blockBytes(0));
                    assertThat(request.totalNanos()).isGreaterThanOrEqualTo(request.postNanos());
                });
                for (String label : List.of(PREFILL, DECODE)) {
                    FromRank.Verified verified = verify(warden, iteration, label);
                    assertThat(verified.runsDiffering()).as("%s", verified).isZero();
                    assertThat(verified.bytesVerified())
                            .isEqualTo((label.equals(PREFILL) ? prefill() : decode()).totalBytes());
                    assertThat(verified.strays()).isEmpty();
                    assertThat(verified.notices()).hasSize(label.equals(target) ? 1 : 0);
                    assertThat(verified.notices()).allMatch(notice -> notice.received() == 1);
                }
            }
            close(warden);
            // UCX prints its warnings on standard output, and they reach the warden as what they are.
            assertThat(warden.said(
                            FromWarden.Logged.class, logged -> logged.label().equals(DECODE)))
                    .satisfies(logged -> assertThat(logged.level()).isEqualTo("WARN"))
                    .satisfies(logged -> assertThat(logged.text()).contains("unused environment variable"));
        }
    }

    /** The planted fault: remote indices counted with the wrong cache's number of blocks. NIXL itself sees no fault. */
    @Test
    void blocksTakenFromTheWrongPlaceAreFound() throws Exception {
        try (WardenProcess warden = connected(false, true)) {
            arm(warden, 0);
            assertThat(transfer(warden, 0, DECODE, PREFILL).requests().get(0).status())
                    .isZero();
            FromRank.Verified verified = verify(warden, 0, DECODE);
            // Region 0 is right: its indices are the same in both countings.
            long wrong = MOVED / REGIONS * (REGIONS - 1);
            assertThat(verified.runsDiffering()).isEqualTo(wrong);
            assertThat(verified.byClassification()[Payload.CLASSIFICATIONS.indexOf("MISPLACED")])
                    .isEqualTo(wrong);
            // In region 1 an index is short by one block.
            assertThat(verified.differences())
                    .hasSize(3)
                    .allMatch(difference -> difference.classification().equals("MISPLACED")
                            && difference.foundLocation()
                                    == difference.expectedLocation() - prefill().blockBytes(0));
            assertThat(verify(warden, 0, PREFILL).runsDiffering()).isZero();
            close(warden);
        }
    }

    @ParameterizedTest(name = "write={0}")
    @ValueSource(booleans = {false, true})
    void theFaultLibraryWithoutFaultsLeavesATransferAlone(boolean write) throws Exception {
        Path trace = plant("");
        everyBlockOfOnePairArrivesInEveryIteration(write);
        assertThat(trace).isEmptyFile();
    }

    @Test
    void aPlantedBitIsFoundInItsSliceAndNowhereElse() throws Exception {
        Path trace = plant("""
                {"fault": "flip", "rank": "%s", "request": 1, "descriptor": 3, "byte": 77, "bit": 4}""".formatted(DECODE));
        try (WardenProcess warden = connected(false, false)) {
            for (int iteration = 0; iteration < 3; iteration++) {
                arm(warden, iteration);
                assertThat(transfer(warden, iteration, DECODE, PREFILL).requests())
                        .allMatch(request -> request.status() == 0);
                FromRank.Verified verified = verify(warden, iteration, DECODE);
                assertThat(verified.runsDiffering()).as("%s", verified).isEqualTo(iteration == 1 ? 1 : 0);
                assertThat(verified.notices()).isEmpty();
                if (iteration == 1) {
                    FromRank.Difference difference = verified.differences().get(0);
                    assertThat(difference.classification()).isEqualTo("FOREIGN");
                    assertThat(difference.runOffset())
                            .isEqualTo(decode().regionOffset(0) + DESTINATIONS[PREFIX + 3] * decode().blockBytes(0));
                    assertThat(difference.firstOffset()).isEqualTo(difference.runOffset() + 77);
                    assertThat(difference.differingBytes()).isEqualTo(1);
                    assertThat(difference.bitDistance()).isEqualTo(1);
                }
                assertThat(verify(warden, iteration, PREFILL).runsDiffering()).isZero();
            }
            close(warden);
        }
        assertThat(trace).hasContent(DECODE + " flip request=1 descriptor=3 byte=77 bit=4");
    }

    @Test
    void whatNixlMustRefuseIsRefusedAndATransferStillPasses() throws Exception {
        try (WardenProcess warden = connected(false, false)) {
            warden.send(
                    DECODE,
                    new ToRank.TryInvalid(
                            List.of("INDEX_PAST_END", "NEGATIVE_INDEX", "UNEQUAL_COUNTS", "UNEQUAL_LENGTHS", "EMPTY")));
            assertThat(warden.answer(DECODE, FromRank.Tried.class).attempts())
                    .hasSize(5)
                    .filteredOn(attempt -> !attempt.request().equals("EMPTY"))
                    .allMatch(attempt -> attempt.status() < 0);
            warden.send(DECODE, new ToRank.Reference(2, Map.of()));
            FromRank.Referenced reference = warden.answer(DECODE, FromRank.Referenced.class);
            assertThat(reference.bytes()).isEqualTo(MOVED * prefill().blockBytes(0));
            assertThat(reference.passNanos()).hasSize(2).allMatch(nanos -> nanos > 0);
            arm(warden, 0);
            transfer(warden, 0, DECODE, PREFILL);
            assertThat(verify(warden, 0, DECODE).runsDiffering()).isZero();
            close(warden);
        }
    }

    /** Blocks wrap every two requests or so; each request's blocks are verified before they are reused, all at the end. */
    @ParameterizedTest(name = "write={0}")
    @ValueSource(booleans = {false, true})
    void enginesServeRequestsOnTheirOwn(boolean write) throws Exception {
        try (WardenProcess warden = connected(write, false)) {
            Served served = serve(
                    warden,
                    write,
                    false,
                    Shapes.of(7, 300, 4, 1, 6)
                            .prefixHits(30)
                            .aborts(10)
                            .latePolls(2, 3)
                            .shape());
            FromWarden.LedgerPart ledger = served.ledger();
            assertThat(served.source().runsDiffering()).isZero();
            assertThat(served.destination().runsDiffering())
                    .as("%s", served.destination())
                    .isZero();
            assertThat(served.source().bytesVerified()).isEqualTo(prefill().totalBytes());
            assertThat(served.destination().bytesVerified())
                    .isEqualTo(served.destination().bytesSelected() + decode().totalBytes());
            assertThat(ledger.last()).isTrue();
            assertThat(ledger.requests()).hasSize(300);
            long moved = 0;
            int aborted = 0;
            for (FromWarden.LedgerEntry entry : ledger.requests()) {
                assertThat(entry.failure()).isEmpty();
                assertThat(entry.notifications()).as("%s", entry).isOne();
                assertThat(entry.transfersDone()).isOne();
                assertThat(entry.differing()).isZero();
                assertThat(entry.sourceFreedNanos()).as("%s", entry).isPositive();
                moved += (long) entry.destinationBlocks().length
                        * REGIONS
                        * prefill().blockBytes(0);
                aborted += entry.aborted() ? 1 : 0;
            }
            assertThat(aborted).isBetween(10, 60);
            assertThat(ledger.requests().stream()
                            .mapToLong(FromWarden.LedgerEntry::bytes)
                            .sum())
                    .isEqualTo(moved);
            close(warden);
        }
    }

    /** A source that is written over before its reader has notified it: what came is of another generation, or of two. */
    @Test
    void blocksThatAreReusedTooEarlyAreFound() throws Exception {
        try (WardenProcess warden = connected(false, false)) {
            Served served =
                    serve(warden, false, true, Shapes.of(7, 400, 4, 1, 6).shape());
            long[] found = served.destination().byClassification();
            long stale = found[Payload.CLASSIFICATIONS.indexOf("STALE")];
            long torn = found[Payload.CLASSIFICATIONS.indexOf("TORN")];
            assertThat(stale + torn).isPositive().isEqualTo(served.destination().runsDiffering());
            assertThat(served.ledger().requests().stream()
                            .mapToLong(FromWarden.LedgerEntry::differing)
                            .sum())
                    .isEqualTo(stale + torn);
            assertThat(served.source().runsDiffering()).isZero();
            close(warden);
        }
    }

    @Test
    void aBitThatFlipsWhileServingIsFoundInItsRequestAndNowhereElse() throws Exception {
        plant("""
                {"fault": "flip", "rank": "%s", "request": 20, "descriptor": 1, "byte": 77, "bit": 4}""".formatted(DECODE));
        try (WardenProcess warden = connected(false, false)) {
            Served served =
                    serve(warden, false, false, Shapes.of(7, 60, 4, 1, 6).shape());
            assertThat(served.destination().runsDiffering()).isOne();
            assertThat(served.destination().differences())
                    .singleElement()
                    .matches(difference -> difference.classification().equals("FOREIGN"))
                    .matches(difference -> difference.bitDistance() == 1);
            assertThat(served.ledger().requests())
                    .filteredOn(entry -> entry.differing() > 0)
                    .hasSize(1);
            close(warden);
        }
    }

    /** The one finds nobody at its port, the other is given no address. */
    @Test
    void ranksThatCannotConnectToTheDeskServeOverTheController() throws Exception {
        try (WardenProcess warden = connected(false, false)) {
            Served served = serve(
                    warden,
                    false,
                    false,
                    Shapes.of(7, 40, 4, 1, 6).shape(),
                    Map.of(PREFILL, new InetSocketAddress("127.0.0.1", 1), DECODE, new InetSocketAddress("", 0)));
            assertThat(served.destination().runsDiffering()).isZero();
            assertThat(served.ledger().requests()).hasSize(40).allMatch(entry -> entry.sourceFreedNanos() > 0);
            assertThat(warden.relayed()).isGreaterThan(4 * 40);
            close(warden);
        }
    }

    private record Served(FromRank.Verified source, FromRank.Verified destination, FromWarden.LedgerPart ledger) {}

    private static Served serve(WardenProcess warden, boolean write, boolean spoiled, ServingShape shape)
            throws Exception {
        return serve(warden, write, spoiled, shape, Map.of());
    }

    /** @param elsewhere where ranks look for the desk, and it is not */
    private static Served serve(
            WardenProcess warden,
            boolean write,
            boolean spoiled,
            ServingShape shape,
            Map<String, InetSocketAddress> elsewhere)
            throws Exception {
        warden.send(new ToWarden.OpenDesk(
                "",
                "secret",
                shape,
                List.of(new Lane(0, 0, List.of(PREFILL), List.of(DECODE), 1)),
                20,
                20,
                write,
                spoiled,
                false));
        int port = warden.said(FromWarden.DeskOpen.class, opened -> true).port();
        for (String label : List.of(PREFILL, DECODE)) {
            InetSocketAddress at = elsewhere.getOrDefault(label, new InetSocketAddress("127.0.0.1", port));
            warden.send(
                    label,
                    new ToRank.Serve(
                            at.getHostString(),
                            at.getPort(),
                            "secret",
                            shape,
                            shape.inFlight() * shape.layerGroups(),
                            3));
        }
        FromRank.Verified source = warden.answer(PREFILL, FromRank.Served.class).verified();
        FromRank.Verified destination =
                warden.answer(DECODE, FromRank.Served.class).verified();
        assertThat(source.strays()).isEmpty();
        assertThat(destination.strays()).isEmpty();
        warden.send(new ToWarden.GiveLedger());
        return new Served(source, destination, warden.said(FromWarden.LedgerPart.class, part -> true));
    }

    private WardenProcess connected(boolean write, boolean wrongOwner) throws Exception {
        WardenProcess warden = new WardenProcess(folder, environment);
        warden.start(EngineProgram.command("rank"), 2, PREFILL, DECODE);
        int prefillPid = warden.answer(PREFILL, FromRank.Hello.class).pid();
        int decodePid = warden.answer(DECODE, FromRank.Hello.class).pid();
        warden.send(PREFILL, open(prefill(), true));
        warden.send(DECODE, open(decode(), false));
        FromRank.Opened prefill = warden.answer(PREFILL, FromRank.Opened.class);
        FromRank.Opened decode = warden.answer(DECODE, FromRank.Opened.class);
        warden.send(PREFILL, new ToRank.Connect(List.of(new ToRank.Peer(DECODE, decode.metadata()))));
        warden.send(DECODE, new ToRank.Connect(List.of(new ToRank.Peer(PREFILL, prefill.metadata()))));
        done(warden);
        PairShape toDecode = new PairShape(
                DECODE, decode(), decodePid, decode.arenaAddresses(), new byte[0], 0, 2, SOURCES, DESTINATIONS, PREFIX);
        PairShape toPrefill = new PairShape(
                PREFILL,
                prefill(),
                prefillPid,
                prefill.arenaAddresses(),
                new byte[0],
                0,
                2,
                DESTINATIONS,
                SOURCES,
                PREFIX);
        warden.send(PREFILL, new ToRank.Prepare(List.of(toDecode), write, write, wrongOwner, false, false));
        warden.send(DECODE, new ToRank.Prepare(List.of(toPrefill), !write, write, wrongOwner, false, false));
        done(warden);
        return warden;
    }

    private ToRank.Open open(ArenaShape arena, boolean source) {
        long limit = prefill().totalBytes() + decode().totalBytes();
        return new ToRank.Open(library.toString(), 7, limit, false, 0, 0, 0, "UCX", Map.of(), arena, source, null);
    }

    /** The cache of prefill has more blocks: an index counted with decode's number stays within it. */
    private static ArenaShape prefill() {
        return arena(0, 21);
    }

    private static ArenaShape decode() {
        return arena(prefill().totalBytes(), 20);
    }

    /** 2 heads x 16 tokens x 256 bytes, HND. */
    private static ArenaShape arena(long base, int blocks) {
        long blockBytes = 2 * 16 * 256;
        // Regions whole blocks apart: blocks of another region then are at no distance that looks like a shift.
        long stride = (blocks + 1) * blockBytes;
        List<ArenaShape.RegionShape> alike = List.of(new ArenaShape.RegionShape(256, stride));
        return new ArenaShape(
                base, 4096, alike, REGIONS, blocks, 4096 + REGIONS * stride, 0, 2, 16, true, List.of(), null);
    }

    private static void done(WardenProcess warden) throws InterruptedException {
        warden.answer(PREFILL, FromRank.Done.class);
        warden.answer(DECODE, FromRank.Done.class);
    }

    /** @return what decode says */
    private static FromRank.Armed arm(WardenProcess warden, int iteration) throws Exception {
        ToRank.Arm arm = new ToRank.Arm(iteration, iteration + 2, iteration + 1, iteration + 1, null, false);
        warden.send(PREFILL, arm);
        warden.send(DECODE, arm);
        warden.answer(PREFILL, FromRank.Armed.class);
        return warden.answer(DECODE, FromRank.Armed.class);
    }

    private static FromRank.Transferred transfer(WardenProcess warden, int iteration, String initiator, String target)
            throws Exception {
        warden.send(target, new ToRank.Transfer(iteration, List.of(), 0));
        warden.send(initiator, new ToRank.Transfer(iteration, List.of(), 0));
        assertThat(warden.answer(target, FromRank.Transferred.class).requests()).isEmpty();
        FromRank.Transferred transferred = warden.answer(initiator, FromRank.Transferred.class);
        assertThat(transferred.collectStatus()).isZero();
        assertThat(transferred.cancelled()).isFalse();
        return transferred;
    }

    private static FromRank.Verified verify(WardenProcess warden, int iteration, String label) throws Exception {
        warden.send(label, new ToRank.Verify(iteration, 3));
        return warden.answer(label, FromRank.Verified.class);
    }

    private static void close(WardenProcess warden) throws Exception {
        warden.send(PREFILL, new ToRank.Close());
        warden.send(DECODE, new ToRank.Close());
        done(warden);
        for (String label : List.of(PREFILL, DECODE)) {
            FromWarden.Ended ended = warden.ended(label);
            assertThat(ended.signal()).isZero();
            assertThat(ended.exitCode()).isZero();
        }
    }
}
