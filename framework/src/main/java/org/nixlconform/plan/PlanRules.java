package org.nixlconform.plan;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;

/** Everything that makes a draft impossible. Each rule is one method; all that can be judged are. */
final class PlanRules {
    private static final int MOST_RANKS = 65_536;
    private static final double MOST_SHARE_OF_REFERENCE = 1.5;

    private final PlanDraft draft;
    private final Topology topology;
    private final KvGeometry geometry;
    private final BlockUse blocks;
    private final List<Finding> refusals = new ArrayList<>();

    private PlanRules(PlanDraft draft) {
        this.draft = draft;
        this.topology = draft.topology();
        this.geometry = draft.geometry();
        this.blocks = draft.blocks();
    }

    /** All reasons against a draft, none when it can be carried out and judged. */
    static List<Finding> refusals(PlanDraft draft) {
        PlanRules rules = new PlanRules(draft);
        rules.checkAll();
        rules.somethingIsExpected();
        return List.copyOf(rules.refusals);
    }

    /** Throws when a draft cannot be carried out. One that expects nothing can. */
    static void requirePossible(PlanDraft draft) {
        PlanRules rules = new PlanRules(draft);
        rules.checkAll();
        if (!rules.refusals.isEmpty()) {
            throw new IllegalArgumentException(draft.name() + ": "
                    + rules.refusals.stream().map(Finding::headline).collect(Collectors.joining("; ")));
        }
    }

    private void checkAll() {
        requirementIsAnId();
        directionFitsTheFlowOfData();
        boolean counts = everyCountIsPositive() & prefixIsPartOfARequest();
        iterationsHaveAGenerationEach();
        if (counts) {
            pairingUsesEveryEngine();
            boolean shared = headsCanBeShared() && headsNest();
            if (shared) {
                slicesAreContiguous();
                if (memoryIsAddressable()) {
                    statesMoveInParts();
                }
            }
            cachesHoldTheRequests();
            mutationChangesSomething();
        }
        if (!draft.requestSizes().isEmpty()) {
            sizesAreOfRequests();
        }
        draft.rails().ifPresent(this::railsCanBeSimulated);
        draft.peerEnd().ifPresent(this::endCanBeJudged);
        draft.streamOrder().ifPresent(this::orderCanBeJudged);
        draft.workload().ifPresent(workload -> refusals.addAll(workload.refusals(draft)));
        draft.deviceCache().ifPresent(this::cacheCanBeHeld);
        expectationsAreJudgeable();
    }

    private void requirementIsAnId() {
        draft.requirement()
                .filter(id -> !id.matches("[A-Za-z0-9._-]+"))
                .ifPresent(id -> refuse(
                        "the requirement is not an id of the scenario catalogue",
                        "requirement = \"" + id + "\"",
                        "letters, digits, dots and dashes, such as A9",
                        "write the id alone, or no requirement"));
    }

    private void directionFitsTheFlowOfData() {
        Role needed = draft.direction().operation() == Operation.READ ? Role.DECODE : Role.PREFILL;
        if (draft.direction().initiator() != needed) {
            refuse(
                    "data go from prefill to decode, so " + draft.direction().operation() + " is initiated by "
                            + needed.label(),
                    "operation = " + draft.direction().operation() + ", initiator = "
                            + draft.direction().initiator(),
                    "READ by DECODE or WRITE by PREFILL",
                    "set initiator = " + needed);
        }
    }

    private boolean everyCountIsPositive() {
        int before = refusals.size();
        positive("prefillEngines", topology.prefillEngines());
        positive("prefillTp", topology.prefillTp());
        positive("decodeEngines", topology.decodeEngines());
        positive("decodeTp", topology.decodeTp());
        positive("transferred", blocks.transferred());
        positive("cached of prefill", blocks.prefillCached());
        positive("cached of decode", blocks.decodeCached());
        positive("layers", geometry.layers());
        positive("kvHeads", geometry.kvHeads());
        positive("headDim", geometry.headDim());
        positive("tokensPerBlock", geometry.tokensPerBlock());
        geometry.stateParts().forEach(part -> positive("each of stateParts", part));
        indexerBelongsToALatent();
        return refusals.size() == before && ranksAreFew();
    }

