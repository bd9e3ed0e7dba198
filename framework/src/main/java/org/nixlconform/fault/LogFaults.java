package org.nixlconform.fault;

import java.time.Duration;
import org.nixlconform.message.FindingKind;

/** What an engine writes to standard error. */
final class LogFaults {
    private static final String FAMILY = "log";
    private static final long GIGABYTE = 1_000_000_000;

    private LogFaults() {}

    static void addTo(FaultCatalogue catalogue) {
        line(catalogue, "a warning", "W1121 10:00:00.000000 1 x.cpp:1] planted warning");
        line(catalogue, "an error", "E1121 10:00:00.000000 1 x.cpp:1] planted error");
        line(
                catalogue,
                "libfabric: remote key not registered",
                "E1121 10:00:00.000000 1 libfabric_rail.cpp:1] Remote key (RKEY) not registered");
        line(
                catalogue,
                "libfabric: CQ read failed",
                "E1121 10:00:00.000000 1 libfabric_rail.cpp:1] CQ read failed on rail 28");
        catalogue.add(
                FAMILY,
                "binary noise",
                FindingKind.LOG,
                catalogue.pair(),
                log().with("noiseBytes", 1000 + catalogue.random(500_000)));
        catalogue.add(
                FAMILY,
                "1 GB of log",
                FindingKind.LOG,
                // The engine is in the call for as long as it writes.
                catalogue.of(draft -> draft.expectCompletion(Duration.ofSeconds(240), Duration.ofSeconds(120))),
                log().with("text", "I1121 10:00:00.000000 1 x.cpp:1] planted line that says nothing, over and over")
                        .with("repeatBytes", GIGABYTE));
    }

    private static void line(FaultCatalogue catalogue, String name, String text) {
        catalogue.add(FAMILY, name, FindingKind.LOG, catalogue.pair(), log().with("text", text));
    }

    private static LibraryFault log() {
        return LibraryFault.on(FaultCatalogue.INITIATOR, "log").with("call", "post_xfer_req");
    }
}
