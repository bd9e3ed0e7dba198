package org.nixlconform.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.nixlconform.plan.Plans.blocks;
import static org.nixlconform.plan.Plans.draft;
import static org.nixlconform.plan.Plans.geometry;
import static org.nixlconform.plan.Plans.headlines;
import static org.nixlconform.plan.Plans.refusal;
import static org.nixlconform.plan.Plans.topology;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.FindingKind;

/** Every reason against a plan, in its full words. The clean run of each is a possible plan beside it. */
class PlanRulesTest {

    @Test
    void theUsualDraftIsPossible() {
        assertThat(refusal(draft())).isEqualTo("possible");
    }

    @Test
    void eightHeadsCannotBeSharedOverThreeRanks() {
        assertThat(refusal(draft().topology(topology(3, 1)).geometry(geometry(8, Attention.MHA, Layout.HND))))
                .isEqualTo("""
                        DECLARATION plan: 8 KV heads cannot be shared out over 3 ranks of prefill
                        where: FooConformance.foo
                        declared: prefillTp = 3, kvHeads = 8, attention = MHA
                        expected: kvHeads a multiple of prefillTp
                        remedy: set prefillTp to 2 or 4""");
        assertThat(refusal(draft().topology(topology(8, 12)))).isEqualTo("""
                        DECLARATION plan: 8 KV heads cannot be shared out over 12 ranks of decode
                        where: FooConformance.foo
                        declared: decodeTp = 12, kvHeads = 8, attention = GQA
                        expected: kvHeads a multiple of decodeTp, or decodeTp a multiple of kvHeads
                        remedy: set decodeTp to 8 or 16""");
    }

    @Test
    void mhaDoesNotReplicateHeadsAndGqaDoes() {
        PlanDraft draft = draft().topology(topology(8, 8));
        assertThat(refusal(draft.geometry(geometry(4, Attention.MHA, Layout.HND))))
                .contains("\nremedy: set prefillTp to 4\n")
                .endsWith("remedy: set decodeTp to 4");
        assertThat(refusal(draft.geometry(geometry(4, Attention.GQA, Layout.HND))))
                .isEqualTo("possible");
    }

    @Test
    void sharesOfTwoTpsMustNest() {
        assertThat(refusal(draft().topology(topology(2, 3)).geometry(geometry(6, Attention.MHA, Layout.HND))))
                .isEqualTo("""
                        DECLARATION plan: the head shares of TP 2 and TP 3 overlap without nesting
                        where: FooConformance.foo
                        declared: prefillTp = 2, decodeTp = 3, kvHeads = 6
                        expected: the larger TP a multiple of the smaller
                        remedy: use the same TP on both sides, or TPs of which one divides the other""");
    }

    @Test
    void nhdNeedsEqualShares() {
        assertThat(refusal(draft().topology(topology(1, 2)).geometry(geometry(8, Attention.GQA, Layout.NHD))))
                .isEqualTo("""
                        DECLARATION plan: with NHD the heads of one rank are not contiguous in a block of the other role
                        where: FooConformance.foo
                        declared: layout = NHD, heads a rank: 8 with prefillTp = 1, 4 with decodeTp = 2
                        expected: the same number of heads a rank on both sides, or HND
                        remedy: set layout = HND, or the same TP on both sides""");
        assertThat(refusal(draft().topology(topology(2, 2)).geometry(geometry(8, Attention.GQA, Layout.NHD))))
                .isEqualTo("possible");
    }

    @Test
    void aLatentIsOneHead() {
        assertThat(refusal(draft().geometry(geometry(8, Attention.MLA, Layout.HND))))
                .isEqualTo("""
                        DECLARATION plan: MLA has one latent per token, not 8 KV heads
                        where: FooConformance.foo
                        declared: attention = MLA, kvHeads = 8
                        expected: kvHeads = 1
                        remedy: set kvHeads = 1; headDim is the width of the latent""");
    }

    @Test
    void readIsInitiatedByDecodeAndWriteByPrefill() {
        assertThat(refusal(draft().direction(Operation.READ, Role.PREFILL))).isEqualTo("""
                        DECLARATION plan: data go from prefill to decode, so READ is initiated by decode
                        where: FooConformance.foo
                        declared: operation = READ, initiator = PREFILL
                        expected: READ by DECODE or WRITE by PREFILL
                        remedy: set initiator = DECODE""");
        assertThat(refusal(draft().direction(Operation.WRITE, Role.DECODE)))
                .contains("so WRITE is initiated by prefill\n")
                .endsWith("remedy: set initiator = PREFILL");
        assertThat(refusal(draft().direction(Operation.WRITE, Role.PREFILL))).isEqualTo("possible");
    }

    @Test
    void aCacheHoldsTheBlocksOfAllRequestsOfItsEngine() {
        assertThat(refusal(
                        draft().topology(new Topology(4, 1, 1, 1, Pairing.MESH)).blocks(blocks(10, 10, 39))))
                .isEqualTo("""
                        DECLARATION plan: the requests of one decode engine need 40 blocks, its cache has 39
                        where: FooConformance.foo
                        declared: transferred = 10, cached of decode = 39, 4P-TP1 -> 1D-TP1 MESH
                        expected: requests of one engine share no blocks: 4 x 10 = 40 or more
                        remedy: raise cached of decode to 40, or lower transferred to 9""");
        assertThat(refusal(
                        draft().topology(new Topology(4, 1, 1, 1, Pairing.MESH)).blocks(blocks(10, 10, 40))))
                .isEqualTo("possible");
    }

