package org.nixlconform.plan;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One thing of an agent's life that is tried on its own, by fresh agents in the engine processes: the first decode rank asks, the
 * prefill ranks serve. Where NIXL's headers say what must come of it, that is judged; the rest is written down as what a release does.
 */
public enum Trial {
    /** The status of a request that was never posted. */
    STATUS_BEFORE_POST(Teardown.class, "a request that was not posted is not done"),
    /** A request is posted a second time while it is active. */
    POST_WHILE_ACTIVE(
            Teardown.class, "posting an active request is an error, and the request ends as if it had not been tried"),
    /** A request is posted a second time when it is done. */
    POST_WHEN_DONE(Teardown.class, "a request that is done can be posted again, and moves its blocks again"),
    /** A request that failed because its peer's agent is gone is posted again. */
    POST_AFTER_ERROR(Teardown.class, "it is not done without its blocks, can be released, and the agent stays usable"),
    /** A request is released as soon as it was posted, and its destination is watched. */
    RELEASE_IN_FLIGHT(
            Teardown.class, "it is canceled, or the release returns an error; once it is canceled no byte lands"),
    /** The initiator deregisters the memory into which blocks move. */
    DEREGISTER_OWN_IN_FLIGHT(Teardown.class, "it is refused, or the transfer ends; it is not done without its blocks"),
    /** The target deregisters the memory out of which blocks move. */
    DEREGISTER_PEERS_IN_FLIGHT(
            Teardown.class, "it is refused, or the transfer ends; it is not done without its blocks"),
    /** The initiator forgets the target while blocks move. */
    INVALIDATE_IN_FLIGHT(
            Teardown.class,
            "the transfer ends, is not done without its blocks, and the target can be loaded and read again"),
    /** A request to a target that was invalidated is posted, while that waits for its notification. */
    POST_TO_INVALIDATED(
            Teardown.class, "no transfer to an invalidated agent can be begun, and the one who waits can be told so"),
    /** A request to memory that the target has deregistered is posted, while that waits for its notification. */
    POST_TO_DEREGISTERED(Teardown.class, "the post ends, and the one who waits is notified or can be told"),
    /**
     * Release, deregister, invalidate and destroy in every order; what comes after the end of the agent is left out. Repeated as often
     * as the workload says.
     */
    ORDERS(Teardown.class, "every call succeeds, and file descriptors, threads and memory do not grow"),
    /** The status of a request that was released. */
    STATUS_AFTER_RELEASE(Teardown.class, ""),
    /** A request that was released is released again. */
    RELEASE_TWICE(Teardown.class, ""),
    /** Damaged metadata are loaded, and after each the right ones. */
    DAMAGED_METADATA(
            MetadataChaos.class,
            "none and cut metadata, and those of another backend, are refused; the agent stays usable"),
    /** A prefill engine is killed and comes back; its new agent has the old name. */
    RESTART_UNDER_OLD_NAME(
            PeerChurn.class,
            "an old request ends without old data, and once the old agent is forgotten the new one is read"),
    /** A prefill engine is killed and comes back; its new agent has another name. */
    RESTART_UNDER_NEW_NAME(
            PeerChurn.class,
            "an old request ends without old data, and once the old agent is forgotten the new one is read"),
    /** Another thread makes the last prefill engine known while blocks of the others move. */
    JOIN(PeerChurn.class, "transfers with the others go on, and the first from the newcomer is right"),
    /** The last prefill engine is stopped, and later goes on. */
    FREEZE(PeerChurn.class, "transfers with the others go on, and those with the stopped one end when it does");

    private final Class<? extends Lifecycle> workload;
    private final String documented;

    Trial(Class<? extends Lifecycle> workload, String documented) {
        this.workload = workload;
        this.documented = documented;
    }

    /** All of a workload. */
    static List<Trial> of(Class<?> workload) {
        return Arrays.stream(values())
                .filter(trial -> trial.workload == workload)
                .toList();
    }

    Class<? extends Lifecycle> workload() {
        return workload;
    }

    /** What must come of it; empty where NIXL says nothing, so that whatever a release does, also a crash, is written down only. */
    public String documented() {
        return documented;
    }

    /** Whether there is anything to judge. */
    public boolean isDocumented() {
        return !documented.isEmpty();
    }

    /** Such as {@code release-in-flight}: what known issues call the phase. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What can be said only if blocks moved while it was done. */
    public boolean needsFlight() {
        return this == POST_WHILE_ACTIVE
                || this == RELEASE_IN_FLIGHT
                || this == DEREGISTER_OWN_IN_FLIGHT
                || this == DEREGISTER_PEERS_IN_FLIGHT
                || this == INVALIDATE_IN_FLIGHT;
    }

    /** How many prefill engines there must be at least. */
    int prefillEngines() {
        return this == JOIN || this == FREEZE ? 2 : 1;
    }

    static String labels(List<Trial> trials) {
        return String.join(", ", trials.stream().map(Trial::label).toList());
    }
}
