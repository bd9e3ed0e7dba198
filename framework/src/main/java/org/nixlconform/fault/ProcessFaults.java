package org.nixlconform.fault;

import java.time.Duration;
import java.util.List;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.PeerEnd.Moment;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.TransferPlan;

/** Engine processes that end or stop, by themselves and by a signal. */
final class ProcessFaults {
    private static final String FAMILY = "process";
    private static final RankId INITIATOR = new RankId(Role.DECODE, 0, 0);
    private static final RankId TARGET = new RankId(Role.PREFILL, 0, 0);
    /** How long a transfer is held open for a signal; it would end well without one. */
    private static final Duration HELD = Duration.ofSeconds(4);

    private static final Duration SIGNAL_AFTER = Duration.ofSeconds(1);

    private ProcessFaults() {}

    static void addTo(FaultCatalogue catalogue) {
        crashes(catalogue);
        neverNoticed(catalogue);
        signal(catalogue, "the initiator is killed from outside", FindingKind.ENGINE_DIED, INITIATOR, "KILL");
        signal(catalogue, "the initiator is stopped from outside", FindingKind.STALLED, INITIATOR, "STOP");
        signal(catalogue, "the target is stopped from outside", FindingKind.STALLED, TARGET, "STOP");
    }

    private static void crashes(FaultCatalogue catalogue) {
        for (String how : List.of("segv", "abort", "exit")) {
            for (String call :
                    List.of("create_backend", "register_mem", "load_remote_md", "post_xfer_req", "get_xfer_status")) {
                add(catalogue, how + " in " + call, crash(call, how));
            }
        }
        add(
                catalogue,
                "killed in mid-transfer",
                crash("get_xfer_status", "kill").with("after", 3));
        add(catalogue, "out of memory", crash("get_xfer_status", "memory").with("after", 3));
    }

    private static void add(FaultCatalogue catalogue, String name, LibraryFault fault) {
        catalogue.add(FAMILY, name, FindingKind.ENGINE_DIED, catalogue.pair(), fault);
    }

    private static LibraryFault crash(String call, String how) {
        return LibraryFault.on(FaultCatalogue.INITIATOR, "crash")
                .with("call", call)
                .with("how", how);
    }

    /** The case ends its target itself, and the library below the initiator does not notice. */
    private static void neverNoticed(FaultCatalogue catalogue) {
        Duration within = Duration.ofSeconds(3);
        catalogue.add(
                FAMILY,
                "a transfer whose target dies never ends",
                FindingKind.STALLED,
                catalogue.of(draft ->
                        draft.peerEnd(Role.PREFILL, Moment.IN_FLIGHT).expectCompletion(within, Duration.ofSeconds(2))),
                FaultCatalogue.last("stop").with("after", FaultCatalogue.DESCRIPTORS / 2));
        catalogue.add(
                FAMILY,
                "metadata of a dead target never load",
                FindingKind.CALL_NEVER_RETURNED,
                catalogue.of(draft -> draft.iterations(1)
                        .peerEnd(Role.PREFILL, Moment.BEFORE_METADATA_IS_LOADED)
                        .expectCompletion(within, within)),
                LibraryFault.on(FaultCatalogue.INITIATOR, "hang").with("call", "load_remote_md"));
    }

    private static void signal(
            FaultCatalogue catalogue, String name, FindingKind expected, RankId rank, String signal) {
        TransferPlan patient =
                catalogue.of(draft -> draft.expectCompletion(Duration.ofSeconds(30), HELD.plus(Duration.ofSeconds(2))));
        LibraryFault held = FaultCatalogue.last("late")
                .with("descriptor", catalogue.random(FaultCatalogue.DESCRIPTORS))
                .with("milliseconds", HELD.toMillis())
                .with("hold", true);
        catalogue.add(FAMILY, name, expected, patient, held, new Outside.Signal(rank, signal, SIGNAL_AFTER));
    }
}
