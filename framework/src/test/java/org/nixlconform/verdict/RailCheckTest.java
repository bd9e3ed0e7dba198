package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.Observations.DECODE_0;
import static org.nixlconform.verdict.Observations.PREFILL_0;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.metadata.AgentMetadata;
import org.nixlconform.plan.Attention;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.DataType;
import org.nixlconform.plan.KeyValue;
import org.nixlconform.plan.KvGeometry;
import org.nixlconform.plan.Layout;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.Selection;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.PathObservation.Posted;
import org.nixlconform.transfer.PathObservation.RailUse;
import org.nixlconform.transfer.TransferObservation;

class RailCheckTest {
    private static final Posted NONE = new Posted(0, 0);

    private final TransferPlan read = plan(draft -> draft);
    private final TransferPlan write = plan(draft -> draft.direction(Operation.WRITE, Role.PREFILL));
    private final long moved = moved(read);

    @Test
    void equalSharesAreRightInBothDirections() {
        assertThat(found(read, DECODE_0, allRegionsOn(4), equal(4))).isEmpty();
        assertThat(found(write, PREFILL_0, allRegionsOn(4), equal(4))).isEmpty();
    }

    @Test
    void anIdleRailIsNamedWithTheSharesOfAll() {
        List<Finding> found = found(read, DECODE_0, allRegionsOn(4), moved / 2, moved / 4, 0, moved / 4);

        assertThat(found).extracting(Finding::kind).containsExactly(FindingKind.RAIL_SHARE);
        assertThat(found.get(0).headline()).isEqualTo("1 of 4 rails of decode-0-rank-0 carried nothing: rail-2");
        assertThat(found.get(0).facts())
                .anyMatch(fact -> fact.value().equals("rail-0 50 %, rail-2 0 %, rail-1 25 %, rail-3 25 %"))
                .anyMatch(fact -> fact.value().startsWith("about 25 % of the bytes on each of the 4 rails"));
    }

    @Test
    void aShareFarFromTheOthersIsNamedThoughTheRailIsNotIdle() {
        List<Finding> found = found(
                read, DECODE_0, allRegionsOn(4), moved / 4, moved / 10, moved / 4, moved - moved / 2 - moved / 10);

        assertThat(found)
                .extracting(Finding::headline)
                .containsExactly("9.9 % of the bytes that decode-0-rank-0 moved went over rail rail-1");
        assertThat(found(read, DECODE_0, allRegionsOn(4), moved / 5, moved / 5, moved / 5, moved - 3 * (moved / 5)))
                .isEmpty();
    }

    @Test
    void railsThatNoMemoryIsRegisteredWithMayBeIdle() {
        List<List<Integer>> eightOf32 =
                regions(IntStream.range(0, 8).map(each -> 4 * each).boxed().toList());
        long[] bytes = new long[32];
        IntStream.range(0, 8).forEach(each -> bytes[4 * each] = moved / 8);

        assertThat(found(read, DECODE_0, eightOf32, bytes)).isEmpty();

        bytes[0] += bytes[12];
        bytes[12] = 0;
        assertThat(found(read, DECODE_0, eightOf32, bytes))
                .extracting(Finding::headline)
                .containsExactly("1 of 8 rails of decode-0-rank-0 carried nothing: rail-12");
    }

    @Test
    void regionsThatAreRegisteredWithOtherRailsMakeOneShareOfThem() {
        List<List<Integer>> turning = new ArrayList<>();
        for (int region = 0; region < read.geometry().regions(); region++) {
            turning.add(List.of(region % 2, 2 + region % 2));
        }
        assertThat(found(read, DECODE_0, turning, equal(4))).isEmpty();
        assertThat(found(read, DECODE_0, turning, moved / 2, moved / 2, 0, 0))
                .extracting(Finding::headline)
                .containsExactly("2 of 4 rails of decode-0-rank-0 carried nothing: rail-2, rail-3");
    }

    @Test
    void withFewerBlocksThanRailsNoneIsIdle() {
        TransferPlan few = Observations.plan(
                draft -> draft.topology(new Topology(1, 1, 1, 1, Pairing.MESH)).blocks(moving(1)));
        long all = moved(few);
        long[] bytes = new long[32];
        bytes[3] = all;

        assertThat(found(few, DECODE_0, allRegionsOn(32), bytes)).isEmpty();
    }