    private void positive(String name, int value) {
        if (value < 1) {
            refuse(name + " must be at least 1", name + " = " + value, "1 or more", "set " + name + " to 1 or more");
        }
    }

    private void indexerBelongsToALatent() {
        boolean placed = geometry.attention() == Attention.MLA && geometry.keyValue() != KeyValue.CROSS_LAYER;
        if (geometry.indexerDim() < 0 || (geometry.indexerDim() > 0 && !placed)) {
            refuse(
                    "an indexer has a region of its own beside the latent of each layer",
                    "indexerDim = " + geometry.indexerDim() + ", attention = " + geometry.attention() + ", keyValue = "
                            + geometry.keyValue(),
                    "indexerDim = 0, or 1 or more with MLA and not CROSS_LAYER",
                    "set attention = MLA, or leave indexerDim out");
        }
    }

    private boolean ranksAreFew() {
        double ranks = (double) topology.prefillEngines() * topology.prefillTp()
                + (double) topology.decodeEngines() * topology.decodeTp();
        if (ranks > MOST_RANKS) {
            refuse(
                    String.format(Locale.ROOT, "%.0f ranks are more than one plan can have", ranks),
                    topology.label(),
                    "at most " + MOST_RANKS + " ranks",
                    "use fewer engines or a smaller TP");
        }
        return ranks <= MOST_RANKS;
    }

    private boolean prefixIsPartOfARequest() {
        int prefixHit = blocks.prefixHit();
        boolean part = prefixHit >= 0 && (prefixHit <= blocks.transferred() || blocks.transferred() < 1);
        if (!part) {
            refuse(
                    "a prefix hit is a part of a request, or all of it",
                    "prefixHit = " + prefixHit + ", transferred = " + blocks.transferred(),
                    "prefixHit from 0 to " + blocks.transferred(),
                    prefixHit < 0 ? "set prefixHit to 0 or more" : "lower prefixHit or raise transferred");
        }
        boolean whole = blocks.moved() == 0 && blocks.transferred() > 0;
        if (whole
                && (draft.direction().operation() != Operation.READ
                        || draft.expectations().completion().isEmpty()
                        || draft.expectations().throughput().isPresent()
                        || draft.streamOrder().isPresent()
                        || !draft.invalidRequests().isEmpty())) {
            refuse(
                    "where decode holds all blocks of a request, all that is left of it is that decode tells prefill",
                    "prefixHit = " + prefixHit + ", transferred = " + blocks.transferred(),
                    "READ, a completion, and neither a throughput, a stream order nor invalid requests",
                    "lower prefixHit, or leave the rest out");
        }
        return part;
    }

    private void iterationsHaveAGenerationEach() {
        if (draft.iterations() < 1 || draft.iterations() > Generations.MOST_ITERATIONS) {
            refuse(
                    "iterations must be from 1 to " + Generations.MOST_ITERATIONS,
                    "iterations = " + draft.iterations(),
                    "each iteration has a generation of its own, of which a word of payload holds 21 bits",
                    "set iterations to 1 or more, such as 3");
        }
    }

    private void sizesAreOfRequests() {
        List<Integer> sizes = draft.requestSizes();
        boolean within = sizes.stream().allMatch(size -> size >= 1 && size <= blocks.transferred());
        if (!within || sizes.size() != draft.iterations()) {
            refuse(
                    "each iteration moves some blocks of a request, or all",
                    "requestSizes = " + sizes + ", transferred = " + blocks.transferred() + ", iterations = "
                            + draft.iterations(),
                    "sizes from 1 to " + blocks.transferred() + ", one for each iteration",
                    "raise transferred, or leave iterations out");
        }
        if (blocks.prefixHit() > 0
                || draft.streamOrder().isPresent()
                || draft.workload().isPresent()
                || draft.expectations().throughput().isPresent()) {
            refuse(
                    "requests that differ in size are for single transfers alone",
                    "requestSizes, and a prefix hit, a stream order, a workload or a throughput",
                    "none of them",
                    "give them cases of their own");
        }
    }

