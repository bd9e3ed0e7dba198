package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.Observations.DECODE_0;
import static org.nixlconform.verdict.Observations.PREFILL_0;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nixlconform.configuration.KnownIssueSpec;
import org.nixlconform.configuration.KnownIssueSpec.Condition;
import org.nixlconform.configuration.KnownIssueSpec.Condition.Key;
import org.nixlconform.configuration.KnownIssueSpec.Expectation;
import org.nixlconform.configuration.KnownIssueSpec.Signature;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.DeviceCache;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.PeerEnd;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.StreamOrder;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.DifferenceKind;
import org.nixlconform.verdict.KnownIssueMatch.Library;

class KnownIssueMatchTest {
    private static final Library LIBRARY = new Library("nixl-cu12", "1.5.1", Set.of("tcp", "cma"));
    private static final Condition ANY = Condition.NONE;

    private final TransferPlan plan = Observations.plan();
    private final KnownIssueSpec crash = issue(
            "crash",
            Expectation.ALWAYS,
            ANY,
            signature(Optional.of("register"), Optional.empty(), FindingKind.ENGINE_DIED));

    private static KnownIssueSpec issue(String id, Expectation expectation, Condition condition, Signature signature) {
        return new KnownIssueSpec(
                id,
                "what is wrong",
                Optional.of("nixl-cu12"),
                Set.of("1.4.0", "1.5.1"),
                Optional.of("UCX"),
                Set.of(),
                condition,
                signature,
                expectation,
                "https://example.org/1",
                "2026-08-01");
    }

    private static Signature signature(Optional<String> phase, Optional<String> log, FindingKind... kinds) {
        return new Signature(Set.of(kinds), phase, log);
    }

    private static KnownIssueMatch match(
            TransferPlan plan, Library library, TransferObservation seen, KnownIssueSpec... records) {
        return KnownIssueMatch.of(List.of(records), library, plan, Optional.of(seen), Judge.judge(plan, seen));
    }

    private KnownIssueMatch match(Observations seen, KnownIssueSpec... records) {
        return match(plan, LIBRARY, seen.seen(), records);
    }

    private Observations clean() {
        return Observations.clean(plan);
    }

    private Observations crashed() {
        return clean().killed(DECODE_0, "register", "SIGSEGV", "mlx5: no memory", "*** SIGSEGV ***");
    }

    // One test for each row of the table of outcomes.

    @Test
    void theSymptomAloneIsAHit() {
        assertThat(match(crashed(), crash)).isEqualTo(hit(crash));
    }

    @Test
    void aCaseThatConformsMakesARecordObsolete() {
        KnownIssueMatch match = match(clean(), crash);

        assertThat(match)
                .isEqualTo(new KnownIssueMatch(Optional.empty(), List.of(crash), List.of(), List.of(), List.of()));
        assertThat(match.notes()).containsExactly("known issue crash is obsolete: the case conforms");
    }

    @Test
    void aCaseThatConformsIsReportedWhereARecordSaysSometimes() {
        KnownIssueSpec rare = issue("rare", Expectation.SOMETIMES, ANY, crash.signature());

        KnownIssueMatch match = match(clean(), rare);

        assertThat(match)
                .isEqualTo(new KnownIssueMatch(Optional.empty(), List.of(), List.of(rare), List.of(), List.of()));
        assertThat(match.notes()).containsExactly("known issue rare, which shows sometimes, did not show");
        assertThat(match(crashed(), rare)).isEqualTo(hit(rare));
    }

    @Test
    void anotherViolationIsNoHit() {
        KnownIssueMatch match = match(clean().differing(0, DECODE_0, Map.of(DifferenceKind.TORN, 3L)), crash);

        assertThat(match).isEqualTo(otherwise(crash));
        assertThat(match.notes())
                .containsExactly("known issue crash is declared for this case, which violates in another way");
    }

    @Test
    void theSymptomAndAnotherAreNoHit() {
        Observations both = crashed().log(PREFILL_0, "ERROR", "CQ read failed");

        KnownIssueMatch match = match(both, crash);

        assertThat(match)
                .isEqualTo(new KnownIssueMatch(Optional.empty(), List.of(), List.of(), List.of(crash), List.of()));
        assertThat(match.notes()).containsExactly("known issue crash showed, but not alone");
    }

