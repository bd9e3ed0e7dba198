package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.Observations.DECODE_0;
import static org.nixlconform.verdict.Observations.DECODE_1;
import static org.nixlconform.verdict.Observations.PREFILL_0;
import static org.nixlconform.verdict.Observations.PREFILL_1;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.metadata.AgentMetadata;
import org.nixlconform.metadata.AgentMetadata.Connection;
import org.nixlconform.metadata.AgentMetadata.Endpoints;
import org.nixlconform.metadata.AgentMetadata.Rails;
import org.nixlconform.metadata.Flaw;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.GivenMetadata;

/** What metadata were like stands beside what NIXL did with them, and violates nothing by itself. */
class MetadataInspectionTest {
    private static final TransferPlan PLAN = Observations.plan();
    private static final Optional<Flaw> CUT =
            Optional.of(new Flaw("dest_data_ep_3", OptionalInt.of(3), "is missing, the data end at byte 310"));

    static AgentMetadata rails(RankId rank, int rails, Optional<Flaw> flaw) {
        Endpoints data = new Endpoints(OptionalInt.of(rails), Collections.nCopies(rails, 56));
        return new AgentMetadata(
                rank.label(),
                700 + rails,
                List.of(new Connection("LIBFABRIC", 300, Optional.of(new Rails(data, Optional.empty())))),
                List.of(),
                flaw);
    }

    /** Prefill has four rails each. */
    private static Observations given(int decodeRails, Optional<Flaw> flawOfPrefill0) {
        Observations seen = Observations.clean(PLAN)
                .given(PREFILL_0, rails(PREFILL_0, 4, flawOfPrefill0))
                .given(PREFILL_1, rails(PREFILL_1, 4, Optional.empty()));
        for (RankId decode : List.of(DECODE_0, DECODE_1)) {
            seen.given(decode, rails(decode, decodeRails, Optional.empty()));
        }
        List.of(PREFILL_0, PREFILL_1, DECODE_0, DECODE_1).forEach(rank -> seen.phase(rank, "connect"));
        return seen;
    }

    private static Observations refused(Observations seen) {
        return seen.failure(DECODE_0, "connect", "nixl_capi_load_remote_md", -2, "BACKEND");
    }

    private static List<String> metadataOf(Observations seen) {
        return Judge.judge(PLAN, seen.seen()).findings().stream()
                .flatMap(finding -> finding.facts().stream())
                .filter(fact -> fact.name().equals("metadata"))
                .map(Fact::value)
                .toList();
    }

    @Test
    void equalRailsAreNothingToSpeakOf() {
        Verdict verdict = Judge.judge(PLAN, given(4, Optional.empty()).seen());

        assertThat(verdict.outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(verdict.notes()).noneMatch(note -> note.contains("rails") || note.contains("metadata"));
    }

    @Test
    void unequalRailsThatNixlLoadedAreANoteOfEachSide() {
        Verdict verdict = Judge.judge(PLAN, given(2, Optional.empty()).seen());

        assertThat(verdict.outcome()).isEqualTo(Outcome.CONFORMS);
        assertThat(verdict.notes())
                .contains(
                        "prefill declares 4 rails, decode 2; NIXL 1.4.0 on decode loaded them",
                        "decode declares 2 rails, prefill 4; NIXL 1.4.0 on prefill loaded them");
    }

    @Test
    void unequalRailsThatNixlRefusedExplainTheFinding() {
        Observations seen = refused(given(2, Optional.empty()));

        assertThat(metadataOf(seen)).containsExactly("prefill declares 4 rails, decode 2");
        assertThat(Judge.judge(PLAN, seen.seen()).notes())
                .contains("prefill declares 4 rails, decode 2; NIXL 1.4.0 on decode refused them with BACKEND (-2)");
    }

    @Test
    void aFlawNamesTagRailAndSide() {
        Observations seen = refused(given(4, CUT));

        assertThat(metadataOf(seen))
                .containsExactly(
                        "prefill-0-rank-0 gave 704 bytes: tag dest_data_ep_3 (rail 3) is missing, the data end at"
                                + " byte 310");
    }

    /** What NIXL takes is no violation, whatever it looks like. */
    @Test
    void aFlawThatNixlLoadedIsANote() {
        Verdict verdict = Judge.judge(PLAN, given(4, CUT).seen());

        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.notes())
                .contains(
                        "prefill-0-rank-0 gave 704 bytes: tag dest_data_ep_3 (rail 3) is missing, the data end at byte"
                                + " 310; NIXL 1.4.0 on decode loaded them");
    }

