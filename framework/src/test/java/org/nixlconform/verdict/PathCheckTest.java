package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Placement;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.PathObservation.Carried;

class PathCheckTest {
    private final TransferPlan spread = Observations.plan(draft -> draft.placement(Placement.SPREAD));
    private final long moved = Observations.clean(spread).seen().iterations().stream()
            .flatMap(iteration -> iteration.transfers().stream())
            .mapToLong(transfer -> transfer.bytes())
            .sum();

    @Test
    void whatTheInterfacesForDataCarriedIsAllRight() {
        assertThat(check(spread, carried("data0", true, moved), carried("ctl0", false, 100_000)))
                .isEmpty();
    }

    @Test
    void nothingIsSaidWhereNoInterfaceIsNamedForData() {
        assertThat(check(spread)).isEmpty();
    }

    @Test
    void aPackedCaseNeedsNoNetwork() {
        assertThat(check(Observations.plan(draft -> draft), carried("data0", true, 0)))
                .isEmpty();
    }

    @Test
    void blocksThatNoInterfaceForDataCarriedTookAnotherPath() {
        List<Finding> findings = check(spread, carried("data0", true, 0), carried("ctl0", false, moved));

        assertThat(findings).extracting(Finding::kind).containsExactly(FindingKind.WRONG_PATH);
        assertThat(findings.get(0).facts())
                .anyMatch(fact -> fact.value().contains("node data0 (data): received 0 bytes"));
    }

    @Test
    void justUnderNineTenthsIsAnotherPathAndJustOverIsNot() {
        assertThat(check(spread, carried("data0", true, (long) (moved * 0.89)))).hasSize(1);
        assertThat(check(spread, carried("data0", true, (long) (moved * 0.91)))).isEmpty();
    }

    @Test
    void anotherInterfaceThatCarriesMuchIsAnotherPathToo() {
        assertThat(check(spread, carried("data0", true, moved), carried("ctl0", false, moved / 5 + (17L << 20))))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.WRONG_PATH);
    }

    @Test
    void blocksThatWereReceivedTwiceWereRelayedOnTheWay() {
        long once = moved + (16L << 20);

        assertThat(check(spread, carried("data0", true, once + moved)))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.WRONG_PATH);
        assertThat(check(spread, carried("data0", true, once))).isEmpty();
    }

    @Test
    void whatTheReferenceSentOverTheInterfacesForDataIsNotTakenForBlocks() {
        long reference = 8 * moved;

        assertThat(new PathCheck()
                        .check(
                                spread,
                                Observations.clean(spread)
                                        .referenceBetweenNodes(reference)
                                        .carried(carried("data0", true, reference))
                                        .seen()))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.WRONG_PATH);
        assertThat(new PathCheck()
                        .check(
                                spread,
                                Observations.clean(spread)
                                        .referenceBetweenNodes(reference)
                                        .carried(carried("data0", true, reference + moved))
                                        .seen()))
                .isEmpty();
    }

    private static Carried carried(String device, boolean forData, long receivedBytes) {
        return new Carried("node", device, forData, receivedBytes, 0);
    }

    private static List<Finding> check(TransferPlan plan, Carried... carried) {
        return new PathCheck()
                .check(plan, Observations.clean(plan).carried(carried).seen());
    }
}
