package org.nixlconform.fault;

import java.time.Duration;
import java.util.List;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Lifecycle;
import org.nixlconform.plan.MetadataChaos;
import org.nixlconform.plan.Teardown;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.plan.Trial;

/** Calls about the life of agents and requests that answer otherwise than NIXL documents. */
final class LifecycleFaults {
    private static final String FAMILY = "lifecycle";
    /** The agent that a trial has on the rank that asks. */
    private static final String AGENT = FaultCatalogue.INITIATOR + ".a";

    private static final Duration WITHIN = Duration.ofSeconds(20);
    private static final Duration STALL = Duration.ofSeconds(10);

    private LifecycleFaults() {}

    static void addTo(FaultCatalogue catalogue) {
        TransferPlan forgotten = plan(catalogue, new Teardown(List.of(Trial.POST_TO_INVALIDATED), 1));
        catalogue.add(
                FAMILY,
                "a transfer to an agent that was forgotten is done at once",
                FindingKind.LIFECYCLE,
                forgotten,
                fail(AGENT, "post_xfer_req", 0));
        catalogue.add(
                FAMILY,
                "segv in invalidate_remote_md",
                FindingKind.ENGINE_DIED,
                forgotten,
                LibraryFault.on(AGENT, "crash")
                        .with("call", "invalidate_remote_md")
                        .with("how", "segv"));
        catalogue.add(
                FAMILY,
                "memory cannot be deregistered once the peer was forgotten",
                FindingKind.LIFECYCLE,
                plan(catalogue, new Teardown(List.of(Trial.ORDERS), 1)),
                fail(FaultCatalogue.INITIATOR + ".c0", "deregister_mem", -2));
        catalogue.add(
                FAMILY,
                "right metadata are refused after damaged ones",
                FindingKind.LIFECYCLE,
                plan(catalogue, new MetadataChaos(0, 0)),
                fail(AGENT, "load_remote_md", -2).with("after", 1));
    }

    private static LibraryFault fail(String agent, String call, int status) {
        return LibraryFault.on(agent, "fail").with("call", call).with("status", status);
    }

    /** NIXL says so where it refuses what a trial asks for. It has more time, as agents of trials come and go beside it. */
    private static TransferPlan plan(FaultCatalogue catalogue, Lifecycle workload) {
        return catalogue.of(draft -> draft.iterations(1)
                .workload(workload)
                .expectCompletion(WITHIN, STALL)
                .allowEngineLog(".", "the case asks for what is refused"));
    }
}
