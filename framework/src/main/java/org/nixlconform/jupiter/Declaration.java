package org.nixlconform.jupiter;

import java.lang.annotation.Annotation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.nixlconform.jupiter.AnnotationLookup.Found;
import org.nixlconform.message.Finding;
import org.nixlconform.plan.Backend;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.KvGeometry;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.Placement;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.Workload;

/** What annotations declare: the axes of the matrix, and what all of its cells have in common. */
final class Declaration {
    /** Carries the defaults of {@link Blocks} where a method has none. */
    @Blocks
    private static final class WithDefaults {}

    private static final int[] NO_PREFIX = {0};

    /** Where none are declared: enough to hold serving against a single transfer. */
    private static final int ITERATIONS_BEFORE_A_WORKLOAD = 1;

    private final List<Topology> topologies;
    private final List<Direction> directions;
    private final Backend[] backends;
    private final MemoryKind[] memories;
    private final int[] prefixHits;
    /** One that is empty where no rails are declared. */
    private final List<Optional<Rails>> rails;

    private final Blocks blocks;
    private final Optional<UnequalCaches> unequalCaches;
    private final Optional<Iterations> iterations;
    private final Optional<RequestSizes> requestSizes;
    private final Optional<Mutated> mutated;
    private final Optional<InvalidRequests> invalidRequests;
    private final Optional<PeerEnds> peerEnds;
    private final Optional<StreamOrder> streamOrder;
    private final List<Optional<Workload>> workloads;
    private final Optional<DeviceCaches> deviceCaches;
    private final Optional<Requirement> requirement;
    private final Optional<ExpectIntegrity> integrity;
    private final Optional<ExpectCompletion> completion;
    private final Optional<ExpectThroughput> throughput;
    private final Optional<ExpectCaught> caught;
    private final List<AllowEngineLog> allowedLog;
    private final AnnotationLookup lookup;
    /** Made last: it names the places of all annotations read above. */
    private final String where;

    /** @param lookup finds {@link Topology}, {@link Backends} and {@link Direction} */
    Declaration(AnnotationLookup lookup) {
        this.lookup = lookup;
        topologies = all(Topology.class);
        directions = all(Direction.class);
        backends = one(Backends.class).map(Backends::value).orElseThrow();
        memories = one(Memory.class).map(Memory::value).orElse(new MemoryKind[] {MemoryKind.DRAM});
        prefixHits = one(PrefixHit.class).map(PrefixHit::value).orElse(NO_PREFIX);
        List<Rails> declaredRails = all(Rails.class);
        rails = declaredRails.isEmpty()
                ? List.of(Optional.empty())
                : declaredRails.stream().map(Optional::of).toList();
        blocks = one(Blocks.class).orElse(WithDefaults.class.getAnnotation(Blocks.class));
        unequalCaches = one(UnequalCaches.class);
        iterations = one(Iterations.class);
        requestSizes = one(RequestSizes.class);
        mutated = one(Mutated.class);
        invalidRequests = one(InvalidRequests.class);
        peerEnds = one(PeerEnds.class);
        streamOrder = one(StreamOrder.class);
        workloads = workloads();
        deviceCaches = one(DeviceCaches.class);
        requirement = one(Requirement.class);
        integrity = one(ExpectIntegrity.class);
        completion = one(ExpectCompletion.class);
        throughput = one(ExpectThroughput.class);
        caught = one(ExpectCaught.class);
        allowedLog = all(AllowEngineLog.class);
        where = lookup.where();
    }

    private <A extends Annotation> List<A> all(Class<A> type) {
        return lookup.find(type).map(Found::values).orElse(List.of());
    }

    private <A extends Annotation> Optional<A> one(Class<A> type) {
        return lookup.find(type).map(Found::value);
    }

    List<Planned> cells() {
        List<Finding> refusals = new ArrayList<>(lookup.ambiguities());
        refusals.addAll(emptyLists());
        if (!refusals.isEmpty()) {
            return List.of(new Planned.Refused(lookup.methodLabel(), refusals));
        }
        return topologies.stream().flatMap(this::cells).toList();
    }