    private void pairingUsesEveryEngine() {
        if (topology.pairing() == Pairing.ROUND_ROBIN && topology.decodeEngines() < topology.prefillEngines()) {
            int idle = topology.prefillEngines() - topology.decodeEngines();
            refuse(
                    "ROUND_ROBIN leaves " + idle + " of " + topology.prefillEngines()
                            + " prefill engines without a request",
                    "prefillEngines = " + topology.prefillEngines() + ", decodeEngines = " + topology.decodeEngines()
                            + ", pairing = ROUND_ROBIN",
                    "at least as many decode engines as prefill engines",
                    "set prefillEngines to " + topology.decodeEngines() + " or less, or pairing = MESH");
        }
    }

    private boolean headsCanBeShared() {
        if (geometry.attention() == Attention.MLA) {
            if (geometry.kvHeads() != 1) {
                refuse(
                        "MLA has one latent per token, not " + geometry.kvHeads() + " KV heads",
                        "attention = MLA, kvHeads = " + geometry.kvHeads(),
                        "kvHeads = 1",
                        "set kvHeads = 1; headDim is the width of the latent");
            }
            return geometry.kvHeads() == 1;
        }
        return headsCanBeShared(Role.PREFILL) & headsCanBeShared(Role.DECODE);
    }

    private boolean headsCanBeShared(Role role) {
        int tp = topology.tp(role);
        if (canShare(tp)) {
            return true;
        }
        String attribute = role.label() + "Tp";
        int below = IntStream.iterate(tp, lower -> lower - 1)
                .filter(this::canShare)
                .findFirst()
                .orElse(1);
        int above = nextAbove(tp);
        refuse(
                geometry.kvHeads() + " KV heads cannot be shared out over " + tp + " ranks of " + role.label(),
                attribute + " = " + tp + ", kvHeads = " + geometry.kvHeads() + ", attention = " + geometry.attention(),
                geometry.attention() == Attention.MHA
                        ? "kvHeads a multiple of " + attribute
                        : "kvHeads a multiple of " + attribute + ", or " + attribute + " a multiple of kvHeads",
                "set " + attribute + " to " + below + (above > tp ? " or " + above : ""));
        return false;
    }

    private boolean canShare(int tp) {
        int heads = geometry.kvHeads();
        return heads % tp == 0 || (geometry.attention() == Attention.GQA && tp % heads == 0);
    }

    /** The next larger TP over which the heads can be shared out; 0 when there is none. */
    private int nextAbove(int tp) {
        int heads = geometry.kvHeads();
        if (tp > heads) {
            return geometry.attention() == Attention.MHA ? 0 : (tp / heads + 1) * heads;
        }
        return IntStream.rangeClosed(tp, heads)
                .limit(MOST_RANKS)
                .filter(this::canShare)
                .findFirst()
                .orElse(0);
    }

    /** With one head a rank on both sides any two TPs fit, else the shares of one must divide those of the other. */
    private boolean headsNest() {
        int smaller = Math.min(topology.prefillTp(), topology.decodeTp());
        int larger = Math.max(topology.prefillTp(), topology.decodeTp());
        boolean split = geometry.attention() != Attention.MLA && smaller < geometry.kvHeads();
        if (split && larger % smaller != 0) {
            refuse(
                    "the head shares of TP " + topology.prefillTp() + " and TP " + topology.decodeTp()
                            + " overlap without nesting",
                    "prefillTp = " + topology.prefillTp() + ", decodeTp = " + topology.decodeTp() + ", kvHeads = "
                            + geometry.kvHeads(),
                    "the larger TP a multiple of the smaller",
                    "use the same TP on both sides, or TPs of which one divides the other");
            return false;
        }
        return true;
    }