    @Test
    void whatWasWholeIsSaidWhereLoadingItFailed() {
        assertThat(metadataOf(refused(given(4, Optional.empty()))))
                .singleElement()
                .asString()
                .startsWith("what prefill-0-rank-0")
                .endsWith("gave was whole, with its name and all its regions");
    }

    @Test
    void aCallThatNeverReturnsAndADeathAreExplainedToo() {
        assertThat(metadataOf(given(2, Optional.empty())
                        .timeout(
                                DECODE_0, "connect", false, Optional.of("nixl_capi_load_remote_md"), Optional.empty())))
                .contains("prefill declares 4 rails, decode 2");
        assertThat(metadataOf(given(2, Optional.empty()).killed(DECODE_0, "connect", "SIGSEGV")))
                .contains("prefill declares 4 rails, decode 2");
    }

    @Test
    void aFailureLongAfterwardsSpeaksOfMetadataOnlyWhereTheyStandOut() {
        assertThat(metadataOf(given(4, Optional.empty())
                        .failure(DECODE_0, "prepare", "nixl_capi_prep_xfer_dlist", -2, "BACKEND")))
                .isEmpty();
        assertThat(metadataOf(given(2, Optional.empty())
                        .failure(DECODE_0, "prepare", "nixl_capi_prep_xfer_dlist", -2, "BACKEND")))
                .containsExactly("prefill declares 4 rails, decode 2");
    }

    /** Nothing of a peer is known to a rank that creates its backend. */
    @Test
    void aFailureBeforeTheyAreExchangedDoesNotSpeakOfThem() {
        assertThat(metadataOf(given(2, Optional.empty())
                        .failure(DECODE_0, "backend", "nixl_capi_create_backend", -2, "BACKEND")))
                .isEmpty();
    }

    @Test
    void regionsOfAnotherProcessAreForeign() {
        Observations seen = Observations.clean(PLAN)
                .given(PREFILL_0, rails(PREFILL_0, 4, Optional.empty()), 1)
                .given(DECODE_0, rails(DECODE_0, 4, Optional.empty()));

        assertThat(metadataOf(refused(seen)))
                .containsExactly(
                        "prefill-0-rank-0 gave 704 bytes: of its 4 regions 1 are among those in tag nixlSecElms");
    }

    @Test
    void ofManyRemarksThreeAreShown() {
        Observations seen = Observations.clean(PLAN);
        for (RankId rank : List.of(PREFILL_0, PREFILL_1, DECODE_0, DECODE_1)) {
            seen.given(rank, rails(rank, 4, Optional.of(new Flaw("c", OptionalInt.empty(), "is cut off"))));
        }

        List<String> notes = Judge.judge(PLAN, seen.seen()).notes();
        assertThat(notes.stream().filter(note -> note.contains("tag c is cut off")))
                .hasSize(3);
        assertThat(notes).contains("metadata: 1 more note");
    }

    @Test
    void anEnginePairIsToldInOneLine() {
        assertThat(GivenMetadata.summary(given(2, Optional.empty()).seen().metadata()))
                .hasValue("rails: prefill 4, decode 2; metadata: prefill 704, decode 702 bytes");
        assertThat(GivenMetadata.summary(List.of())).isEmpty();
        assertThat(given(2, CUT).seen().metadata().get(0).described())
                .isEqualTo(
                        "704 bytes of NIXL 1.4.0, agent prefill-0-rank-0, LIBFABRIC in 300 bytes with 4 rails,"
                                + " 4 of 4 regions, plug-in /opt/nixl/plugins/libplugin_LIBFABRIC.so, tag dest_data_ep_3 (rail 3) is missing, the data end at byte 310");
    }

    @Test
    void aKindIsNotChangedByWhatExplainsIt() {
        assertThat(Judge.judge(PLAN, refused(given(2, Optional.empty())).seen()).findings())
                .extracting(Finding::kind)
                .containsOnly(FindingKind.REFUSED);
    }
}