    /** Empty lists that leave no cell at all, or make every cell meaningless. */
    private List<Finding> emptyLists() {
        List<Finding> refusals = new ArrayList<>();
        refuseEmpty(backends.length, "@Backends", "@Backends(UCX)", refusals);
        refuseEmpty(memories.length, "@Memory", "@Memory(DRAM)", refusals);
        refuseEmpty(prefixHits.length, "@PrefixHit", "@PrefixHit({0, 1})", refusals);
        requestSizes.ifPresent(
                sizes -> refuseEmpty(sizes.value().length, "@RequestSizes", "@RequestSizes({1, 10})", refusals));
        caught.ifPresent(
                kinds -> refuseEmpty(kinds.value().length, "@ExpectCaught", "@ExpectCaught(MISPLACED)", refusals));
        invalidRequests.ifPresent(requests ->
                refuseEmpty(requests.value().length, "@InvalidRequests", "@InvalidRequests for all", refusals));
        return refusals;
    }

    private void refuseEmpty(int length, String name, String example, List<Finding> refusals) {
        if (length == 0) {
            refusals.add(Refusals.finding(
                    name + " is empty",
                    where,
                    name + "({})",
                    "at least one value",
                    "write " + example + ", or remove it"));
        }
    }

    private Stream<Planned> cells(Topology topology) {
        if (topology.placement().length == 0) {
            return Stream.of(new Planned.Refused(
                    lookup.methodLabel() + " " + planned(topology).label(),
                    List.of(Refusals.finding(
                            "a topology has no placement",
                            where,
                            "@Topology(" + planned(topology).label() + ", placement = {})",
                            "at least one of PACK and SPREAD",
                            "write placement = PACK, or leave it out"))));
        }
        return Arrays.stream(topology.placement()).flatMap(placement -> cells(topology, placement));
    }

    private Stream<Planned> cells(Topology topology, Placement placement) {
        return directions.stream()
                .flatMap(direction -> Arrays.stream(backends)
                        .flatMap(backend -> Arrays.stream(memories)
                                .flatMap(memory -> Arrays.stream(prefixHits)
                                        .boxed()
                                        .flatMap(prefixHit -> rails.stream()
                                                .flatMap(counts -> workloads.stream()
                                                        .map(workload -> draft(prefixHit, counts, workload)
                                                                .topology(planned(topology))
                                                                .placement(placement)
                                                                .direction(direction.operation(), direction.initiator())
                                                                .backend(backend)
                                                                .memory(memory)
                                                                .plan()))))));
    }

    /** Each makes cells of its own. */
    private List<Optional<Workload>> workloads() {
        List<Optional<Workload>> declared = new ArrayList<>();
        one(PagedServing.class).ifPresent(serving -> declared.add(Optional.of(planned(serving))));
        one(NotificationStorm.class)
                .ifPresent(storm -> Arrays.stream(storm.progressThread())
                        .forEach(thread -> declared.add(Optional.of(planned(storm, thread)))));
        one(Teardown.class).ifPresent(trials -> declared.add(Optional.of(planned(trials))));
        one(MetadataChaos.class).ifPresent(chaos -> declared.add(Optional.of(planned(chaos))));
        one(PeerChurn.class).ifPresent(trials -> declared.add(Optional.of(planned(trials))));
        return declared.isEmpty() ? List.of(Optional.empty()) : declared;
    }