    @Test
    void sourcesOfOnePrefillEngineCountTheSameWay() {
        Topology roundRobin = new Topology(2, 1, 5, 1, Pairing.ROUND_ROBIN);
        assertThat(refusal(draft().topology(roundRobin).blocks(blocks(10, 29, 10))))
                .isEqualTo("""
                        DECLARATION plan: the requests of one prefill engine need 30 blocks, its cache has 29
                        where: FooConformance.foo
                        declared: transferred = 10, cached of prefill = 29, 2P-TP1 -> 5D-TP1 ROUND_ROBIN
                        expected: requests of one engine share no blocks: 3 x 10 = 30 or more
                        remedy: raise cached of prefill to 30, or lower transferred to 9""");
        assertThat(refusal(draft().topology(roundRobin).blocks(blocks(10, 30, 10))))
                .isEqualTo("possible");
    }

    @Test
    void noMoreBlocksMoveThanAreCached() {
        assertThat(headlines(draft().blocks(blocks(101, 100, 100))))
                .containsExactly(
                        "the requests of one prefill engine need 101 blocks, its cache has 100",
                        "the requests of one decode engine need 101 blocks, its cache has 100");
        assertThat(refusal(draft().blocks(blocks(100, 100, 100)))).isEqualTo("possible");
    }

    @Test
    void roundRobinGivesEveryPrefillEngineARequest() {
        assertThat(refusal(draft().topology(new Topology(4, 1, 3, 1, Pairing.ROUND_ROBIN))))
                .isEqualTo("""
                        DECLARATION plan: ROUND_ROBIN leaves 1 of 4 prefill engines without a request
                        where: FooConformance.foo
                        declared: prefillEngines = 4, decodeEngines = 3, pairing = ROUND_ROBIN
                        expected: at least as many decode engines as prefill engines
                        remedy: set prefillEngines to 3 or less, or pairing = MESH""");
        assertThat(refusal(draft().topology(new Topology(4, 1, 4, 1, Pairing.ROUND_ROBIN))))
                .isEqualTo("possible");
    }

    @Test
    void everyCountIsPositiveAndAllThatAreNotAreNamed() {
        PlanDraft draft = draft().topology(new Topology(0, -1, 0, 0, Pairing.MESH))
                .blocks(blocks(0, 0, -5))
                .geometry(new KvGeometry(0, 0, 0, 0, DataType.BF16, Layout.HND, Attention.GQA, KeyValue.PACKED));
        assertThat(headlines(draft))
                .containsExactly(
                        "prefillEngines must be at least 1",
                        "prefillTp must be at least 1",
                        "decodeEngines must be at least 1",
                        "decodeTp must be at least 1",
                        "transferred must be at least 1",
                        "cached of prefill must be at least 1",
                        "cached of decode must be at least 1",
                        "layers must be at least 1",
                        "kvHeads must be at least 1",
                        "headDim must be at least 1",
                        "tokensPerBlock must be at least 1");
        assertThat(refusal(draft().topology(topology(1, 0)))).isEqualTo("""
                        DECLARATION plan: decodeTp must be at least 1
                        where: FooConformance.foo
                        declared: decodeTp = 0
                        expected: 1 or more
                        remedy: set decodeTp to 1 or more""");
    }

    @Test
    void aPrefixIsPartOfARequestOrAllOfItWhereDecodeTells() {
        BlockUse all = new BlockUse(10, 100, 100, Selection.SHUFFLED, 42, 10, false);
        assertThat(refusal(draft().blocks(new BlockUse(10, 100, 100, Selection.SHUFFLED, 42, 11, false))))
                .isEqualTo("""
                        DECLARATION plan: a prefix hit is a part of a request, or all of it
                        where: FooConformance.foo
                        declared: prefixHit = 11, transferred = 10
                        expected: prefixHit from 0 to 10
                        remedy: lower prefixHit or raise transferred""");
        assertThat(refusal(draft().blocks(all))).isEqualTo("""
                        DECLARATION plan: where decode holds all blocks of a request, all that is left of it is that \
                        decode tells prefill
                        where: FooConformance.foo
                        declared: prefixHit = 10, transferred = 10
                        expected: READ, a completion, and neither a throughput, a stream order nor invalid requests
                        remedy: lower prefixHit, or leave the rest out""");
        assertThat(refusal(draft().blocks(all).expectCompletion(Duration.ofSeconds(3), Duration.ofSeconds(1))))
                .isEqualTo("possible");
        assertThat(refusal(draft().blocks(all)
                        .direction(Operation.WRITE, Role.PREFILL)
                        .expectCompletion(Duration.ofSeconds(3), Duration.ofSeconds(1))))
                .startsWith("DECLARATION plan: where decode holds all blocks");
        assertThat(refusal(draft().blocks(new BlockUse(10, 100, 100, Selection.SHUFFLED, 42, -1, false))))
                .endsWith("remedy: set prefixHit to 0 or more");
        assertThat(refusal(draft().blocks(new BlockUse(10, 100, 100, Selection.SHUFFLED, 42, 9, false))))
                .isEqualTo("possible");
    }

    @Test
    void sizesAreOfRequests() {
        assertThat(refusal(draft().requestSizes(1, 10, 5))).isEqualTo("possible");
        assertThat(refusal(draft().requestSizes(1, 11))).isEqualTo("""
                        DECLARATION plan: each iteration moves some blocks of a request, or all
                        where: FooConformance.foo
                        declared: requestSizes = [1, 11], transferred = 10, iterations = 2
                        expected: sizes from 1 to 10, one for each iteration
                        remedy: raise transferred, or leave iterations out""");
        assertThat(headlines(draft().requestSizes(1, 2).iterations(3)))
                .containsExactly("each iteration moves some blocks of a request, or all");
        assertThat(headlines(draft().requestSizes(1, 2).expectThroughput(0.5)))
                .containsExactly("requests that differ in size are for single transfers alone");
    }