    @Test
    void theSymptomsOfTwoRecordsAreNoHitOfEither() {
        KnownIssueSpec noisy = logged("CQ read", FindingKind.LOG);
        Observations both = crashed().log(PREFILL_0, "ERROR", "CQ read failed");

        assertThat(match(both, crash, noisy).among()).containsExactly(crash, noisy);
        assertThat(match(both, crash, noisy).hit()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"INCONCLUSIVE", "BROKEN"})
    void whatWasNotJudgedIsAsWithoutRecords(Outcome outcome) {
        Finding finding = Finding.of(FindingKind.ENGINE_DIED, "engine", "died").during("register");

        assertThat(KnownIssueMatch.of(
                        List.of(crash), LIBRARY, plan, Optional.empty(), Verdict.without(outcome, finding)))
                .isEqualTo(KnownIssueMatch.NONE);
        // The same finding counts where NIXL was judged, as by a probe that leaves no observation.
        assertThat(KnownIssueMatch.of(
                        List.of(crash), LIBRARY, plan, Optional.empty(), Verdict.without(Outcome.VIOLATES, finding)))
                .isEqualTo(hit(crash));
    }

    @Test
    void aRecordSpeaksOfItsOwnReleasesOnly() {
        for (Library other : List.of(
                new Library("nixl-cu12", "1.5.0", Set.of()),
                new Library("nixl-cu12", "1.5.2", Set.of()),
                new Library("nixl-cu13", "1.5.1", Set.of()))) {
            assertThat(match(plan, other, crashed().seen(), crash)).isEqualTo(KnownIssueMatch.NONE);
            assertThat(match(plan, other, clean().seen(), crash)).isEqualTo(KnownIssueMatch.NONE);
        }
    }

    @Test
    void aRecordSpeaksOfItsOwnProviderOnly() {
        KnownIssueSpec overTcp = new KnownIssueSpec(
                "tcp",
                crash.statement(),
                Optional.empty(),
                crash.versions(),
                Optional.empty(),
                Set.of("cma", "tcp"),
                ANY,
                crash.signature(),
                Expectation.ALWAYS,
                crash.link(),
                crash.since());

        assertThat(match(crashed(), overTcp)).isEqualTo(hit(overTcp));
        for (Set<String> others : List.of(Set.<String>of(), Set.of("tcp"), Set.of("tcp", "cma", "sm"))) {
            assertThat(match(
                            plan,
                            new Library("nixl-cu13", "1.5.1", others),
                            crashed().seen(),
                            overTcp))
                    .isEqualTo(KnownIssueMatch.NONE);
        }
    }

    @Test
    void everyPartOfAConditionMustHold() {
        // The plan: 1P-TP2 -> 1D-TP2 pack, decode READ, UCX in DRAM, bf16 HND.
        assertHolds(true, condition("PACK", "READ", "DECODE", "DRAM", 2, 2, 4));
        assertHolds(true, condition("PACK", "READ", "DECODE", "DRAM", 2, 2, 3));
        assertHolds(false, condition("SPREAD", "READ", "DECODE", "DRAM", 2, 2, 4));
        assertHolds(false, condition("PACK", "WRITE", "DECODE", "DRAM", 2, 2, 4));
        assertHolds(false, condition("PACK", "READ", "PREFILL", "DRAM", 2, 2, 4));
        assertHolds(false, condition("PACK", "READ", "DECODE", "VRAM", 2, 2, 4));
        assertHolds(false, condition("PACK", "READ", "DECODE", "DRAM", 1, 2, 4));
        assertHolds(false, condition("PACK", "READ", "DECODE", "DRAM", 2, 1, 4));
        assertHolds(false, condition("PACK", "READ", "DECODE", "DRAM", 2, 2, 5));
        assertHolds(
                true,
                shape(
                        plan.geometry().layout().name(),
                        "BF16",
                        plan.geometry().attention().name()));
        assertHolds(false, shape("NHD", "BF16", plan.geometry().attention().name()));
        assertHolds(
                false,
                shape(
                        plan.geometry().layout().name(),
                        "FP8",
                        plan.geometry().attention().name()));
        assertHolds(false, shape(plan.geometry().layout().name(), "BF16", "MLA"));
    }

    @Test
    void railsAreHeldAgainstThoseThatTheMetadataTell() {
        KnownIssueSpec unequal = issue("unequal", Expectation.ALWAYS, only(Key.RAILS, "unequal"), crash.signature());
        KnownIssueSpec equal = issue("equal", Expectation.ALWAYS, only(Key.RAILS, "equal"), crash.signature());

        assertThat(match(railed(crashed(), 4, 2), unequal)).isEqualTo(hit(unequal));
        assertThat(match(railed(crashed(), 4, 4), unequal)).isEqualTo(KnownIssueMatch.NONE);
        assertThat(match(railed(crashed(), 4, 2), equal)).isEqualTo(KnownIssueMatch.NONE);
        assertThat(match(railed(crashed(), 4, 4), equal)).isEqualTo(hit(equal));
        assertThat(match(crashed(), equal)).isEqualTo(hit(equal));
        assertThat(match(railed(clean(), 4, 2), unequal).obsolete()).containsExactly(unequal);
    }

