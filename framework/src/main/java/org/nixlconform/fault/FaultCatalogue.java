package org.nixlconform.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Attention;
import org.nixlconform.plan.Backend;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.DataType;
import org.nixlconform.plan.KeyValue;
import org.nixlconform.plan.KvGeometry;
import org.nixlconform.plan.Layout;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.Selection;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;

/**
 * Every fault that we can plant below NIXL's C API, each in a transfer in which it shows, with its places chosen by a
 * seed. What each must be found as is declared here, beside the fault.
 */
public final class FaultCatalogue {
    static final String INITIATOR = "decode-0-rank-0";
    static final String TARGET = "prefill-0-rank-0";
    /** Over which the descriptors of a pair go, eight to each. */
    public static final int RAILS = 4;

    private static final int LAYERS = 4;
    private static final int MOVED = 8;
    private static final int CACHED = 64;
    static final int DESCRIPTORS = LAYERS * MOVED;
    private static final int LAST_ITERATION = 1;

    private final long seed;
    private final Backend backend;
    private final SplittableRandom random;
    private final List<PlantedFault> faults = new ArrayList<>();

    private FaultCatalogue(long seed, Backend backend) {
        this.seed = seed;
        this.backend = backend;
        this.random = new SplittableRandom(seed);
    }

    /** All faults, by family. The same for the same seed. */
    public static List<PlantedFault> all(long seed, Backend backend) {
        FaultCatalogue catalogue = new FaultCatalogue(seed, backend);
        catalogue.data();
        catalogue.outside();
        catalogue.order();
        catalogue.notifications();
        catalogue.completion();
        StormFaults.addTo(catalogue);
        ProcessFaults.addTo(catalogue);
        MetadataFaults.addTo(catalogue);
        LifecycleFaults.addTo(catalogue);
        LogFaults.addTo(catalogue);
        AlteredFaults.addTo(catalogue);
        ServingFaults.addTo(catalogue);
        ThroughputFaults.addTo(catalogue);
        return List.copyOf(catalogue.faults);
    }

    /** Faults of rails, for an environment with {@value #RAILS} rails of simulated EFA that have no place. */
    public static List<PlantedFault> onSimulatedEfa(long seed) {
        FaultCatalogue catalogue = new FaultCatalogue(seed, Backend.LIBFABRIC);
        catalogue.add(
                "rails",
                "a rail that carries nothing",
                FindingKind.RAIL_SHARE,
                catalogue.pair(),
                new Outside.Variable("NIXLCONFORM_FABRIC_FAULT", "idle:" + (1 + catalogue.drawn(RAILS - 1))));
        return List.copyOf(catalogue.faults);
    }

    /** The handful that every run plants first: what spoils data in one run, for it costs a start of engines each. */
    public static List<PlantedFault> canaries(long seed, Backend backend) {
        FaultCatalogue catalogue = new FaultCatalogue(seed, backend);
        catalogue.spoilt();
        catalogue.add(
                "canary",
                "lost notification",
                FindingKind.NOT_NOTIFIED,
                catalogue.pair(),
                LibraryFault.on(TARGET, "lose"));
        catalogue.add(
                "canary",
                "stalled transfer",
                FindingKind.STALLED,
                catalogue.pair(),
                last("stop").with("after", DESCRIPTORS / 2));
        return List.copyOf(catalogue.faults);
    }

    /** One of them in each iteration but the first. */
    private void spoilt() {
        TransferPlan plan = of(draft -> draft.iterations(5));
        List<Integer> blocks = plan.requests().get(0).destinationBlocks();
        long blockBytes = plan.geometry().headBytes(0) * plan.geometry().kvHeads();
        int unselected = 0;
        while (blocks.contains(unselected)) {
            unselected++;
        }
        int at = random.nextInt(DESCRIPTORS);
        faults.add(new PlantedFault(
                "flipped bit, swapped blocks, stale block, overrun",
                "canary",
                seed,
                plan,
                List.of(
                        last("flip").with("descriptor", at).with("byte", 1234).with("bit", 5),
                        swap(at, (at + 1) % DESCRIPTORS).with("request", 2),
                        last("old").with("descriptor", (at + 2) % DESCRIPTORS).with("request", 3),
                        last("write")
                                .with("descriptor", 0)
                                .with("request", 4)
                                .with("bytes", 16)
                                .with("offset", (unselected - blocks.get(0)) * blockBytes)),
                Optional.empty(),
                Set.of(FindingKind.FOREIGN, FindingKind.MISPLACED, FindingKind.STALE, FindingKind.OVERRUN)));
    }