    @Test
    void anotherLayoutIsNoticedWhereBlocksHaveSeveralHeadsAndTokens() {
        assertThat(refusal(draft().mutation(Mutation.WRONG_LAYOUT).expectCaught(FindingKind.MISPLACED)))
                .isEqualTo("possible");
        assertThat(refusal(draft().mutation(Mutation.WRONG_LAYOUT)
                        .topology(topology(8, 8))
                        .expectCaught(FindingKind.MISPLACED)))
                .isEqualTo("""
                        DECLARATION plan: the mutation WRONG_LAYOUT changes nothing here
                        where: FooConformance.foo
                        declared: decode READ, heads a rank of prefill = 1, tokensPerBlock = 16
                        expected: a READ without a workload, of 2 or more heads a rank of prefill and 2 or more tokens a block
                        remedy: lower prefillTp or raise kvHeads or tokensPerBlock""");
    }

    @Test
    void iterationsHaveGenerations() {
        assertThat(refusal(draft().iterations(0))).isEqualTo("""
                        DECLARATION plan: iterations must be from 1 to 2097150
                        where: FooConformance.foo
                        declared: iterations = 0
                        expected: each iteration has a generation of its own, of which a word of payload holds 21 bits
                        remedy: set iterations to 1 or more, such as 3""");
        assertThat(headlines(draft().iterations(2_097_151))).hasSize(1);
        assertThat(refusal(draft().iterations(2_097_150))).isEqualTo("possible");
        assertThat(Generations.generationOf(2_097_149)).isEqualTo(Generations.LIMIT);
    }

    @Test
    void generationsOfOneIterationFollowOnTheLast() {
        assertThat(Generations.generationOf(0)).isEqualTo(2);
        assertThat(Generations.olderGenerationOf(0)).isEqualTo(1);
        assertThat(Generations.poisonGenerationOf(0)).isEqualTo(1);
        assertThat(Generations.olderGenerationOf(1)).isEqualTo(Generations.generationOf(0));
    }

    @Test
    void aStallIsNoLongerThanTheWhole() {
        assertThat(refusal(draft().expectCompletion(Duration.ofSeconds(5), Duration.ofMillis(5500))))
                .isEqualTo("""
                        DECLARATION plan: a stall cannot last longer than the whole transfer may
                        where: FooConformance.foo
                        declared: withinSeconds = 5, stallSeconds = 5.5
                        expected: stallSeconds at most withinSeconds
                        remedy: lower stallSeconds or raise withinSeconds""");
        assertThat(refusal(draft().expectCompletion(Duration.ofSeconds(5), Duration.ZERO)))
                .isEqualTo("""
                        DECLARATION plan: deadlines must be longer than 0 s
                        where: FooConformance.foo
                        declared: withinSeconds = 5, stallSeconds = 0
                        expected: both longer than 0 s
                        remedy: set withinSeconds and stallSeconds, such as 60 and 10""");
        assertThat(refusal(draft().expectCompletion(Duration.ofSeconds(5), Duration.ofSeconds(5))))
                .isEqualTo("possible");
    }

