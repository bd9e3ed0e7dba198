package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.JudgeAssertions.fact;
import static org.nixlconform.verdict.JudgeAssertions.findings;
import static org.nixlconform.verdict.JudgeAssertions.onlyFinding;
import static org.nixlconform.verdict.Observations.DECODE_0;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.InvalidRequest;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation.InvalidRequestOutcome;

class InvalidRequestCheckTest {
    private final TransferPlan plan = Observations.plan(draft -> draft.invalidRequests(InvalidRequest.values()));

    @Test
    void refusedRequestsAreNoFinding() {
        assertThat(findings(plan, Observations.clean(plan))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void acceptedRequestIsAFinding(int status) {
        Finding finding = onlyFinding(plan, accepted(InvalidRequest.NEGATIVE_INDEX, status), FindingKind.ACCEPTED);

        assertThat(finding.headline())
                .isEqualTo("a request with a negative remote index was accepted on decode-0-rank-0, decode-0-rank-1");
        assertThat(fact(finding, "actual")).isEqualTo("ANY (" + status + ")");
    }

    @ParameterizedTest
    @EnumSource(InvalidRequest.class)
    void everyRequestHasItsWords(InvalidRequest request) {
        assertThat(onlyFinding(plan, accepted(request, 0), FindingKind.ACCEPTED).headline())
                .startsWith("a request with ")
                .doesNotContain(request.name());
    }

    @Test
    void requestThatALossKeptFromBeingMadeIsNoFindingOfItsOwn() {
        onlyFinding(
                plan,
                Observations.clean(plan).killed(DECODE_0, "make", "SIGSEGV").invalidRequests(outcomes -> List.of()),
                FindingKind.ENGINE_DIED);
    }

    private Observations accepted(InvalidRequest request, int status) {
        return Observations.clean(plan)
                .invalidRequests(outcomes -> outcomes.stream()
                        .map(outcome -> outcome.request() == request
                                ? new InvalidRequestOutcome(outcome.rank(), request, status, "ANY")
                                : outcome)
                        .toList());
    }
}