    private void slicesAreContiguous() {
        int prefillHeads = HeadShare.of(geometry, topology.prefillTp(), 0).count();
        int decodeHeads = HeadShare.of(geometry, topology.decodeTp(), 0).count();
        if (geometry.layout() == Layout.NHD && prefillHeads != decodeHeads) {
            refuse(
                    "with NHD the heads of one rank are not contiguous in a block of the other role",
                    "layout = NHD, heads a rank: " + prefillHeads + " with prefillTp = " + topology.prefillTp() + ", "
                            + decodeHeads + " with decodeTp = " + topology.decodeTp(),
                    "the same number of heads a rank on both sides, or HND",
                    "set layout = HND, or the same TP on both sides");
        }
    }

    private void cachesHoldTheRequests() {
        for (Role role : Role.values()) {
            int requests = topology.requestsPerEngine(role);
            long needed = (long) requests * blocks.transferred();
            int cached = blocks.cached(role);
            if (needed > cached) {
                String lower = cached / requests < 1 ? "" : ", or lower transferred to " + cached / requests;
                refuse(
                        "the requests of one " + role.label() + " engine need " + needed + " blocks, its cache has "
                                + cached,
                        "transferred = " + blocks.transferred() + ", cached of " + role.label() + " = " + cached + ", "
                                + topology.label() + " " + topology.pairing(),
                        "requests of one engine share no blocks: " + requests + " x " + blocks.transferred() + " = "
                                + needed + " or more",
                        "raise cached of " + role.label() + " to " + needed + lower);
            }
        }
    }

    private boolean memoryIsAddressable() {
        boolean addressable = totalBytes() < LocationSpace.LIMIT_BYTES;
        if (!addressable) {
            refuse(
                    "the caches of all ranks are larger than the payload can address",
                    topology.label() + ", cached = " + PlanName.cached(blocks) + ", " + geometry.layers() + " layers, "
                            + geometry.kvHeads() + " heads x " + geometry.headDim() + " x " + geometry.tokensPerBlock()
                            + " tokens " + geometry.dtype().label(),
                    "less than 2^44 bytes (16 TiB) over all ranks",
                    "lower cached, layers, the size of a block, or the number of engines");
        }
        return addressable;
    }

    private void statesMoveInParts() {
        if (geometry.stateParts().isEmpty()) {
            return;
        }
        String declared = "stateParts = " + geometry.stateParts();
        if (topology.prefillTp() != topology.decodeTp()) {
            refuse(
                    "a state moves only between ranks that hold equal shares of it",
                    declared + ", " + topology.label(),
                    "the same TP on both sides",
                    "set prefillTp = decodeTp, or leave stateParts out");
        }
        if (geometry.indexerDim() > 0
                || draft.deviceCache().equals(Optional.of(DeviceCache.TWO_DEVICES))
                || draft.workload()
                        .filter(work -> !(work instanceof PagedServing))
                        .isPresent()) {
            refuse(
                    "states move in single transfers and served requests, and have no indexer beside them",
                    declared + ", indexerDim = " + geometry.indexerDim()
                            + draft.deviceCache()
                                    .map(cache -> ", " + cache.label())
                                    .orElse("")
                            + draft.workload().map(work -> ", " + work.label()).orElse(""),
                    "no indexer, not TWO_DEVICES, and no workload but served requests",
                    "leave stateParts or the other out");
        }
        long weights = weights(0);
        HeadShare share = HeadShare.of(geometry, topology.prefillTp(), 0);
        IntStream.range(0, geometry.partsPerLayer())
                .mapToLong(region -> geometry.blockBytes(region, share))
                .filter(bytes -> bytes % weights != 0)
                .findFirst()
                .ifPresent(bytes -> refuse(
                        "the parts of a state do not fill a block with whole bytes",
                        declared + ", a block of " + bytes + " bytes",
                        "blocks of a multiple of " + weights + " bytes",
                        "give the parts lengths whose sum divides the block"));
    }

