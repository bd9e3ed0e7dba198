package org.nixlconform.assertion;

import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Iteration;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;

/** Assertions about what was seen, for what a plan's expectations do not say. */
public final class TransferObservationAssert extends AbstractAssert<TransferObservationAssert, TransferObservation> {

    TransferObservationAssert(@Nullable TransferObservation actual) {
        super(actual, TransferObservationAssert.class);
    }

    /**
     * Every iteration, of which there is at least one, moved this many bytes in transfers that ended.
     *
     * @param bytes of all initiators together
     */
    public TransferObservationAssert movedBytes(long bytes) {
        hasIterations();
        for (Iteration iteration : actual.iterations()) {
            long moved = iteration.transfers().stream()
                    .filter(transfer -> transfer.status() == 0)
                    .mapToLong(RankTransferOutcome::bytes)
                    .sum();
            if (moved != bytes) {
                throw failureWithActualExpected(
                        moved,
                        bytes,
                        "%s",
                        text(
                                "iteration " + iteration.index() + " moved another number of bytes",
                                bytes + " bytes",
                                moved + " bytes"));
            }
        }
        return this;
    }

    /** Every iteration, of which there is at least one, ended all its transfers, each in less than this. */
    public TransferObservationAssert tookLessThan(Duration bound) {
        hasIterations();
        for (Iteration iteration : actual.iterations()) {
            Optional<RankTransferOutcome> unended = iteration.transfers().stream()
                    .filter(transfer -> transfer.status() != 0)
                    .findFirst();
            Duration longest = iteration.transfers().stream()
                    .map(RankTransferOutcome::total)
                    .max(Comparator.naturalOrder())
                    .orElse(Duration.ZERO);
            if (unended.isPresent() || iteration.transfers().isEmpty() || longest.compareTo(bound) >= 0) {
                String found = unended.map(transfer -> "status " + transfer.status() + " of " + transfer.initiator())
                        .orElse(iteration.transfers().isEmpty() ? "no transfer" : longest.toString());
                throw failureWithActualExpected(
                        longest,
                        bound,
                        "%s",
                        text("iteration " + iteration.index() + " did not end in time", "less than " + bound, found));
            }
        }
        return this;
    }

    /** No engine ended by itself. */
    public TransferObservationAssert lostNoEngine() {
        isNotNull();
        if (!actual.losses().isEmpty()) {
            throw failureWithActualExpected(
                    actual.losses(),
                    "no loss",
                    "%s",
                    text(
                            "engines ended by themselves",
                            "no loss",
                            actual.losses().toString()));
        }
        return this;
    }

    private void hasIterations() {
        isNotNull();
        if (actual.iterations().isEmpty()) {
            throw failure("%s", text("no iteration was observed", "at least 1", "0"));
        }
    }

    private static String text(String headline, String expected, String found) {
        return FindingRenderer.render(Finding.of(FindingKind.CHECK, "observation", headline)
                .with("expected", expected)
                .with("actual", found));
    }
}