    private void data() {
        int at = random.nextInt(DESCRIPTORS);
        add("data", "zeros", FindingKind.ZERO, pair(), last("zero").with("descriptor", at));
        add(
                "data",
                "one descriptor skipped",
                FindingKind.POISON,
                pair(),
                last("skip").with("descriptor", at));
        add("data", "old generation", FindingKind.STALE, pair(), last("old").with("descriptor", at));
        int sameLayer = at / MOVED * MOVED + (at + 1 + random.nextInt(MOVED - 1)) % MOVED;
        int otherLayer = (at + MOVED * (1 + random.nextInt(LAYERS - 1))) % DESCRIPTORS;
        add("data", "two blocks swapped, same layer", FindingKind.MISPLACED, pair(), swap(at, sameLayer));
        add("data", "two blocks swapped, other layer", FindingKind.MISPLACED, pair(), swap(at, otherLayer));
        LibraryFault across = LibraryFault.on(INITIATOR, "exchange")
                .with("request", 2)
                .with("withRequest", 3)
                .with("descriptor", at)
                .with("with", at);
        add("data", "two blocks swapped, other rank", FindingKind.MISPLACED, of(topology(1, 2, 1, 1)), across);
        add("data", "two blocks swapped, other engine", FindingKind.MISPLACED, of(topology(2, 1, 1, 1)), across);
        for (int bytes : new int[] {1, 8, 4096}) {
            TransferPlan plan = pair();
            add("data", "shifted by " + bytes + " bytes", FindingKind.SHIFTED, plan, shift(plan, at, bytes));
        }
        long word = 1 + 2L * random.nextInt(2000);
        long inLine = word % 8 == 0 ? word + 1 : word;
        add(
                "data",
                "torn at a word that is no cache line's",
                FindingKind.TORN,
                pair(),
                last("old").with("descriptor", at).with("byte", inLine * 8));
        add(
                "data",
                "tail cut by 1 byte",
                FindingKind.TORN,
                pair(),
                last("cut").with("descriptor", at).with("bytes", 1));
        add(
                "data",
                "one bit flipped",
                FindingKind.FOREIGN,
                pair(),
                last("flip")
                        .with("descriptor", at)
                        .with("byte", random.nextInt(32768))
                        .with("bit", random.nextInt(8)));
        add(
                "data",
                "written twice with different contents",
                FindingKind.MISPLACED,
                pair(),
                last("again").with("descriptor", at).with("with", sameLayer));
        add(
                "data",
                "every 8,192nd word wrong",
                FindingKind.FOREIGN,
                pair(),
                last("every").with("words", 8192));
    }

    private static LibraryFault swap(int one, int other) {
        return last("swap").with("descriptor", one).with("with", other);
    }

    /** The data come after DONE, but before the notification: a violation only where a case asks for it. */
    private static LibraryFault lateWrite() {
        return LibraryFault.on(TARGET, "early-done")
                .with("request", LAST_ITERATION)
                .with("milliseconds", 100);
    }

    /** Within its region, or NIXL would refuse the descriptor: one whose block is not the last. */
    private static LibraryFault shift(TransferPlan plan, int preferred, int bytes) {
        List<Integer> blocks = plan.requests().get(0).sourceBlocks();
        int at = preferred;
        while (blocks.get(at % MOVED) == CACHED - 1) {
            at = (at + 1) % DESCRIPTORS;
        }
        return last("shift").with("descriptor", at).with("bytes", bytes);
    }

    private void outside() {
        TransferPlan plan = pair();
        List<Integer> blocks = plan.requests().get(0).destinationBlocks();
        long blockBytes = plan.geometry().headBytes(0) * plan.geometry().kvHeads();
        int position = random.nextInt(MOVED);
        long block = blocks.get(position);
        int unselected = 0;
        while (blocks.contains(unselected)) {
            unselected++;
        }
        LibraryFault write = last("write").with("descriptor", position).with("bytes", 16);
        add(
                "data",
                "written past the end into the guard",
                FindingKind.OVERRUN,
                plan,
                write.with("offset", (CACHED - block) * blockBytes + 8));
        add(
                "data",
                "written into an unselected block",
                FindingKind.OVERRUN,
                plan,
                write.with("offset", (unselected - block) * blockBytes + random.nextInt(1000)));
        long regionStride = plan.arena(plan.topology().ranks().get(0)).regionStrideBytes(0);
        add(
                "data",
                "written into the neighbouring region",
                FindingKind.OVERRUN,
                plan,
                write.with("offset", regionStride + (unselected - block) * blockBytes));
    }