    /** Of the parts of a state, from one on. */
    private long weights(int firstPart) {
        return geometry.stateParts().stream()
                .skip(firstPart)
                .mapToLong(Integer::longValue)
                .sum();
    }

    /** Of all arenas; {@link Long#MAX_VALUE} when a step overflows. */
    private long totalBytes() {
        try {
            long sum = 0;
            for (Role role : Role.values()) {
                HeadShare share = HeadShare.of(geometry, topology.tp(role), 0);
                long arenaBytes =
                        ArenaLayout.of(geometry, blocks.cached(role), share).totalBytes();
                long ranks = (long) topology.engines(role) * topology.tp(role);
                sum = Math.addExact(sum, Math.multiplyExact(arenaBytes, ranks));
            }
            return sum;
        } catch (ArithmeticException overflow) {
            return Long.MAX_VALUE;
        }
    }

    private void cacheCanBeHeld(DeviceCache cache) {
        String declared = cache.label() + ", memory = " + draft.memory();
        if (cache.isFault() ? !draft.memory().onDevice(Role.DECODE) : draft.memory() == MemoryKind.DRAM) {
            refuse(
                    "only a cache on a GPU can be held so",
                    declared,
                    cache.isFault() ? "VRAM for decode" : "VRAM for a role",
                    "set memory = VRAM, or leave the device cache out");
        }
        if (cache.isFault() && draft.expectations().caughtAs().isEmpty()) {
            refuse(
                    "memory that is remapped after it was registered is a fault, and nothing says as what it is found",
                    declared,
                    "a kind of finding",
                    "add @ExpectCaught");
        }
        if (cache == DeviceCache.TWO_DEVICES && geometry.indexerDim() > 0) {
            refuse(
                    "regions take turns on two GPUs only where all are alike",
                    declared + ", indexerDim = " + geometry.indexerDim(),
                    "no indexer",
                    "leave indexerDim out, or set another device cache");
        }
        if (draft.streamOrder().isPresent() || draft.expectations().throughput().isPresent()) {
            refuse(
                    "work on streams and throughput are for caches in one plain allocation",
                    declared + ", a stream order or a throughput",
                    "none of them",
                    "give them cases of their own");
        }
    }

    private void mutationChangesSomething() {
        boolean wrongOwner = draft.mutation().equals(Optional.of(Mutation.WRONG_OWNER_BLOCK_COUNT));
        if (wrongOwner && (blocks.prefillCached() == blocks.decodeCached() || geometry.regions() == 1)) {
            refuse(
                    "the mutation WRONG_OWNER_BLOCK_COUNT changes nothing here",
                    "cached = " + PlanName.cached(blocks) + ", layers = " + geometry.layers(),
                    "caches of unequal size, and at least 2 regions",
                    "give prefill and decode different numbers of cached blocks, and 2 or more layers");
        }
        draft.mutation().filter(Mutation::isOfServedRequests).ifPresent(this::mutationChangesServedRequests);
        boolean wrongLength = draft.mutation().equals(Optional.of(Mutation.WRONG_BLOCK_LENGTH));
        if (wrongLength && (geometry.indexerDim() == 0 || geometry.indexerDim() == geometry.headDim())) {
            refuse(
                    "the mutation WRONG_BLOCK_LENGTH changes nothing here",
                    "headDim = " + geometry.headDim() + ", indexerDim = " + geometry.indexerDim(),
                    "regions whose blocks differ in length",
                    "set attention = MLA, and an indexerDim other than headDim");
        }
        if (draft.mutation().equals(Optional.of(Mutation.WRONG_STATE_OFFSET)) && !everyPartFitsWhereTheNextBegins()) {
            refuse(
                    "the mutation WRONG_STATE_OFFSET finds no other place in the block for each part of a state",
                    "stateParts = " + geometry.stateParts(),
                    "2 or more parts, none but the last longer than all behind it",
                    "set stateParts = {3, 1, 1, 11}, or leave the mutation out");
        }
        if (draft.mutation().equals(Optional.of(Mutation.WRONG_LAYOUT))) {
            layoutIsNoticed();
        }
        if (draft.mutation().equals(Optional.of(Mutation.WRONG_DEVICE)) && !everyRegionHasOneOnTheOtherDevice()) {
            refuse(
                    "the mutation WRONG_DEVICE needs a region on the other GPU for each",
                    "device cache = "
                            + draft.deviceCache().map(DeviceCache::label).orElse("none") + ", memory = "
                            + draft.memory() + ", layers = " + geometry.layers(),
                    "TWO_DEVICES, the target's caches in VRAM, and an even number of regions",
                    "set device cache = TWO_DEVICES, memory = VRAM and an even number of layers");
        }
    }

