package org.nixlconform.fault;

import java.time.Duration;
import java.util.Set;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.PagedServing;
import org.nixlconform.plan.TransferPlan;

/** Of requests that engines serve on their own: one of a few goes wrong, or an engine grows with each of many. */
final class ServingFaults {
    private static final String FAMILY = "serving";
    private static final int REQUESTS = 5;
    /** Of the iterations before. */
    private static final int NOTIFICATIONS_BEFORE = 2;

    private static final Duration WITHIN = Duration.ofSeconds(20);
    /** What one that never ends costs. */
    private static final Duration STALL = Duration.ofSeconds(3);

    /** Half of them when the engines are warm. */
    private static final int LASTING_REQUESTS = 3_000;

    private static final int IN_FLIGHT = 4;
    private static final int LEAKED_BYTES = 32 << 10;

    private ServingFaults() {}

    static void addTo(FaultCatalogue catalogue) {
        TransferPlan plan = catalogue.of(
                draft -> draft.workload(PagedServing.of(REQUESTS, 1, 1, 4)).expectCompletion(WITHIN, STALL));
        catalogue.add(
                FAMILY,
                "a served request's notification names one that never began",
                // Nobody tells prefill that the request was read.
                Set.of(FindingKind.NOTIFICATION_ALTERED, FindingKind.STALLED),
                plan,
                // The number of the last request is even: the altered one is the number after it.
                ofTheLast("alter").with("byte", "served ".length()));
        catalogue.add(
                FAMILY,
                "a served request's notification doubled",
                FindingKind.NOTIFICATION_DUPLICATED,
                plan,
                ofTheLast("double"));
        catalogue.add(
                FAMILY,
                "one bit of a served request",
                FindingKind.FOREIGN,
                plan,
                LibraryFault.on(FaultCatalogue.INITIATOR, "flip")
                        .with("request", NOTIFICATIONS_BEFORE + REQUESTS - 1)
                        .with("descriptor", 0)
                        .with("byte", 77)
                        .with("bit", 4));
        catalogue.add(
                FAMILY,
                "memory that each served request keeps",
                FindingKind.GROWTH,
                catalogue.of(draft -> draft.iterations(1)
                        .workload(PagedServing.of(LASTING_REQUESTS, IN_FLIGHT, 1, 1))
                        .expectCompletion(WITHIN, STALL)),
                LibraryFault.on(FaultCatalogue.INITIATOR, "leak")
                        .with("call", "post_xfer_req")
                        .with("times", 0)
                        .with("bytes", LEAKED_BYTES));
    }

    private static LibraryFault ofTheLast(String fault) {
        return LibraryFault.on(FaultCatalogue.TARGET, fault).with("request", NOTIFICATIONS_BEFORE + REQUESTS - 1);
    }
}
