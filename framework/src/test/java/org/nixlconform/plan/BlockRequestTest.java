package org.nixlconform.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Plans.draft;
import static org.nixlconform.plan.Plans.possible;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BlockRequestTest {

    private static TransferPlan plan(Topology topology, Selection selection, long seed, int transferred, int cached) {
        return possible(draft().topology(topology)
                .blocks(new BlockUse(transferred, cached, cached + 1, selection, seed, 0, false)));
    }

    /** Fixed for all time and machines: evidence of one run is replayed by its seed in another. */
    @Test
    void blocksOfSeed42AreTheseBlocks() {
        TransferPlan plan = plan(new Topology(1, 1, 2, 1, Pairing.MESH), Selection.SHUFFLED, 42, 4, 100);
        assertThat(plan.requests())
                .containsExactly(
                        new BlockRequest(0, 0, List.of(17, 8, 94, 71), List.of(69, 98, 92, 8)),
                        new BlockRequest(0, 1, List.of(41, 51, 13, 90), List.of(40, 58, 8, 66)));
    }

    @Test
    void anotherSeedChoosesOtherBlocks() {
        Topology topology = new Topology(1, 1, 1, 1, Pairing.MESH);
        assertThat(plan(topology, Selection.SHUFFLED, 43, 10, 100).requests())
                .isNotEqualTo(plan(topology, Selection.SHUFFLED, 42, 10, 100).requests());
    }

    @Test
    void enginesOfOnePlanAreShuffledIndependently() {
        List<BlockRequest> requests = plan(new Topology(2, 1, 2, 1, Pairing.MESH), Selection.SHUFFLED, 42, 25, 100)
                .requests();
        List<List<Integer>> firstOfEachEngine = List.of(
                requests.get(0).sourceBlocks(),
                requests.get(2).sourceBlocks(),
                requests.get(0).destinationBlocks(),
                requests.get(1).destinationBlocks());
        assertThat(firstOfEachEngine).doesNotHaveDuplicates();
        for (int one = 0; one < 4; one++) {
            for (int other = 0; other < one; other++) {
                assertThat(samePlaces(firstOfEachEngine.get(one), firstOfEachEngine.get(other)))
                        .isLessThan(5);
            }
        }
    }

    /** Positions, also shifted by one or two, at which two lists agree. */
    private static int samePlaces(List<Integer> one, List<Integer> other) {
        int most = 0;
        for (int shift = -2; shift <= 2; shift++) {
            int same = 0;
            for (int index = 2; index < one.size() - 2; index++) {
                same += one.get(index).equals(other.get(index + shift)) ? 1 : 0;
            }
            most = Math.max(most, same);
        }
        return most;
    }

    @Test
    void requestsOfOneEngineShareNoBlockAndStayWithinItsCache() {
        for (Pairing pairing : Pairing.values()) {
            for (Selection selection : Selection.values()) {
                for (int prefills = 1; prefills <= 4; prefills++) {
                    for (int decodes = prefills; decodes <= 5; decodes++) {
                        Topology topology = new Topology(prefills, 1, decodes, 1, pairing);
                        assertDisjoint(plan(topology, selection, prefills * 31L + decodes, 5, 25));
                    }
                }
            }
        }
    }

    private static void assertDisjoint(TransferPlan plan) {
        Map<String, List<Integer>> used = new HashMap<>();
        for (BlockRequest request : plan.requests()) {
            assertThat(request.sourceBlocks()).hasSize(5).allMatch(block -> block >= 0 && block < 25);
            assertThat(request.destinationBlocks()).hasSize(5).allMatch(block -> block >= 0 && block < 26);
            used.computeIfAbsent("P" + request.prefillEngine(), any -> new ArrayList<>())
                    .addAll(request.sourceBlocks());
            used.computeIfAbsent("D" + request.decodeEngine(), any -> new ArrayList<>())
                    .addAll(request.destinationBlocks());
        }
        assertThat(used)
                .hasSize(plan.topology().prefillEngines() + plan.topology().decodeEngines());
        assertThat(used.values())
                .as(plan.name())
                .allSatisfy(blocks -> assertThat(blocks).doesNotHaveDuplicates());
    }

    @Test
    void selectionsOrderTheBlocksOfEachRoleAsTheySay() {
        Topology one = new Topology(1, 1, 1, 1, Pairing.MESH);
        List<Integer> shuffledSource =
                plan(one, Selection.SHUFFLED, 42, 4, 9).requests().get(0).sourceBlocks();
        List<Integer> shuffledDestination =
                plan(one, Selection.SHUFFLED, 42, 4, 9).requests().get(0).destinationBlocks();
        List<Integer> ascending = List.of(0, 1, 2, 3);
        assertThat(plan(one, Selection.ASCENDING_IN_DECODE, 42, 4, 9).requests())
                .containsExactly(new BlockRequest(0, 0, shuffledSource, ascending));
        assertThat(plan(one, Selection.ASCENDING_IN_PREFILL, 42, 4, 9).requests())
                .containsExactly(new BlockRequest(0, 0, ascending, shuffledDestination));
        // Decode caches one block more.
        assertThat(plan(one, Selection.DESCENDING, 42, 4, 9).requests())
                .containsExactly(new BlockRequest(0, 0, List.of(8, 7, 6, 5), List.of(9, 8, 7, 6)));
        assertThat(plan(one, Selection.ALTERNATING, 42, 4, 9).requests())
                .containsExactly(new BlockRequest(0, 0, List.of(0, 8, 1, 7), List.of(0, 9, 1, 8)));
        assertThat(plan(one, Selection.EDGES, 42, 4, 9).requests())
                .containsExactly(new BlockRequest(0, 0, List.of(0, 1, 7, 8), List.of(0, 1, 8, 9)));
    }

    @Test
    void anIterationTakesTheFirstBlocksOfARequestThatItsSizeSays() {
        TransferPlan plan = possible(draft().requestSizes(1, 10, 3));
        List<Integer> all = plan.requests(1).get(0).destinationBlocks();
        assertThat(all).hasSize(10);
        assertThat(plan.requests(0).get(0).destinationBlocks()).isEqualTo(all.subList(0, 1));
        assertThat(plan.requests(2).get(0).destinationBlocks()).isEqualTo(all.subList(0, 3));
        assertThat(plan.requests(2).get(0).sourceBlocks()).hasSize(3);
        assertThat(plan.requestsDiffer()).isTrue();
    }

    @Test
    void contiguousBlocksAscendFromRequestToRequest() {
        TransferPlan plan = plan(new Topology(2, 1, 2, 1, Pairing.MESH), Selection.CONTIGUOUS, 42, 3, 6);
        assertThat(plan.requests())
                .containsExactly(
                        new BlockRequest(0, 0, List.of(0, 1, 2), List.of(0, 1, 2)),
                        new BlockRequest(0, 1, List.of(3, 4, 5), List.of(0, 1, 2)),
                        new BlockRequest(1, 0, List.of(0, 1, 2), List.of(3, 4, 5)),
                        new BlockRequest(1, 1, List.of(3, 4, 5), List.of(3, 4, 5)));
    }

    @Test
    void requestsThatMoveOnTakeAllBlocksButOneInTurn() {
        TransferPlan plan = movingOn(StreamOrder.Work.GRAPH_REUSE);
        List<Integer> taken = new ArrayList<>();
        for (int iteration = 0; iteration < 8; iteration++) {
            List<BlockRequest> requests = plan.requests(iteration);
            assertThat(requests).hasSize(2);
            assertThat(requests.get(0).destinationBlocks())
                    .doesNotContainAnyElementsOf(requests.get(1).destinationBlocks());
            requests.forEach(request -> taken.addAll(request.destinationBlocks()));
        }
        assertThat(plan.requests(0)).isEqualTo(plan.requests());
        // 8 iterations of 6 blocks go 3 times through 16 of 17.
        for (int block = 0; block < 16; block++) {
            assertThat(Collections.frequency(taken, block))
                    .as("block %d", block)
                    .isEqualTo(3);
        }
        assertThat(taken).hasSize(48).startsWith(taken.subList(16, 22).toArray(Integer[]::new));
    }

    @Test
    void otherRequestsTakeTheSameBlocksAgain() {
        TransferPlan plan = movingOn(StreamOrder.Work.GRAPH_BESIDE);
        assertThat(plan.requests(3)).isEqualTo(plan.requests());
    }

    private static TransferPlan movingOn(StreamOrder.Work work) {
        Planned planned = PlanDraft.at("test")
                .topology(new Topology(2, 1, 1, 1, Pairing.MESH))
                .memory(MemoryKind.VRAM)
                .blocks(new BlockUse(3, 8, 17, Selection.SHUFFLED, 42, 0, false))
                .iterations(8)
                .streamOrder(work, StreamOrder.Fence.EVENT)
                .expectIntegrity()
                .plan();
        return ((Planned.Possible) planned).plan();
    }

    @Test
    void allBlocksOfACacheCanBeUsed() {
        BlockRequest request = plan(new Topology(1, 1, 1, 1, Pairing.MESH), Selection.SHUFFLED, 7, 50, 50)
                .requests()
                .get(0);
        assertThat(request.sourceBlocks()).hasSize(50).doesNotHaveDuplicates();
        assertThat(request.sourceBlocks())
                .isNotEqualTo(request.sourceBlocks().stream().sorted().toList());
    }
}