    @Test
    void aShareIsAFraction() {
        assertThat(refusal(draft().expectThroughput(85))).isEqualTo("""
                        DECLARATION plan: the share of the reference is out of range
                        where: FooConformance.foo
                        declared: shareOfReference = 85.0
                        expected: more than 0, at most 1.5
                        remedy: give a fraction, such as 0.85 for 85 %""");
        for (double share : new double[] {0, -0.1, 1.51, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThat(headlines(draft().expectThroughput(share))).hasSize(1);
        }
        assertThat(refusal(draft().expectThroughput(1.5))).isEqualTo("possible");
    }

    @Test
    void aMutationChangesSomething() {
        PlanDraft mutated = draft().mutation(Mutation.WRONG_OWNER_BLOCK_COUNT);
        assertThat(refusal(mutated)).isEqualTo("""
                        DECLARATION plan: the mutation WRONG_OWNER_BLOCK_COUNT changes nothing here
                        where: FooConformance.foo
                        declared: cached = 100, layers = 2
                        expected: caches of unequal size, and at least 2 regions
                        remedy: give prefill and decode different numbers of cached blocks, and 2 or more layers""");
        mutated.blocks(blocks(7, 7, 1009));
        assertThat(refusal(mutated)).isEqualTo("possible");
        mutated.geometry(new KvGeometry(1, 8, 128, 16, DataType.BF16, Layout.HND, Attention.GQA, KeyValue.PACKED));
        assertThat(headlines(mutated)).containsExactly("the mutation WRONG_OWNER_BLOCK_COUNT changes nothing here");
        PlanDraft reused = draft().mutation(Mutation.REUSED_BEFORE_NOTIFICATION);
        assertThat(headlines(reused)).containsExactly("the mutation REUSED_BEFORE_NOTIFICATION changes nothing here");
        reused.workload(PagedServing.of(20, 2, 1, 3));
        assertThat(refusal(reused)).isEqualTo("possible");
        reused.direction(Operation.WRITE, Role.PREFILL);
        assertThat(headlines(reused)).containsExactly("the mutation REUSED_BEFORE_NOTIFICATION changes nothing here");
    }

    @Test
    void somethingIsExpected() {
        assertThat(refusal(PlanDraft.at("FooConformance.foo"))).isEqualTo("""
                        DECLARATION plan: nothing is expected, so nothing would be judged
                        where: FooConformance.foo
                        declared: no expectation
                        expected: integrity, completion, throughput or a fault to be caught
                        remedy: add at least one expectation, such as @ExpectIntegrity""");
        assertThat(refusal(PlanDraft.at("here").expectCaught(FindingKind.MISPLACED)))
                .isEqualTo("possible");
    }

    @Test
    void anAllowedLogLineIsExactAndExplained() {
        assertThat(refusal(draft().allowEngineLog("rail (", "known"))).isEqualTo("""
                        DECLARATION plan: the pattern of an allowed log line is no regular expression
                        where: FooConformance.foo
                        declared: pattern = "rail ("
                        expected: Unclosed group near index 6 must be put right
                        remedy: escape special characters with \\\\""");
        assertThat(refusal(draft().allowEngineLog(".*", "noise"))).isEqualTo("""
                        DECLARATION plan: an allowed log line must be told from others, but the pattern matches every line
                        where: FooConformance.foo
                        declared: pattern = ".*"
                        expected: a pattern that does not match an empty line
                        remedy: write the part of the line that never changes""");
        assertThat(refusal(draft().allowEngineLog("Rail count mismatch", " "))).isEqualTo("""
                        DECLARATION plan: an allowed log line must say why it is no fault
                        where: FooConformance.foo
                        declared: pattern = "Rail count mismatch", because = " "
                        expected: a reason
                        remedy: write the reason in because""");
        assertThat(refusal(draft().allowEngineLog("Rail count mismatch", "4 rails against 2 on purpose")))
                .isEqualTo("possible");
    }

    @Test
    void aRequirementIsAnId() {
        assertThat(refusal(draft().requirement("A9 prefix"))).isEqualTo("""
                        DECLARATION plan: the requirement is not an id of the scenario catalogue
                        where: FooConformance.foo
                        declared: requirement = "A9 prefix"
                        expected: letters, digits, dots and dashes, such as A9
                        remedy: write the id alone, or no requirement""");
    }

    @Test
    void allCachesTogetherAreAddressable() {
        KvGeometry wide = new KvGeometry(80, 8, 128, 16, DataType.BF16, Layout.HND, Attention.GQA, KeyValue.PACKED);
        PlanDraft draft =
                draft().topology(new Topology(4, 4, 8, 8, Pairing.MESH)).geometry(wide);
        assertThat(refusal(draft.blocks(blocks(10, 3_000_000, 3_000_000)))).isEqualTo("""
                        DECLARATION plan: the caches of all ranks are larger than the payload can address
                        where: FooConformance.foo
                        declared: 4P-TP4 -> 8D-TP8, cached = 3000000, 80 layers, 8 heads x 128 x 16 tokens bf16
                        expected: less than 2^44 bytes (16 TiB) over all ranks
                        remedy: lower cached, layers, the size of a block, or the number of engines""");
        assertThat(refusal(draft.blocks(blocks(10, 200_000, 200_000)))).isEqualTo("possible");
        PlanDraft pair = draft().geometry(wide);
        assertThat(refusal(pair.blocks(blocks(10, 1_677_721, 1_677_721)))).isEqualTo("possible");
        assertThat(headlines(pair.blocks(blocks(10, 1_677_722, 1_677_722)))).hasSize(1);
        int most = Integer.MAX_VALUE;
        KvGeometry absurd =
                new KvGeometry(most, 1, most, most, DataType.FP32, Layout.HND, Attention.GQA, KeyValue.SEPARATE);
        assertThat(headlines(draft().geometry(absurd).blocks(blocks(most, most, most))))
                .containsExactly("the caches of all ranks are larger than the payload can address");
    }

    @Test
    void aPlanHasAtMost65536Ranks() {
        assertThat(refusal(draft().topology(new Topology(Integer.MAX_VALUE, 8, 1, 1, Pairing.MESH))))
                .isEqualTo("""
                        DECLARATION plan: 17179869177 ranks are more than one plan can have
                        where: FooConformance.foo
                        declared: 2147483647P-TP8 -> 1D-TP1
                        expected: at most 65536 ranks
                        remedy: use fewer engines or a smaller TP""");
    }

    @Test
    void railsAreOfLibfabricAndFew() {
        assertThat(refusal(draft().rails(4, 2))).isEqualTo("""
                        DECLARATION plan: only LIBFABRIC has rails
                        where: FooConformance.foo
                        declared: rails on UCX, prefill = 4, decode = 2
                        expected: rails on LIBFABRIC alone
                        remedy: leave the rails out, or set backend = LIBFABRIC""");
        assertThat(refusal(draft().backend(Backend.LIBFABRIC).rails(33, 1))).isEqualTo("""
                        DECLARATION plan: so many rails cannot be simulated
                        where: FooConformance.foo
                        declared: prefill = 33, decode = 1
                        expected: 1 to 32 for each role
                        remedy: give numbers of rails within that range""");
        assertThat(headlines(draft().backend(Backend.LIBFABRIC).rails(1, 0))).hasSize(1);
        assertThat(draft().backend(Backend.LIBFABRIC).rails(32, 1).plan()).isInstanceOf(Planned.Possible.class);
    }

    @Test
    void theEndOfAPeerIsJudgedByItsTime() {
        PlanDraft timed = draft().expectCompletion(Duration.ofSeconds(3), Duration.ofSeconds(3));
        assertThat(timed.peerEnd(Role.PREFILL, PeerEnd.Moment.IN_FLIGHT).plan()).isInstanceOf(Planned.Possible.class);
        assertThat(refusal(draft().peerEnd(Role.PREFILL, PeerEnd.Moment.IN_FLIGHT)))
                .isEqualTo("""
                        DECLARATION plan: a peer ends, and nothing says by when the others must have noticed
                        where: FooConformance.foo
                        declared: prefill ends in flight
                        expected: a completion
                        remedy: add @ExpectCompletion(withinSeconds = 10, stallSeconds = 10)""");
        assertThat(headlines(timed.peerEnd(Role.DECODE, PeerEnd.Moment.BEFORE_METADATA_IS_LOADED)
                        .expectThroughput(0.5)))
                .containsExactly(
                        "a peer that ends before its metadata is loaded leaves nothing to repeat",
                        "a transfer whose peer ends has no throughput");
    }

    @Test
    void workOnAStreamNeedsAGpuAndAMissingFenceSomethingToBeFoundAs() {
        PlanDraft fenced = draft().memory(MemoryKind.VRAM)
                .streamOrder(StreamOrder.Work.ZERO_FILL_QUEUED, StreamOrder.Fence.STREAM);
        assertThat(fenced.plan()).isInstanceOf(Planned.Possible.class);
        assertThat(headlines(fenced.expectThroughput(0.5)))
                .containsExactly("work on the same GPU disturbs the throughput that is measured");

        PlanDraft unfenced = draft().streamOrder(StreamOrder.Work.ZERO_FILL_QUEUED, StreamOrder.Fence.NONE);
        assertThat(headlines(unfenced))
                .containsExactly(
                        "only a GPU has streams",
                        "without a fence the case plants a fault, and nothing says as what it is found");
        assertThat(unfenced.memory(MemoryKind.VRAM)
                        .expectCaught(FindingKind.ZERO)
                        .plan())
                .isInstanceOf(Planned.Possible.class);
        assertThat(headlines(draft().memory(MemoryKind.VRAM)
                        .streamOrder(StreamOrder.Work.GRAPH_HANDOVER, StreamOrder.Fence.STREAM)))
                .containsExactly("this work has no such fence");
        assertThat(headlines(draft().memory(MemoryKind.VRAM)
                        .blocks(blocks(99, 100, 100))
                        .streamOrder(StreamOrder.Work.GRAPH_BESIDE, StreamOrder.Fence.EVENT)))
                .containsExactly("a graph that replays beside a transfer needs blocks of its own");
        assertThat(headlines(draft().memory(MemoryKind.VRAM)
                        .streamOrder(StreamOrder.Work.KERNEL_AFTER_DONE, StreamOrder.Fence.NONE)))
                .containsExactly("this work has no such fence");
        assertThat(headlines(draft().memory(MemoryKind.VRAM)
                        .streamOrder(StreamOrder.Work.CALLS_WITHOUT_CONTEXT, StreamOrder.Fence.NONE)))
                .containsExactly("this work has no such fence");
        assertThat(headlines(draft().memory(MemoryKind.VRAM)
                        .blocks(blocks(99, 100, 200))
                        .streamOrder(StreamOrder.Work.GRAPH_REUSE, StreamOrder.Fence.EVENT)))
                .containsExactly("a graph that replays beside a transfer needs blocks of its own");
    }

    @Test
    void onlyAReadThatAKernelLooksAtIsRepeatedWithoutAPause() {
        assertThat(repeated(draft(), StreamOrder.Work.KERNEL_AFTER_DONE, 100_000))
                .isEmpty();
        String cannot = "this transfer cannot be repeated without a pause";
        assertThat(repeated(draft(), StreamOrder.Work.KERNEL_AFTER_DONE, 0)).containsExactly(cannot);
        assertThat(repeated(draft(), StreamOrder.Work.GRAPH_BESIDE, 2)).containsExactly(cannot);
        assertThat(repeated(draft().direction(Operation.WRITE, Role.PREFILL), StreamOrder.Work.KERNEL_AFTER_DONE, 2))
                .containsExactly(cannot);
    }

    private static List<String> repeated(PlanDraft draft, StreamOrder.Work work, int repeats) {
        return headlines(draft.memory(MemoryKind.VRAM).streamOrder(work, StreamOrder.Fence.EVENT, repeats));
    }

    @Test
    void onlyCachesOnGpusAreHeldInOtherWays() {
        assertThat(headlines(draft().deviceCache(DeviceCache.MAPPED)))
                .containsExactly("only a cache on a GPU can be held so");
        assertThat(headlines(draft().memory(MemoryKind.VRAM_TO_DRAM).deviceCache(DeviceCache.REMAPPED)))
                .containsExactly(
                        "only a cache on a GPU can be held so",
                        "memory that is remapped after it was registered is a fault, and nothing says as what it is found");
        assertThat(headlines(draft().memory(MemoryKind.VRAM_TO_DRAM)
                        .deviceCache(DeviceCache.TWO_DEVICES)
                        .expectThroughput(0.5)))
                .containsExactly("work on streams and throughput are for caches in one plain allocation");
        assertThat(draft().memory(MemoryKind.DRAM_TO_VRAM)
                        .deviceCache(DeviceCache.REMAPPED)
                        .expectCaught(FindingKind.POISON)
                        .plan())
                .isInstanceOf(Planned.Possible.class);
    }

    private static KvGeometry indexed(int indexerDim, Attention attention, KeyValue keyValue) {
        return new KvGeometry(
                2, 1, 64, 16, DataType.FP8, Layout.HND, attention, keyValue, Spacing.GUARDED, indexerDim, List.of());
    }

    @Test
    void anIndexerIsBesideTheLatentOfEachLayer() {
        assertThat(refusal(draft().geometry(indexed(132, Attention.MLA, KeyValue.PACKED))))
                .isEqualTo("possible");
        assertThat(refusal(draft().geometry(indexed(132, Attention.MHA, KeyValue.PACKED))))
                .isEqualTo("""
                        DECLARATION plan: an indexer has a region of its own beside the latent of each layer
                        where: FooConformance.foo
                        declared: indexerDim = 132, attention = MHA, keyValue = PACKED
                        expected: indexerDim = 0, or 1 or more with MLA and not CROSS_LAYER
                        remedy: set attention = MLA, or leave indexerDim out""");
        String headline = "an indexer has a region of its own beside the latent of each layer";
        assertThat(headlines(draft().geometry(indexed(-1, Attention.MLA, KeyValue.PACKED))))
                .containsExactly(headline);
        assertThat(headlines(draft().geometry(indexed(132, Attention.MLA, KeyValue.CROSS_LAYER))))
                .containsExactly(headline);
        assertThat(headlines(draft().memory(MemoryKind.VRAM)
                        .geometry(indexed(132, Attention.MLA, KeyValue.PACKED))
                        .deviceCache(DeviceCache.TWO_DEVICES)))
                .containsExactly("regions take turns on two GPUs only where all are alike");
    }

    private static KvGeometry hybrid(int indexerDim, Integer... parts) {
        boolean latent = indexerDim > 0;
        return new KvGeometry(
                2,
                latent ? 1 : 8,
                128,
                16,
                DataType.BF16,
                Layout.HND,
                latent ? Attention.MLA : Attention.GQA,
                KeyValue.PACKED,
                Spacing.GUARDED,
                indexerDim,
                List.of(parts));
    }

    @Test
    void statesMoveInPartsThatFillABlock() {
        assertThat(refusal(draft().geometry(hybrid(0, 3, 1, 1, 11)))).isEqualTo("possible");
        assertThat(refusal(draft().topology(topology(2, 2)).geometry(hybrid(0, 3, 1, 1, 11))))
                .isEqualTo("possible");
        assertThat(refusal(draft().geometry(hybrid(0, 1, 2)))).isEqualTo("""
                        DECLARATION plan: the parts of a state do not fill a block with whole bytes
                        where: FooConformance.foo
                        declared: stateParts = [1, 2], a block of 65536 bytes
                        expected: blocks of a multiple of 3 bytes
                        remedy: give the parts lengths whose sum divides the block""");
        assertThat(headlines(draft().geometry(hybrid(0, 2, 0))))
                .containsExactly("each of stateParts must be at least 1");
    }

    @Test
    void statesMoveOnlyBetweenEqualShares() {
        assertThat(refusal(draft().topology(topology(1, 2)).geometry(hybrid(0, 1, 1))))
                .isEqualTo("""
                        DECLARATION plan: a state moves only between ranks that hold equal shares of it
                        where: FooConformance.foo
                        declared: stateParts = [1, 1], 1P-TP1 -> 1D-TP2
                        expected: the same TP on both sides
                        remedy: set prefillTp = decodeTp, or leave stateParts out""");
    }

    @Test
    void statesHaveNoIndexerBesideThem() {
        String headline = "states move in single transfers and served requests, and have no indexer beside them";
        assertThat(headlines(draft().geometry(hybrid(64, 1, 1)))).containsExactly(headline);
        assertThat(headlines(draft().memory(MemoryKind.VRAM)
                        .geometry(hybrid(0, 1, 1))
                        .deviceCache(DeviceCache.TWO_DEVICES)))
                .containsExactly(headline);
        assertThat(headlines(draft().topology(new Topology(2, 1, 1, 1, Pairing.MESH))
                        .geometry(hybrid(0, 1, 1))
                        .workload(new PeerChurn(List.of(Trial.JOIN)))))
                .contains(headline);
        assertThat(refusal(draft().geometry(hybrid(0, 1, 1)).workload(PagedServing.of(20, 2, 1, 3))))
                .isEqualTo("possible");
    }

    @Test
    void aPartIsLookedForElsewhereInItsBlock() {
        PlanDraft mutated = draft().mutation(Mutation.WRONG_STATE_OFFSET).expectCaught(FindingKind.TORN);
        assertThat(refusal(mutated)).isEqualTo("""
                        DECLARATION plan: the mutation WRONG_STATE_OFFSET finds no other place in the block for each part of a state
                        where: FooConformance.foo
                        declared: stateParts = []
                        expected: 2 or more parts, none but the last longer than all behind it
                        remedy: set stateParts = {3, 1, 1, 11}, or leave the mutation out""");
        assertThat(refusal(mutated.geometry(hybrid(0, 3, 1, 1, 11)))).isEqualTo("possible");
        assertThat(refusal(mutated.geometry(hybrid(0, 1, 1)))).isEqualTo("possible");
        assertThat(headlines(mutated.geometry(hybrid(0, 1)))).hasSize(1);
        assertThat(headlines(mutated.geometry(hybrid(0, 1, 5, 2)))).hasSize(1);
    }

    @Test
    void aWrongBlockLengthIsNoticedWhereRegionsDiffer() {
        PlanDraft mutated = draft().mutation(Mutation.WRONG_BLOCK_LENGTH).expectCaught(FindingKind.MISPLACED);
        String headline = "the mutation WRONG_BLOCK_LENGTH changes nothing here";
        assertThat(headlines(mutated)).containsExactly(headline);
        assertThat(headlines(mutated.geometry(indexed(64, Attention.MLA, KeyValue.PACKED))))
                .containsExactly(headline);
        assertThat(refusal(mutated.geometry(indexed(132, Attention.MLA, KeyValue.PACKED))))
                .isEqualTo("possible");
    }

    @Test
    void anotherDeviceIsTakenOnlyWhereThereAreTwo() {
        PlanDraft spread = draft().memory(MemoryKind.VRAM)
                .mutation(Mutation.WRONG_DEVICE)
                .deviceCache(DeviceCache.TWO_DEVICES)
                .expectCaught(FindingKind.MISPLACED);
        assertThat(spread.plan()).isInstanceOf(Planned.Possible.class);
        assertThat(headlines(spread.memory(MemoryKind.DRAM_TO_VRAM)))
                .containsExactly("the mutation WRONG_DEVICE needs a region on the other GPU for each");
        assertThat(headlines(draft().memory(MemoryKind.VRAM)
                        .mutation(Mutation.WRONG_DEVICE)
                        .expectCaught(FindingKind.MISPLACED)))
                .containsExactly("the mutation WRONG_DEVICE needs a region on the other GPU for each");
    }

    @Test
    void servedRequestsHaveRanges() {
        assertThat(serving(200, 8, 1, 10, 25, 5, 5, 2).plan()).isInstanceOf(Planned.Possible.class);
        assertThat(headlines(serving(0, 257, 0, 10, 101, 100, -1, -1)))
                .containsExactly(
                        "requests of served requests must be 1 to 2000000",
                        "inFlight of served requests must be 1 to 256",
                        "fewestBlocks of served requests must be 1 or more",
                        "prefixHitPercent of served requests must be 0 to 100",
                        "abortPercent of served requests must be 0 to 99",
                        "latePollPercent of served requests must be 0 to 100",
                        "latePollMillis of served requests must be 0 or more");
        assertThat(headlines(serving(200, 8, 5, 4, 0, 0, 5, 0)))
                .containsExactly(
                        "mostBlocks of served requests must be 5 or more",
                        "latePollMillis of served requests must be 1 or more");
        assertThat(headlines(serving(2_000_000, 8, 1, 10, 0, 0, 0, 0).iterations(97_151)))
                .containsExactly("iterations and served requests are more than there are generations");
    }

    @Test
    void eachCacheHoldsTheLargestOfTheServedRequests() {
        assertThat(refusal(serving(200, 8, 1, 8, 0, 0, 0, 0).blocks(blocks(7, 7, 8))))
                .isEqualTo("""
                        DECLARATION plan: the cache of a prefill engine does not hold the largest of the served requests
                        where: FooConformance.foo
                        declared: mostBlocks = 8, cached of prefill = 7
                        expected: mostBlocks at most 7
                        remedy: lower mostBlocks, or raise cached of prefill""");
    }

    @Test
    void servedRequestsStandAlone() {
        assertThat(headlines(serving(200, 8, 1, 10, 0, 0, 5, 5_000)
                        .expectCompletion(Duration.ofSeconds(10), Duration.ofSeconds(5))))
                .containsExactly("a late poll looks like a stall");
        assertThat(headlines(serving(200, 8, 1, 10, 0, 0, 0, 0)
                        .invalidRequests(InvalidRequest.values())
                        .expectThroughput(0.5)))
                .containsExactly("served requests do not go together with invalid requests, a throughput");
    }

    @Test
    void servedRequestsAskForWhatTheirDirectionAllows() {
        PagedServing some = PagedServing.of(200, 8, 1, 10);
        PlanDraft write = draft().direction(Operation.WRITE, Role.PREFILL);
        assertThat(headlines(write.workload(new PagedServing(
                        200,
                        0,
                        8,
                        1,
                        10,
                        0,
                        new PagedServing.Disturbance(0, 5, 0, 0, 0, 0, 0),
                        new PagedServing.Lease(50, true),
                        1,
                        0,
                        true))))
                .containsExactly(
                        "dropPercent, leaseMillis, refillInHandler of served requests are for blocks that decode reads",
                        "blocks are refilled in the handler that may belong to others when their lease has run out");
        assertThat(headlines(draft().workload(pushed(1, 50))))
                .containsExactly("registeredFirstPercent of served requests is for blocks that prefill writes");
        assertThat(write.workload(pushed(2, 50)).plan()).isInstanceOf(Planned.Possible.class);
        assertThat(headlines(write.workload(pushed(3, 0))))
                .containsExactly("the layers do not fall into 3 equal groups");
        assertThat(headlines(draft().workload(some.with(new PagedServing.Disturbance(0, 0, 0, 0, 0, 5, 5_000)))
                        .expectCompletion(Duration.ofSeconds(10), Duration.ofSeconds(5))))
                .containsExactly("a late post looks like a stall");
        assertThat(headlines(
                        draft().workload(PagedServing.of(1_000_001, 8, 1, 10).with(new PagedServing.Lease(50, false)))))
                .containsExactly(
                        "served requests whose blocks are written over are more than there are generations for both");
        assertThat(headlines(draft().workload(some).mutation(Mutation.REUSED_WITHOUT_QUARANTINE)))
                .containsExactly("the mutation REUSED_WITHOUT_QUARANTINE changes nothing here");
        PagedServing failing = some.with(new PagedServing.Disturbance(0, 0, 5, 0, 0, 0, 0));
        assertThat(headlines(draft().workload(failing)))
                .containsExactly(
                        "failPercent of served requests is for decode ranks that read from several prefill ranks");
        assertThat(headlines(draft().topology(topology(4, 1))
                        .geometry(geometry(1, Attention.MLA, Layout.HND))
                        .workload(failing)))
                .containsExactly(
                        "failPercent of served requests is for decode ranks that read from several prefill ranks");
        assertThat(draft().topology(topology(2, 1))
                        .workload(failing)
                        .mutation(Mutation.REUSED_WITHOUT_QUARANTINE)
                        .plan())
                .isInstanceOf(Planned.Possible.class);
        assertThat(draft().workload(some.with(new PagedServing.Disturbance(0, 5, 0, 0, 0, 0, 0)))
                        .mutation(Mutation.REUSED_WITHOUT_QUARANTINE)
                        .plan())
                .isInstanceOf(Planned.Possible.class);
    }

    private static PagedServing pushed(int layerGroups, int registeredFirstPercent) {
        return new PagedServing(
                200,
                0,
                8,
                1,
                10,
                0,
                PagedServing.Disturbance.NONE,
                PagedServing.Lease.NONE,
                layerGroups,
                registeredFirstPercent,
                false);
    }

    @Test
    void trialsAreOfOneDecodeRankThatReadsInHostMemory() {
        assertThat(headlines(draft().workload(new Teardown(List.of(Trial.ORDERS), 1))))
                .isEmpty();
        assertThat(headlines(draft().topology(topology(1, 2))
                        .direction(Operation.WRITE, Role.PREFILL)
                        .expectThroughput(0.5)
                        .workload(new Teardown(List.of(Trial.JOIN), 0))))
                .containsExactly(
                        "a case has no trial, or one of another workload",
                        "trials are made by decode, which reads",
                        "trials are made by one decode rank with prefill engines of one rank",
                        "trials do not go together with a throughput",
                        "cycles of a teardown must be 1 to 10000");
        assertThat(headlines(draft().memory(MemoryKind.VRAM).workload(new MetadataChaos(-1, 10_001))))
                .containsExactly(
                        "trials watch every byte of the destination, and hold the clocks of two ranks against each other",
                        "cuts and flips of metadata must be 0 to 10000");
        assertThat(refusal(draft().workload(new PeerChurn(List.of(Trial.FREEZE)))))
                .isEqualTo("""
                        DECLARATION plan: trials are made by one decode rank with prefill engines of one rank
                        where: FooConformance.foo
                        declared: 1P-TP1 -> 1D-TP1
                        expected: one decode engine of TP 1, 2 or more prefill engines of TP 1
                        remedy: set decodeEngines, decodeTp and prefillTp to 1, and prefillEngines to 2""");
    }

    private static PlanDraft serving(
            int requests, int inFlight, int fewest, int most, int prefix, int abort, int late, int millis) {
        return draft().workload(new PagedServing(
                requests,
                0,
                inFlight,
                fewest,
                most,
                prefix,
                new PagedServing.Disturbance(abort, 0, 0, late, millis, 0, 0),
                PagedServing.Lease.NONE,
                1,
                0,
                false));
    }

    @Test
    void aStormHasCountsThatCanBe() {
        assertThat(refusal(storm(10, 0, 10, 1, 0, 0))).isEqualTo("possible");
        assertThat(headlines(storm(9, -1, 11, 0, -1, -1)))
                .containsExactly(
                        "transfers of a storm must be 10 to 10000000",
                        "standalone of a storm must be 0 to 1000",
                        "inFlight of a storm must be 1 to 10",
                        "mostBlocks of a storm must be 1 to 10",
                        "perSecond of a storm must be 0 or more",
                        "pollDelayMillis of a storm must be 0 or more");
        assertThat(headlines(draft().workload(new NotificationStorm(
                        10_000_000, 1_000, List.of(-1), 1, 1, 0, 0, 0, 0, 0, false, Optional.empty()))))
                .containsExactly(
                        "quietMillis of a storm must be 1 or more",
                        "noticeMillis of a storm must be 1 or more",
                        "a storm has too many messages",
                        "texts of a storm must have sizes from 0 to 16777216 bytes");
    }

    @Test
    void aStormsPausesFitIntoItsTime() {
        PlanDraft slow = storm(10, 0, 1, 1, 1, 5_000).expectCompletion(Duration.ofSeconds(30), Duration.ofSeconds(5));
        assertThat(headlines(slow))
                .containsExactly(
                        "a pause of the storm looks like a stall", "the pauses of a storm are longer than it may take");
    }

    @Test
    void aStormIsACaseOfItsOwn() {
        assertThat(headlines(storm(10, 0, 1, 1, 0, 0).invalidRequests(InvalidRequest.values())))
                .containsExactly("notifications in a storm do not go together with invalid requests");
    }

    private static PlanDraft storm(
            int transfers, int standalone, int inFlight, int mostBlocks, int perSecond, int pollDelay) {
        return draft().workload(new NotificationStorm(
                transfers,
                standalone,
                List.of(16),
                inFlight,
                mostBlocks,
                perSecond,
                pollDelay,
                0,
                200,
                1_000,
                false,
                Optional.empty()));
    }

    @Test
    void reasonsOfDifferentKindsAreGivenTogether() {
        assertThat(headlines(draft().topology(topology(3, 1))
                        .direction(Operation.READ, Role.PREFILL)
                        .iterations(0)
                        .blocks(blocks(200, 100, 200))
                        .expectThroughput(2)))
                .containsExactly(
                        "data go from prefill to decode, so READ is initiated by decode",
                        "iterations must be from 1 to 2097150",
                        "8 KV heads cannot be shared out over 3 ranks of prefill",
                        "the requests of one prefill engine need 200 blocks, its cache has 100",
                        "the share of the reference is out of range");
    }

    @Test
    void aPlanMadeWithoutADraftIsCheckedToo() {
        TransferPlan plan = Plans.possible(draft());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan.withCached(9, 100))
                .withMessage("1P-TP1 -> 1D-TP1 pack, decode READ, UCX, 10 of 9/100 blocks x 2 layers bf16 HND: "
                        + "the requests of one prefill engine need 10 blocks, its cache has 9");
    }