    private void mutationChangesServedRequests(Mutation mutation) {
        Optional<PagedServing> served =
                draft.workload().filter(PagedServing.class::isInstance).map(PagedServing.class::cast);
        boolean dropped = served.map(PagedServing::disturbance)
                .filter(each -> each.dropPercent() + each.failPercent() > 0)
                .isPresent();
        boolean needsDropped = mutation == Mutation.REUSED_WITHOUT_QUARANTINE;
        if (served.isEmpty() || draft.direction().operation() != Operation.READ || (needsDropped && !dropped)) {
            refuse(
                    "the mutation " + mutation + " changes nothing here",
                    draft.direction().label()
                            + (served.isEmpty()
                                    ? ", no served requests"
                                    : dropped ? "" : ", none of them dropped or failing"),
                    "served requests that decode reads"
                            + (needsDropped ? ", and of which it drops some or some fail" : ""),
                    "add @PagedServing" + (needsDropped ? "(dropPercent = 20)" : "")
                            + " and READ, initiated by decode");
        }
    }

    private void layoutIsNoticed() {
        int prefillHeads = HeadShare.of(geometry, topology.prefillTp(), 0).count();
        boolean alike = prefillHeads == 1 || geometry.tokensPerBlock() == 1;
        if (alike
                || draft.direction().operation() != Operation.READ
                || draft.workload().isPresent()) {
            refuse(
                    "the mutation WRONG_LAYOUT changes nothing here",
                    draft.direction().label() + ", heads a rank of prefill = " + prefillHeads + ", tokensPerBlock = "
                            + geometry.tokensPerBlock(),
                    "a READ without a workload, of 2 or more heads a rank of prefill and 2 or more tokens a block",
                    "lower prefillTp or raise kvHeads or tokensPerBlock");
        }
    }

    private boolean everyPartFitsWhereTheNextBegins() {
        List<Integer> parts = geometry.stateParts();
        return parts.size() > 1
                && IntStream.range(0, parts.size() - 1).allMatch(part -> parts.get(part) <= weights(part + 1));
    }

    private boolean everyRegionHasOneOnTheOtherDevice() {
        return draft.deviceCache().equals(Optional.of(DeviceCache.TWO_DEVICES))
                && draft.memory().onDevice(draft.direction().initiator().other())
                && geometry.regions() % 2 == 0;
    }

    private void railsCanBeSimulated(Rails rails) {
        String declared = "prefill = " + rails.prefill() + ", decode = " + rails.decode();
        if (draft.backend() != Backend.LIBFABRIC) {
            refuse(
                    "only LIBFABRIC has rails",
                    "rails on " + draft.backend() + ", " + declared,
                    "rails on LIBFABRIC alone",
                    "leave the rails out, or set backend = LIBFABRIC");
        }
        if (Stream.of(Role.values()).map(rails::of).anyMatch(count -> count < 1 || count > Rails.MOST)) {
            refuse(
                    "so many rails cannot be simulated",
                    declared,
                    "1 to " + Rails.MOST + " for each role",
                    "give numbers of rails within that range");
        }
    }

