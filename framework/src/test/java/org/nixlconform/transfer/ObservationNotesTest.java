package org.nixlconform.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.nixlconform.engine.EngineStep;
import org.nixlconform.engine.EngineStep.ReferenceCopy;
import org.nixlconform.engine.EngineStep.RequestEnd;
import org.nixlconform.engine.EngineStep.TransferEnd;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.transfer.TransferObservation.Reference;
import org.nixlconform.verdict.Observations;

/** The reference is timed beside each iteration; what it says is the median of all. */
class ObservationNotesTest {
    private static final RankId ONE = new RankId(Role.DECODE, 0, 0);
    private static final RankId OTHER = new RankId(Role.DECODE, 0, 1);

    private final ObservationNotes notes = new ObservationNotes(Observations.plan());

    private Optional<Map<RankId, Double>> seen() {
        return reference().map(Reference::bytesPerSecond);
    }

    private Optional<Reference> reference() {
        return notes.finish(
                        new TransferObservation.AgentSettings(true, "as vLLM does", "NONE", false),
                        new TransferObservation.Host("node-1", 8, 4),
                        List.of(),
                        PathObservation.NONE)
                .reference();
    }

    private static ReferenceCopy copy(Long... passNanos) {
        return new ReferenceCopy(1000, List.of(passNanos), 0, false);
    }

    @Test
    void isTheMedianOfAllPassesButTheFirstOfEach() {
        notes.reference(Map.of(ONE, copy(9000L, 1000L, 1000L, 1000L), OTHER, copy(1L, 500L, 250L, 1000L)));
        notes.reference(Map.of(ONE, copy(9000L, 2000L, 2000L, 2000L), OTHER, copy(1L, 500L, 250L, 1000L)));
        notes.reference(Map.of(ONE, copy(9000L, 2000L, 2000L, 2000L), OTHER, copy(1L, 500L, 250L, 1000L)));

        assertThat(seen()).contains(Map.of(ONE, 0.5e9, OTHER, 2e9));
    }

    @Test
    void isNoneWhereOneCopyWasNotTimed() {
        notes.reference(Map.of(ONE, copy(1000L, 1000L), OTHER, copy(1000L, 1000L)));
        notes.reference(Map.of(ONE, copy(1000L, 1000L), OTHER, new ReferenceCopy(0, List.of(), 1, false)));

        assertThat(seen()).isEmpty();
    }

    @Test
    void isNoneWhereItWasNotAskedFor() {
        assertThat(seen()).isEmpty();
    }

    @Test
    void saysHowItWasMeasuredAndWhatWentFromNodeToNode() {
        notes.reference(Map.of(ONE, new ReferenceCopy(1000, List.of(9L, 9L), 0, true)));
        notes.reference(Map.of(ONE, new ReferenceCopy(1000, List.of(9L, 9L, 9L), 0, true)));

        assertThat(reference()).hasValueSatisfying(reference -> {
            assertThat(reference.method()).isEqualTo(ObservationNotes.STREAMED);
            assertThat(reference.betweenNodesBytes()).isEqualTo(5000);
        });
    }

    @Test
    void aSinglePassIsTaken() {
        notes.reference(Map.of(ONE, copy(1000L)));

        assertThat(seen()).contains(Map.of(ONE, 1e9));
    }

    @Test
    void aRequestThatDidNotEndWasNotAwaitedForLessThanNothing() {
        assertThat(phasesOf(0, Duration.ofMillis(9))).containsExactly("post 2 ms", "wait 7 ms");
        assertThat(phasesOf(1, Duration.ZERO)).containsExactly("post 2 ms");
    }

    private static List<String> phasesOf(int status, Duration total) {
        ObservationNotes noted = new ObservationNotes(Observations.plan());
        RequestEnd request = new RequestEnd(
                new RankId(Role.PREFILL, 0, 0),
                1000,
                1,
                status,
                "",
                "",
                Duration.ZERO,
                Duration.ofMillis(2),
                total,
                OptionalLong.empty(),
                OptionalLong.empty(),
                new EngineStep.AtDone(0, 0, 0, Duration.ZERO, 0));
        TransferEnd end = new TransferEnd(List.of(request), 0, false, List.of(), Optional.empty());
        noted.begin(0, 1).transferred(Map.of(ONE, end), (initiator, target) -> Optional.empty());
        return noted
                .finish(
                        new TransferObservation.AgentSettings(true, "as vLLM does", "NONE", false),
                        new TransferObservation.Host("node-1", 8, 4),
                        List.of(),
                        PathObservation.NONE)
                .phases()
                .stream()
                .map(phase -> phase.phase() + " " + phase.took().toMillis() + " ms")
                .toList();
    }
}