    private static Observations railed(Observations seen, int prefill, int decode) {
        return seen.given(PREFILL_0, MetadataInspectionTest.rails(PREFILL_0, prefill, Optional.empty()))
                .given(DECODE_0, MetadataInspectionTest.rails(DECODE_0, decode, Optional.empty()));
    }

    private void assertHolds(boolean holds, Condition condition) {
        KnownIssueSpec record = issue("conditional", Expectation.ALWAYS, condition, crash.signature());
        assertThat(match(crashed(), record)).as("%s", condition).isEqualTo(holds ? hit(record) : KnownIssueMatch.NONE);
    }

    private static Condition condition(
            String placement,
            String operation,
            String initiator,
            String memory,
            int prefillTp,
            int decodeTp,
            int ranks) {
        return new Condition(Map.of(
                Key.PLACEMENT,
                placement,
                Key.OPERATION,
                operation,
                Key.INITIATOR,
                initiator,
                Key.MEMORY,
                memory,
                Key.PREFILL_TP,
                "" + prefillTp,
                Key.DECODE_TP,
                "" + decodeTp,
                Key.MIN_RANKS,
                "" + ranks));
    }

    private static Condition shape(String layout, String dtype, String attention) {
        return new Condition(Map.of(Key.LAYOUT, layout, Key.DTYPE, dtype, Key.ATTENTION, attention));
    }

    private static Condition only(Key key, String wanted) {
        return new Condition(Map.of(key, wanted));
    }

    @Test
    void aRecordMayBeAboutWorkOnAStreamOrTheWayACacheIsHeld() {
        KnownIssueSpec captures =
                issue("captures", Expectation.ALWAYS, only(Key.STREAM_ORDER, "CAPTURE_BESIDE"), crash.signature());
        KnownIssueSpec mapped =
                issue("mapped", Expectation.ALWAYS, only(Key.DEVICE_CACHE, "MAPPED_SHAREABLE"), crash.signature());
        // Work of the rank that died alone: of any other it would be missed.
        for (StreamOrder.Work work : List.of(
                StreamOrder.Work.CAPTURE_BESIDE,
                StreamOrder.Work.THREAD_CAPTURE_BESIDE,
                StreamOrder.Work.MODULES_BESIDE)) {
            TransferPlan plan = Observations.plan(draft -> draft.topology(new Topology(1, 1, 1, 1, Pairing.MESH))
                    .memory(MemoryKind.VRAM)
                    .iterations(1)
                    .streamOrder(work, StreamOrder.Fence.EVENT));
            boolean meant = work == StreamOrder.Work.CAPTURE_BESIDE;
            assertThat(match(plan, LIBRARY, crashedIn(plan), captures, mapped))
                    .as("%s", work)
                    .isEqualTo(meant ? hit(captures) : KnownIssueMatch.NONE);
        }
        for (DeviceCache cache : List.of(DeviceCache.MAPPED, DeviceCache.MAPPED_SHAREABLE)) {
            TransferPlan plan =
                    Observations.plan(draft -> draft.memory(MemoryKind.VRAM).deviceCache(cache));
            boolean meant = cache == DeviceCache.MAPPED_SHAREABLE;
            assertThat(match(plan, LIBRARY, crashedIn(plan), captures, mapped))
                    .as("%s", cache)
                    .isEqualTo(meant ? hit(mapped) : KnownIssueMatch.NONE);
        }
    }

    private static TransferObservation crashedIn(TransferPlan plan) {
        return Observations.clean(plan).killed(DECODE_0, "register", "SIGSEGV").seen();
    }

    @Test
    void aRecordMayBeAboutATargetThatEnds() {
        KnownIssueSpec record =
                issue("dead", Expectation.ALWAYS, only(Key.TARGET_ENDS, "IN_FLIGHT"), crash.signature());
        assertThat(match(crashed(), record)).isEqualTo(KnownIssueMatch.NONE);
        for (Role role : Role.values()) {
            for (PeerEnd.Moment moment : PeerEnd.Moment.values()) {
                TransferPlan ending =
                        Observations.plan(draft -> draft.iterations(1).peerEnd(role, moment));
                boolean meant = role == Role.PREFILL && moment == PeerEnd.Moment.IN_FLIGHT;
                assertThat(match(ending, LIBRARY, crashed().seen(), record))
                        .as("%s %s", role, moment)
                        .isEqualTo(meant ? hit(record) : KnownIssueMatch.NONE);
            }
        }
    }

