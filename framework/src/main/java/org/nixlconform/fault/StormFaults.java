package org.nixlconform.fault;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.NotificationStorm;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.TransferPlan;

/** Faults in a storm of notifications: one of some hundred messages goes wrong, or engines grow meanwhile. */
final class StormFaults {
    private static final String FAMILY = "storm";
    private static final int TRANSFERS = 64;
    /** Requests that an initiator makes, and notifications that a target gets, before the storm. */
    private static final int BEFORE = 1;

    private static final int NOTICE_MILLIS = 1_000;
    /** On a busy machine one target may have all before another is sent anything. */
    private static final int QUIET_MILLIS = 1_000;
    /** So that there are enough looks at what engines hold when they are warm. */
    private static final int LASTING_TRANSFERS = 3_000;

    private static final int LASTING_PER_SECOND = 1_000;
    private static final int LEAKED_BYTES = 32 << 10;
    private static final double LEAKED_FILES = 0.1;
    private static final int MESSAGES = 2 * TRANSFERS;
    /** Of the shortest text. */
    private static final int TEXT_BYTES = 24;

    private StormFaults() {}

    static void addTo(FaultCatalogue catalogue) {
        lost(catalogue);
        wrong(catalogue);
        late(catalogue);
        growing(catalogue);
    }

    private static void lost(FaultCatalogue catalogue) {
        add(catalogue, "one of a storm's notifications lost", FindingKind.NOT_NOTIFIED, one(catalogue, "lose"));
        add(
                catalogue,
                "one of a storm's notifications doubled",
                FindingKind.NOTIFICATION_DUPLICATED,
                one(catalogue, "double"));
        add(
                catalogue,
                "a storm's transfer without its notification",
                FindingKind.NOT_NOTIFIED,
                LibraryFault.on(FaultCatalogue.INITIATOR, "unnotified")
                        .with("request", BEFORE + catalogue.random(TRANSFERS)));
    }

    private static void wrong(FaultCatalogue catalogue) {
        add(
                catalogue,
                "one of a storm's notifications altered by one byte",
                FindingKind.NOTIFICATION_ALTERED,
                one(catalogue, "alter").with("byte", catalogue.random(TEXT_BYTES)));
        add(
                catalogue,
                "one of a storm's notifications empty",
                FindingKind.NOTIFICATION_ALTERED,
                one(catalogue, "empty"));
        add(
                catalogue,
                "one of a storm's notifications from an unknown sender",
                FindingKind.NOTIFICATION_WRONG_SENDER,
                one(catalogue, "rename").with("sender", "decode-7-rank-7"));
        catalogue.add(
                FAMILY,
                "one of a storm's notifications in the name of another rank",
                FindingKind.NOTIFICATION_WRONG_SENDER,
                plan(catalogue, FaultCatalogue.topology(1, 1, 1, 2)),
                // Whose comes first is chance.
                LibraryFault.on(FaultCatalogue.TARGET, "rename")
                        .with("sender", "decode-0-rank-1")
                        .with("times", 0));
        catalogue.add(
                FAMILY,
                "one of a storm's notifications delivered to another rank",
                FindingKind.NOTIFICATION_MISDELIVERED,
                plan(catalogue, FaultCatalogue.topology(1, 2, 1, 1)),
                LibraryFault.on(FaultCatalogue.INITIATOR, "misdeliver")
                        .with("request", 2 * BEFORE)
                        .with("agent", "prefill-0-rank-1"));
    }

    private static void late(FaultCatalogue catalogue) {
        add(
                catalogue,
                "one of a storm's notifications comes late",
                FindingKind.SLOW,
                LibraryFault.on(FaultCatalogue.TARGET, "detain")
                        .with("request", BEFORE)
                        .with("milliseconds", NOTICE_MILLIS + 700));
        add(
                catalogue,
                "a storm's transfer done without one of its descriptors",
                FindingKind.EARLY_DONE,
                // In the second half: what it leaves out was right before.
                LibraryFault.on(FaultCatalogue.INITIATOR, "skip")
                        .with("request", BEFORE + TRANSFERS / 2)
                        .with("descriptor", 1));
    }

    private static void growing(FaultCatalogue catalogue) {
        LibraryFault leak = LibraryFault.on(FaultCatalogue.INITIATOR, "leak")
                .with("call", "post_xfer_req")
                .with("times", 0);
        UnaryOperator<PlanDraft> lasting = draft -> draft.workload(storm(LASTING_TRANSFERS, LASTING_PER_SECOND));
        catalogue.add(
                FAMILY,
                "memory that each post keeps",
                FindingKind.GROWTH,
                plan(catalogue, lasting),
                leak.with("bytes", LEAKED_BYTES));
        catalogue.add(
                FAMILY,
                "a file that each post leaves open",
                FindingKind.GROWTH,
                plan(catalogue, lasting),
                leak.with("files", 1).with("rate", LEAKED_FILES));
    }

    /** One that arrives in the storm. */
    private static LibraryFault one(FaultCatalogue catalogue, String name) {
        return LibraryFault.on(FaultCatalogue.TARGET, name).with("request", BEFORE + catalogue.random(MESSAGES));
    }

    private static void add(FaultCatalogue catalogue, String name, FindingKind expected, LibraryFault fault) {
        catalogue.add(FAMILY, name, expected, plan(catalogue, draft -> draft), fault);
    }

    private static NotificationStorm storm(int transfers, int perSecond) {
        return new NotificationStorm(
                transfers,
                1,
                List.of(TEXT_BYTES, 100, 9_000),
                4,
                1,
                perSecond,
                0,
                0,
                QUIET_MILLIS,
                NOTICE_MILLIS,
                false,
                Optional.empty());
    }

    private static TransferPlan plan(FaultCatalogue catalogue, UnaryOperator<PlanDraft> change) {
        return catalogue.of(draft -> change.apply(draft.iterations(1)
                .workload(storm(TRANSFERS, 0))
                .expectCompletion(Duration.ofSeconds(20), Duration.ofSeconds(3))));
    }
}