    private void endCanBeJudged(PeerEnd end) {
        String declared = end.label();
        if (draft.expectations().completion().isEmpty()) {
            refuse(
                    "a peer ends, and nothing says by when the others must have noticed",
                    declared,
                    "a completion",
                    "add @ExpectCompletion(withinSeconds = 10, stallSeconds = 10)");
        }
        if (end.moment() == PeerEnd.Moment.BEFORE_METADATA_IS_LOADED && draft.iterations() > 1) {
            refuse(
                    "a peer that ends before its metadata is loaded leaves nothing to repeat",
                    declared + ", iterations = " + draft.iterations(),
                    "1 iteration",
                    "set iterations to 1");
        }
        if (draft.expectations().throughput().isPresent()) {
            refuse(
                    "a transfer whose peer ends has no throughput",
                    declared + ", a throughput is expected",
                    "no expectation of a throughput",
                    "leave the throughput out");
        }
    }

    private void orderCanBeJudged(StreamOrder order) {
        String declared = order.label();
        Stream.of(Role.values())
                .filter(order.work()::isAt)
                .filter(role -> !draft.memory().onDevice(role))
                .findFirst()
                .ifPresent(role -> refuse(
                        "only a GPU has streams",
                        declared + ", memory = " + draft.memory(),
                        "VRAM for " + role.label(),
                        "set memory = VRAM, or leave the stream order out"));
        boolean caught = !draft.expectations().caughtAs().isEmpty();
        boolean streamIsFence =
                order.fence() == StreamOrder.Fence.STREAM && !order.work().comesBefore();
        if (streamIsFence || (order.isUnfenced() && !order.work().hasFence())) {
            refuse(
                    "this work has no such fence",
                    declared,
                    order.work().hasFence() ? "EVENT or NONE" : "EVENT",
                    "leave the fence out of the declaration");
        } else if (order.isUnfenced() && !caught) {
            refuse(
                    "without a fence the case plants a fault, and nothing says as what it is found",
                    declared,
                    "a kind of finding",
                    "add @ExpectCaught, or a fence");
        }
        for (Role role : Role.values()) {
            int used = topology.requestsPerEngine(role) * blocks.transferred();
            boolean concerned = order.work() == StreamOrder.Work.GRAPH_REUSE
                    || (order.work().isGraph() && order.work().isAt(role));
            if (concerned && blocks.cached(role) < used + 2) {
                refuse(
                        "a graph that replays beside a transfer needs blocks of its own",
                        declared + ", " + used + " of " + blocks.cached(role) + " blocks are transferred",
                        "2 cached blocks more than are transferred",
                        "raise cached of " + role.label() + " to " + (used + 2));
            }
        }
        boolean repeatable = order.work() == StreamOrder.Work.KERNEL_AFTER_DONE
                && draft.direction().operation() == Operation.READ;
        if (order.repeats() < 1 || (order.repeats() > 1 && !repeatable)) {
            refuse(
                    "this transfer cannot be repeated without a pause",
                    declared + ", operation = " + draft.direction().operation() + ", repeats = " + order.repeats(),
                    "1, or of a READ with KERNEL_AFTER_DONE more",
                    "leave the repeats out, or set iterations");
        }
        if (draft.expectations().throughput().isPresent()) {
            refuse(
                    "work on the same GPU disturbs the throughput that is measured",
                    declared + ", a throughput is expected",
                    "no expectation of a throughput",
                    "leave the throughput out");
        }
    }

    private void somethingIsExpected() {
        Expectations expected = draft.expectations();
        boolean any = expected.integrity()
                || expected.completion().isPresent()
                || expected.throughput().isPresent()
                || !expected.caughtAs().isEmpty();
        if (!any) {
            refuse(
                    "nothing is expected, so nothing would be judged",
                    "no expectation",
                    "integrity, completion, throughput or a fault to be caught",
                    "add at least one expectation, such as @ExpectIntegrity");
        }
    }

    private void expectationsAreJudgeable() {
        Expectations expected = draft.expectations();
        expected.completion().ifPresent(this::deadlinesAreOrdered);
        expected.throughput().ifPresent(this::shareIsReachable);
        expected.allowedLog().forEach(this::allowanceIsExact);
        if (expected.visibleAtDone() && expected.throughput().isPresent()) {
            refuse(
                    "who looks at the target at DONE disturbs the throughput that is measured",
                    "visibleAtDone = true and a throughput",
                    "one of them",
                    "expect them in cases of their own");
        }
    }