    @Test
    void aDraftOfAPlanGivesThatPlanAgain() {
        TransferPlan plan = Plans.possible(draft().requirement("A6")
                .topology(new Topology(1, 2, 2, 4, Pairing.ROUND_ROBIN))
                .placement(Placement.SPREAD)
                .direction(Operation.WRITE, Role.PREFILL)
                .backend(Backend.LIBFABRIC)
                .memory(MemoryKind.VRAM)
                .geometry(new KvGeometry(3, 4, 64, 32, DataType.FP8, Layout.HND, Attention.MHA, KeyValue.SEPARATE))
                .blocks(new BlockUse(5, 11, 7, Selection.CONTIGUOUS, 7, 1, true))
                .iterations(4)
                .rails(32, 1)
                .mutation(Mutation.WRONG_OWNER_BLOCK_COUNT)
                .invalidRequests(InvalidRequest.EMPTY, InvalidRequest.INDEX_PAST_END)
                .expectCompletion(Duration.ofSeconds(3), Duration.ofSeconds(1))
                .expectThroughput(0.5)
                .expectCaught(FindingKind.MISPLACED)
                .allowEngineLog("Rail", "why"));
        assertThat(PlanDraft.of("there", plan).plan()).isEqualTo(new Planned.Possible(plan));
        assertThat(plan.invalidRequests()).containsExactly(InvalidRequest.INDEX_PAST_END, InvalidRequest.EMPTY);
        assertThat(plan.expectations())
                .isEqualTo(new Expectations(
                        true,
                        false,
                        Optional.of(new Expectations.Completion(Duration.ofSeconds(3), Duration.ofSeconds(1))),
                        Optional.of(new Expectations.Throughput(0.5)),
                        Set.of(FindingKind.MISPLACED),
                        List.of(new Expectations.AllowedLog("Rail", "why"))));
    }
}