    /** NIXL makes one descriptor of blocks that follow each other on both sides: here a third of them is left. */
    @Test
    void blocksThatFollowEachOtherAreOneTurn() {
        TransferPlan contiguous =
                plan(draft -> draft.blocks(new BlockUse(3, 64, 64, Selection.CONTIGUOUS, 7, 0, false)));
        TransferPlan shuffled = plan(draft -> draft.blocks(moving(3)));
        long third = moved(contiguous) / 3;

        assertThat(found(contiguous, DECODE_0, allRegionsOn(4), third, third, third, 0))
                .isEmpty();
        assertThat(found(shuffled, DECODE_0, allRegionsOn(4), third, third, third, 0))
                .hasSize(1);
    }

    @Test
    void writesGoToARailInGroups() {
        TransferPlan one =
                plan(draft -> draft.direction(Operation.WRITE, Role.PREFILL).blocks(moving(16)));
        long all = moved(one);

        assertThat(found(one, PREFILL_0, allRegionsOn(4), all / 2, all / 2, 0, 0))
                .isEmpty();
    }

    @Test
    void aSideWithFewerRailsIsHeldToItsOwn() {
        assertThat(found(write, PREFILL_0, allRegionsOn(2), equal(2))).isEmpty();
        assertThat(found(write, PREFILL_0, allRegionsOn(2), moved, 0)).hasSize(1);
    }

    @Test
    void whatDidNotGoOverRailsTookAnotherPathAndSoDidWhatWentTwice() {
        assertThat(found(read, DECODE_0, allRegionsOn(2), 0, 0))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.WRONG_PATH);
        assertThat(found(read, DECODE_0, allRegionsOn(2), moved, moved))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.WRONG_PATH);
    }

    @Test
    void whereAnEngineWasLostRailsSayNothing() {
        assertThat(new RailCheck()
                        .check(
                                read,
                                observed(read, DECODE_0, allRegionsOn(4), 1, 0, 0, 0)
                                        .killed(DECODE_0, "transfer", "SIGKILL")
                                        .seen()))
                .isEmpty();
    }

    @Test
    void theNoteSaysHowManyCarriedAndHowMuch() {
        TransferObservation seen = observed(read, DECODE_0, allRegionsOn(4), moved / 2, moved / 4, 0, moved / 4)
                .seen();

        assertThat(RailCheck.note(seen)).contains("rails: 3 of 4 carried blocks, 25 % to 50 % of a rank's each");
        assertThat(RailCheck.note(Observations.clean(read).seen())).isEmpty();
    }

    /** Of 64 blocks in 4 regions, 256 descriptors of 32 KiB. */
    private static TransferPlan plan(UnaryOperator<PlanDraft> change) {
        return Observations.plan(draft -> change.apply(draft.topology(new Topology(1, 1, 1, 1, Pairing.MESH))
                .geometry(new KvGeometry(4, 8, 64, 16, DataType.BF16, Layout.HND, Attention.GQA, KeyValue.PACKED))
                .blocks(moving(64))));
    }

    private static BlockUse moving(int blocks) {
        return new BlockUse(blocks, 64, 64, Selection.SHUFFLED, 7, 0, false);
    }

    private List<List<Integer>> allRegionsOn(int rails) {
        return regions(IntStream.range(0, rails).boxed().toList());
    }

    private List<List<Integer>> regions(List<Integer> rails) {
        return IntStream.range(0, read.geometry().regions())
                .mapToObj(each -> rails)
                .toList();
    }

    private long[] equal(int rails) {
        return LongStream.generate(() -> moved / rails).limit(rails).toArray();
    }

    private static long moved(TransferPlan plan) {
        return Observations.clean(plan).seen().iterations().stream()
                .flatMap(iteration -> iteration.transfers().stream())
                .mapToLong(transfer -> transfer.bytes())
                .sum();
    }

    private static List<Finding> found(TransferPlan plan, RankId rank, List<List<Integer>> regions, long... bytes) {
        return new RailCheck().check(plan, observed(plan, rank, regions, bytes).seen());
    }

    private static Observations observed(TransferPlan plan, RankId rank, List<List<Integer>> regions, long... bytes) {
        boolean read = plan.direction().operation() == Operation.READ;
        List<RailUse> uses = new ArrayList<>();
        for (int rail = 0; rail < bytes.length; rail++) {
            Posted payload = new Posted(bytes[rail] / 1024, bytes[rail]);
            uses.add(new RailUse(rank, rail, "rail-" + rail, read ? payload : NONE, read ? NONE : payload, NONE));
        }
        AgentMetadata content = new AgentMetadata(rank.label(), 100, List.of(), List.of(), Optional.empty());
        return Observations.clean(plan).given(rank, content, regions).rails(uses);
    }
}