    private void deadlinesAreOrdered(Expectations.Completion completion) {
        Duration within = completion.within();
        Duration stall = completion.stall();
        if (within.isNegative() || within.isZero() || stall.isNegative() || stall.isZero()) {
            refuse(
                    "deadlines must be longer than 0 s",
                    deadlines(completion),
                    "both longer than 0 s",
                    "set withinSeconds and stallSeconds, such as 60 and 10");
        } else if (stall.compareTo(within) > 0) {
            refuse(
                    "a stall cannot last longer than the whole transfer may",
                    deadlines(completion),
                    "stallSeconds at most withinSeconds",
                    "lower stallSeconds or raise withinSeconds");
        }
    }

    private static String deadlines(Expectations.Completion completion) {
        return "withinSeconds = " + seconds(completion.within()) + ", stallSeconds = " + seconds(completion.stall());
    }

    private static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString();
    }

    private void shareIsReachable(Expectations.Throughput throughput) {
        double share = throughput.shareOfReference();
        if (!(share > 0 && share <= MOST_SHARE_OF_REFERENCE)) {
            refuse(
                    "the share of the reference is out of range",
                    "shareOfReference = " + share,
                    "more than 0, at most " + MOST_SHARE_OF_REFERENCE,
                    "give a fraction, such as 0.85 for 85 %");
        }
    }

    private void allowanceIsExact(Expectations.AllowedLog allowed) {
        try {
            Pattern pattern = Pattern.compile(allowed.pattern());
            if (pattern.matcher("").find()) {
                refuse(
                        "an allowed log line must be told from others, but the pattern matches every line",
                        "pattern = \"" + allowed.pattern() + "\"",
                        "a pattern that does not match an empty line",
                        "write the part of the line that never changes");
            }
        } catch (PatternSyntaxException syntax) {
            refuse(
                    "the pattern of an allowed log line is no regular expression",
                    "pattern = \"" + allowed.pattern() + "\"",
                    syntax.getDescription() + " near index " + syntax.getIndex() + " must be put right",
                    "escape special characters with \\\\");
        }
        if (allowed.because().isBlank()) {
            refuse(
                    "an allowed log line must say why it is no fault",
                    "pattern = \"" + allowed.pattern() + "\", because = \"" + allowed.because() + "\"",
                    "a reason",
                    "write the reason in because");
        }
    }

    private void refuse(String headline, String declared, String expected, String remedy) {
        refusals.add(refusal(draft, headline, declared, expected, remedy));
    }

    /** What a workload has no place for, named in one refusal. @param own mutations that it knows */
    static List<Finding> refuseBeside(PlanDraft draft, Workload workload, String what, Predicate<Mutation> own) {
        Map<String, Boolean> beside = new LinkedHashMap<>();
        beside.put("invalid requests", !draft.invalidRequests().isEmpty());
        beside.put("a mutation", draft.mutation().filter(own.negate()).isPresent());
        beside.put("a stream order", draft.streamOrder().isPresent());
        beside.put("the end of a peer", draft.peerEnd().isPresent());
        beside.put("a prefix hit", draft.blocks().prefixHit() != 0);
        beside.put("a throughput", draft.expectations().throughput().isPresent());
        beside.values().removeIf(declared -> !declared);
        String found = String.join(", ", beside.keySet());
        return beside.isEmpty()
                ? List.of()
                : List.of(refusal(
                        draft,
                        what + " do not go together with " + found,
                        workload.label() + "; " + found,
                        what + " without it",
                        "declare it in a case of its own"));
    }

    static Finding refusal(PlanDraft draft, String headline, String declared, String expected, String remedy) {
        return Finding.of(FindingKind.DECLARATION, "plan", headline)
                .with("where", draft.where())
                .with("declared", declared)
                .with("expected", expected)
                .with("remedy", remedy);
    }
}