    /** What all cells have in common, but for the prefix, the rails and the workload. */
    private PlanDraft draft(int prefixHit, Optional<Rails> counts, Optional<Workload> workload) {
        PlanDraft draft = PlanDraft.at(where).geometry(geometry()).blocks(blockUse(prefixHit));
        requirement.ifPresent(id -> draft.requirement(id.value()));
        workload.ifPresent(work -> draft.workload(work).iterations(ITERATIONS_BEFORE_A_WORKLOAD));
        iterations.ifPresent(count -> draft.iterations(count.value()));
        requestSizes.ifPresent(sizes -> draft.requestSizes(sizes.value()));
        mutated.ifPresent(fault -> draft.mutation(fault.value()));
        invalidRequests.ifPresent(requests -> draft.invalidRequests(requests.value()));
        counts.ifPresent(each -> draft.rails(each.prefill(), each.decode()));
        peerEnds.ifPresent(end -> draft.peerEnd(end.role(), end.when()));
        streamOrder.ifPresent(order -> draft.streamOrder(order.value(), order.fence(), order.repeats()));
        deviceCaches.ifPresent(cache -> draft.deviceCache(cache.value()));
        integrity.ifPresent(rule -> {
            if (rule.visibleAtDone()) {
                draft.expectVisibleAtDone();
            } else {
                draft.expectIntegrity();
            }
        });
        completion.ifPresent(
                limit -> draft.expectCompletion(duration(limit.withinSeconds()), duration(limit.stallSeconds())));
        throughput.ifPresent(share -> draft.expectThroughput(share.shareOfReference()));
        caught.ifPresent(kinds -> draft.expectCaught(kinds.value()));
        allowedLog.forEach(allowed -> draft.allowEngineLog(allowed.pattern(), allowed.because()));
        return draft;
    }

    private KvGeometry geometry() {
        return new KvGeometry(
                blocks.layers(),
                blocks.kvHeads(),
                blocks.headDim(),
                blocks.tokensPerBlock(),
                blocks.dtype(),
                blocks.layout(),
                blocks.attention(),
                blocks.keyValue(),
                blocks.spacing(),
                blocks.indexerDim(),
                Arrays.stream(blocks.stateParts()).boxed().toList());
    }

    private BlockUse blockUse(int prefixHit) {
        return new BlockUse(
                blocks.transferred(),
                unequalCaches.map(UnequalCaches::prefillBlocks).orElse(blocks.cached()),
                unequalCaches.map(UnequalCaches::decodeBlocks).orElse(blocks.cached()),
                blocks.selection(),
                blocks.seed(),
                prefixHit,
                blocks.scalable());
    }

    private static org.nixlconform.plan.Topology planned(Topology topology) {
        return new org.nixlconform.plan.Topology(
                topology.prefillEngines(),
                topology.prefillTp(),
                topology.decodeEngines(),
                topology.decodeTp(),
                topology.pairing());
    }

    private static Workload planned(Teardown trials) {
        return new org.nixlconform.plan.Teardown(List.of(trials.value()), trials.cycles());
    }

    private static Workload planned(MetadataChaos chaos) {
        return new org.nixlconform.plan.MetadataChaos(chaos.cuts(), chaos.flips());
    }

    private static Workload planned(PeerChurn trials) {
        return new org.nixlconform.plan.PeerChurn(List.of(trials.value()));
    }

    private static org.nixlconform.plan.PagedServing planned(PagedServing serving) {
        return new org.nixlconform.plan.PagedServing(
                serving.requests(),
                serving.seconds(),
                serving.inFlight(),
                serving.fewestBlocks(),
                serving.mostBlocks(),
                serving.prefixHitPercent(),
                new org.nixlconform.plan.PagedServing.Disturbance(
                        serving.abortPercent(),
                        serving.dropPercent(),
                        serving.failPercent(),
                        serving.latePollPercent(),
                        serving.latePollMillis(),
                        serving.latePostPercent(),
                        serving.latePostMillis()),
                new org.nixlconform.plan.PagedServing.Lease(serving.leaseMillis(), serving.heartbeats()),
                serving.layerGroups(),
                serving.registeredFirstPercent(),
                serving.refillInHandler());
    }

    private static org.nixlconform.plan.NotificationStorm planned(
            NotificationStorm storm, NotificationStorm.ProgressThread thread) {
        return new org.nixlconform.plan.NotificationStorm(
                storm.transfers(),
                storm.standalone(),
                Arrays.stream(storm.textBytes()).boxed().toList(),
                storm.inFlight(),
                storm.mostBlocks(),
                storm.perSecond(),
                storm.pollDelayMillis(),
                storm.targetPollMillis(),
                storm.quietMillis(),
                storm.noticeMillis(),
                storm.endsInPost(),
                thread == NotificationStorm.ProgressThread.AS_ENVIRONMENT
                        ? Optional.empty()
                        : Optional.of(thread == NotificationStorm.ProgressThread.ON));
    }

    private static Duration duration(double seconds) {
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }
}