    @Test
    void theSameSymptomInAnotherPhaseIsAnother() {
        assertThat(match(clean().killed(DECODE_0, "wait", "SIGSEGV"), crash)).isEqualTo(otherwise(crash));
    }

    @Test
    void aLinePatternIsLookedForInLastWordsAndInTheLog() {
        KnownIssueSpec memory = logged("no mem[a-z]+$", FindingKind.ENGINE_DIED);

        assertThat(match(crashed(), memory)).isEqualTo(hit(memory));
        assertThat(match(clean().killed(DECODE_0, "register", "SIGSEGV", "mlx5: no memory left"), memory))
                .isEqualTo(otherwise(memory));
        assertThat(match(clean().killed(DECODE_0, "register", "SIGSEGV"), memory))
                .isEqualTo(otherwise(memory));
    }

    @Test
    void logLinesAreAHitOnlyIfAllOfThemAreMeant() {
        KnownIssueSpec noisy = logged("rail count", FindingKind.LOG);
        Observations meant = clean().log(DECODE_0, "WARN", "rail count is 4").log(PREFILL_0, "WARN", "rail count is 2");

        assertThat(match(meant, noisy)).isEqualTo(hit(noisy));
        assertThat(match(meant.log(DECODE_0, "ERROR", "CQ read failed"), noisy).hit())
                .isEmpty();
    }

    private static KnownIssueSpec logged(String pattern, FindingKind kind) {
        return issue("logged", Expectation.ALWAYS, ANY, signature(Optional.empty(), Optional.of(pattern), kind));
    }

    @Test
    void aCaseThatDoesNotJudgeTheSymptomMakesNothingObsolete() {
        KnownIssueSpec torn =
                issue("torn", Expectation.ALWAYS, ANY, signature(Optional.empty(), Optional.empty(), FindingKind.TORN));
        KnownIssueSpec slow = issue(
                "slow", Expectation.ALWAYS, ANY, signature(Optional.empty(), Optional.empty(), FindingKind.THROUGHPUT));
        KnownIssueSpec accepted = issue(
                "accepted",
                Expectation.ALWAYS,
                ANY,
                signature(Optional.empty(), Optional.empty(), FindingKind.ACCEPTED));
        TransferPlan speedOnly = Observations.planWithout(draft -> draft.expectThroughput(0.5));

        assertThat(match(clean(), torn, slow, accepted).obsolete()).containsExactly(torn);
        assertThat(match(speedOnly, LIBRARY, Observations.clean(speedOnly).seen(), torn, slow, accepted)
                        .obsolete())
                .containsExactly(slow);
    }

    /** The figure is there, and says nothing. */
    @Test
    void aThroughputThatCouldNotBeJudgedMakesNothingObsolete() {
        KnownIssueSpec slow = issue(
                "slow", Expectation.ALWAYS, ANY, signature(Optional.empty(), Optional.empty(), FindingKind.THROUGHPUT));
        TransferPlan fast = Observations.plan(draft -> draft.expectThroughput(0.5));
        TransferObservation crowded = Observations.clean(fast).host(2, 4).seen();

        assertThat(Judge.judge(fast, crowded).shareOfReference()).isPresent();
        assertThat(match(fast, LIBRARY, crowded, slow)).isEqualTo(KnownIssueMatch.NONE);
        assertThat(match(fast, LIBRARY, Observations.clean(fast).seen(), slow).obsolete())
                .containsExactly(slow);
    }

    @Test
    void aCaseThatPlantsAFaultMakesNothingObsolete() {
        TransferPlan caught = Observations.plan(draft -> draft.expectCaught(FindingKind.TORN));
        TransferObservation seen = Observations.clean(caught)
                .differing(0, DECODE_0, Map.of(DifferenceKind.TORN, 3L))
                .seen();

        assertThat(Judge.judge(caught, seen).outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(match(caught, LIBRARY, seen, crash)).isEqualTo(KnownIssueMatch.NONE);
    }

    private static KnownIssueMatch otherwise(KnownIssueSpec record) {
        return new KnownIssueMatch(Optional.empty(), List.of(), List.of(), List.of(), List.of(record));
    }

    private static KnownIssueMatch hit(KnownIssueSpec record) {
        return new KnownIssueMatch(Optional.of(record), List.of(), List.of(), List.of(), List.of());
    }
}