    private void order() {
        add(
                "order",
                "DONE before the data",
                FindingKind.EARLY_DONE,
                pair(),
                last("early-done").with("milliseconds", 200));
        add(
                "order",
                "notification before the data",
                FindingKind.EARLY_NOTIFICATION,
                writePair(),
                new LibraryFault(
                        "early-notification",
                        java.util.Map.of("rank", TARGET, "request", LAST_ITERATION, "milliseconds", 200)));
        add(
                "order",
                "DONE before the data of a WRITE, where the case looks at DONE",
                FindingKind.EARLY_DONE,
                of(draft -> draft.direction(Operation.WRITE, Role.PREFILL).expectVisibleAtDone()),
                lateWrite());
        TransferPlan plan = pair();
        List<Integer> blocks = plan.requests().get(0).sourceBlocks();
        long blockBytes = plan.geometry().headBytes(0) * plan.geometry().kvHeads();
        faults.add(new PlantedFault(
                "source overwritten after an early notification",
                "order",
                seed,
                of(draft -> draft.iterations(1)),
                List.of(
                        LibraryFault.on(INITIATOR, "early-notification").with("milliseconds", 300),
                        LibraryFault.on(TARGET, "overwrite")
                                .with("region", 0)
                                .with("offset", blocks.get(0) * blockBytes)
                                .with("from", blocks.get(1) * blockBytes)
                                .with("bytes", blockBytes)),
                Optional.empty(),
                Set.of(FindingKind.MISPLACED, FindingKind.SOURCE_CHANGED)));
        LibraryFault late = last("late").with("descriptor", DESCRIPTORS - 1).with("milliseconds", 2000);
        add("order", "last descriptor 2 s after DONE", FindingKind.EARLY_DONE, pair(), late);
        add(
                "order",
                "last descriptor delayed by 2 s",
                FindingKind.SLOW,
                of(draft -> draft.expectCompletion(Duration.ofSeconds(1), Duration.ofSeconds(1))),
                late.with("hold", true));
    }

    private void notifications() {
        String family = "notification";
        add(family, "notification lost", FindingKind.NOT_NOTIFIED, pair(), LibraryFault.on(TARGET, "lose"));
        add(
                family,
                "notification doubled",
                FindingKind.NOTIFICATION_DUPLICATED,
                pair(),
                LibraryFault.on(TARGET, "double"));
        add(
                family,
                "notification altered by one byte",
                FindingKind.NOTIFICATION_ALTERED,
                pair(),
                LibraryFault.on(TARGET, "alter").with("byte", random.nextInt(20)));
        add(family, "notification empty", FindingKind.NOTIFICATION_ALTERED, pair(), LibraryFault.on(TARGET, "empty"));
        add(
                family,
                "notification from the wrong sender",
                FindingKind.NOTIFICATION_WRONG_SENDER,
                pair(),
                LibraryFault.on(TARGET, "rename").with("sender", "decode-7-rank-7"));
        add(
                family,
                "notification in the name of another rank",
                FindingKind.NOTIFICATION_WRONG_SENDER,
                of(topology(1, 1, 1, 2)),
                // Whose comes first is chance.
                LibraryFault.on(TARGET, "rename")
                        .with("sender", "decode-0-rank-1")
                        .with("times", 0));
        add(
                family,
                "notification in the name of a rank that owes none",
                FindingKind.NOTIFICATION_WRONG_SENDER,
                of(topology(1, 2, 1, 1)),
                LibraryFault.on(TARGET, "rename").with("sender", "prefill-0-rank-1"));
        add(
                family,
                "notification delivered to another rank",
                FindingKind.NOTIFICATION_MISDELIVERED,
                of(topology(1, 2, 1, 1)),
                LibraryFault.on(INITIATOR, "misdeliver").with("request", 2).with("agent", "prefill-0-rank-1"));
    }

    private void completion() {
        String family = "completion";
        add(family, "never DONE from the start", FindingKind.NEVER_STARTED, pair(), last("never-done"));
        add(
                family,
                "stalled after some descriptors",
                FindingKind.STALLED,
                pair(),
                last("stop").with("after", 1 + random.nextInt(DESCRIPTORS - 2)));
        add(family, "DONE without notification", FindingKind.NOT_NOTIFIED, pair(), last("unnotified"));
        for (String call : List.of("post_xfer_req", "get_xfer_status", "load_remote_md", "create_backend")) {
            add(
                    family,
                    call + " never returns",
                    FindingKind.CALL_NEVER_RETURNED,
                    of(draft -> draft.expectCompletion(Duration.ofSeconds(3), Duration.ofSeconds(2))),
                    LibraryFault.on(INITIATOR, "hang").with("call", call));
        }
        add(
                family,
                "error after some polls",
                FindingKind.REFUSED,
                pair(),
                LibraryFault.on(INITIATOR, "fail")
                        .with("call", "get_xfer_status")
                        .with("status", -2)
                        .with("after", random.nextInt(20)));
        add(
                family,
                "slow",
                FindingKind.SLOW,
                of(draft -> draft.expectCompletion(Duration.ofSeconds(1), Duration.ofSeconds(1))),
                last("slow").with("factor", 3).with("milliseconds", 1800));
    }

    /** On the initiator, in the last of two iterations of one pair. */
    static LibraryFault last(String name) {
        return LibraryFault.on(INITIATOR, name).with("request", LAST_ITERATION);
    }

    /** The same number for the same seed, less than the bound. */
    int drawn(int bound) {
        return random.nextInt(bound);
    }

    void add(String family, String name, FindingKind expected, TransferPlan plan, LibraryFault fault) {
        add(family, name, Set.of(expected), plan, fault);
    }

    void add(String family, String name, Set<FindingKind> expected, TransferPlan plan, LibraryFault fault) {
        faults.add(new PlantedFault(name, family, seed, plan, List.of(fault), Optional.empty(), expected));
    }

    /** With a floor of the throughput that is taken from a run without the fault, see {@link PlantedFault#floor}. */
    void add(
            String family,
            String name,
            FindingKind expected,
            TransferPlan plan,
            LibraryFault fault,
            double floorOfClean) {
        add(family, name, expected, plan, fault, OptionalDouble.of(floorOfClean), Set.of());
    }

    /** @param says words that a fact of a finding must hold */
    void add(
            String family, String name, FindingKind expected, TransferPlan plan, LibraryFault fault, Set<String> says) {
        add(family, name, expected, plan, fault, OptionalDouble.empty(), says);
    }

    private void add(
            String family,
            String name,
            FindingKind expected,
            TransferPlan plan,
            LibraryFault fault,
            OptionalDouble floor,
            Set<String> says) {
        faults.add(new PlantedFault(
                name, family, seed, plan, List.of(fault), Optional.empty(), floor, Set.of(expected), says));
    }

    void add(String family, String name, FindingKind expected, TransferPlan plan, Outside outside) {
        faults.add(new PlantedFault(name, family, seed, plan, List.of(), Optional.of(outside), Set.of(expected)));
    }

    void add(String family, String name, FindingKind expected, TransferPlan plan, LibraryFault fault, Outside outside) {
        faults.add(new PlantedFault(name, family, seed, plan, List.of(fault), Optional.of(outside), Set.of(expected)));
    }

    /** From 0, chosen by the seed. */
    int random(int bound) {
        return random.nextInt(bound);
    }

    TransferPlan pair() {
        return of(draft -> draft);
    }

    TransferPlan writePair() {
        return of(draft -> draft.direction(Operation.WRITE, Role.PREFILL));
    }

    static UnaryOperator<PlanDraft> topology(int prefillEngines, int prefillTp, int decodeEngines, int decodeTp) {
        return draft -> draft.topology(new Topology(prefillEngines, prefillTp, decodeEngines, decodeTp, Pairing.MESH));
    }

    TransferPlan of(UnaryOperator<PlanDraft> change) {
        PlanDraft draft = PlanDraft.at("the fault catalogue")
                .backend(backend)
                .geometry(new KvGeometry(LAYERS, 8, 64, 16, DataType.BF16, Layout.HND, Attention.GQA, KeyValue.PACKED))
                .blocks(new BlockUse(MOVED, CACHED, CACHED, Selection.SHUFFLED, seed, 0, false))
                .iterations(LAST_ITERATION + 1)
                .expectIntegrity()
                .expectCompletion(Duration.ofSeconds(10), Duration.ofSeconds(1));
        Planned planned = change.apply(draft).plan();
        if (planned instanceof Planned.Possible possible) {
            return possible.plan();
        }
        throw new IllegalStateException("a plan of the fault catalogue cannot be: " + planned);
    }
}
