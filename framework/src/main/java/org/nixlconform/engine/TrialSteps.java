package org.nixlconform.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nixlconform.engine.EngineStep.TrialAnswer;
import org.nixlconform.engine.EngineStep.TrialEnd;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.ToRank;
import org.nixlconform.plan.Lifecycle;
import org.nixlconform.plan.MetadataChaos;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.Teardown;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.plan.Trial;

/**
 * One trial: what is asked of the decode rank and of the prefill ranks, act by act. Agents are new ones, so that what a trial leaves
 * behind is no other's; what must be without a pause is asked at once. Nothing is judged here.
 */
final class TrialSteps {
    /** For what NIXL answers at once, beside what the case gives a transfer. */
    private static final Duration SLACK = Duration.ofSeconds(10);

    private static final String AGENT = "a";
    private static final String SECOND = "b";
    private static final long WATCHED_MILLIS = 2_000;
    private static final long HEARD_MILLIS = 5_000;
    /** Short against a transfer of some tens of MB over TCP, and long enough for it to have begun. */
    private static final Duration INTO_THE_TRANSFER = Duration.ofMillis(10);
    /** By when both ranks have read what they are asked, also on a busy machine. */
    private static final Duration MEETS_AFTER = Duration.ofMillis(300);

    /** Cycles in which what is made once in a process is made. */
    private static final int WARM_CYCLES = 2;

    private static final long SETTLED_MILLIS = 300;
    private static final long TRAFFIC_MILLIS = 500;
    private static final long INTO_THE_TRAFFIC_MILLIS = 100;
    /** Each costs half a second. */
    private static final int MOST_AGENTS = 6;

    private static final List<String> ENDS = List.of("release", "deregister", "invalidate");

    private final RankSteps steps;
    private final Engines engines;
    private final TransferPlan plan;
    private final Trial trial;
    private final Lifecycle workload;
    private final long withinMillis;
    private final RankId decode = new RankId(Role.DECODE, 0, 0);
    private final RankId prefill = new RankId(Role.PREFILL, 0, 0);
    private final Map<String, byte[]> metadata = new HashMap<>();
    private final TrialEnd end =
            new TrialEnd(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    /** Of the content that blocks have; a generation is never used twice. */
    private int iteration;

    private boolean goesOn = true;

    /** What a trial does to processes. */
    interface Engines {
        void signal(RankId rank, String name);

        /** Kills it and starts another in its place. */
        void replace(RankId rank);

        /** Where its arena begins. */
        List<Long> addresses(RankId rank);
    }

    /**
     * @param used generations, of iterations and trials before
     * @param within what the case gives a transfer
     */
    record Case(Trial trial, int used, Duration within) {}

    TrialSteps(RankSteps steps, Engines engines, Lifecycle workload, TransferPlan plan, Case of) {
        this.steps = steps;
        this.engines = engines;
        this.workload = workload;
        this.plan = plan;
        this.trial = of.trial();
        this.iteration = of.used();
        this.withinMillis = of.within().toMillis();
    }

    int generationsUsed() {
        return iteration;
    }

    /** Asked of one rank. @param label what it is in this trial */
    private record Do(String label, ToRank.Act act) {
        Do as(String other) {
            return new Do(other, act);
        }

        Do needed() {
            return new Do(
                    label,
                    new ToRank.Act(
                            act.what(),
                            act.agent(),
                            act.subject(),
                            act.number(),
                            act.addresses(),
                            act.metadata(),
                            true));
        }
    }

    private static Do act(String what, String agent, String subject, long number, byte[] blob) {
        return new Do(what, new ToRank.Act(what, agent, subject, number, List.of(), blob, false));
    }

    private static Do act(String what, String agent, String subject, long number) {
        return act(what, agent, subject, number, new byte[0]);
    }

    private static Do act(String what, String agent, String subject) {
        return act(what, agent, subject, 0);
    }

    private static Do act(String what, long number) {
        return act(what, "", "", number);
    }

    TrialEnd make() {
        switch (trial) {
            case STATUS_BEFORE_POST -> single(0, request("status"), request("post"), await(), verify());
            case POST_WHILE_ACTIVE -> {
                single(1, request("post"), request("post").as("post again"), await(), verify());
                onPrefill(hear("notifications", HEARD_MILLIS), hear("more notifications", SETTLED_MILLIS));
            }
            case POST_WHEN_DONE -> {
                single(0, request("post"), await(), verify());
                arm();
                onDecode(request("post").as("post again"), await().as("await again"), verify().as("verify again"));
            }
            case POST_AFTER_ERROR -> postAfterError();
            case RELEASE_IN_FLIGHT -> {
                single(0, request("post"), request("release"), act("watch", WATCHED_MILLIS));
                onDecode(verify());
            }
            case DEREGISTER_OWN_IN_FLIGHT ->
                single(0, request("post"), act("deregister", AGENT, ""), await(), verify());
            case DEREGISTER_PEERS_IN_FLIGHT -> {
                single(0);
                if (!goesOn) {
                    break;
                }
                long meeting = last().at().plus(last().took()).plus(MEETS_AFTER).toNanos();
                both(
                        List.of(act("until", meeting), request("post"), await(), verify()),
                        List.of(act("until", meeting + INTO_THE_TRANSFER.toNanos()), act("deregister", AGENT, "")));
            }
            case INVALIDATE_IN_FLIGHT -> {
                single(0, request("post"), act("invalidate", AGENT, peer(AGENT)), await(), verify());
                onDecode(request("release"), request("forget"), act("lists", AGENT, ""));
                readAgain(AGENT);
            }
            case POST_TO_INVALIDATED -> {
                single(1);
                both(
                        List.of(
                                act("invalidate", AGENT, peer(AGENT)),
                                request("post"),
                                load(AGENT).as("load again"),
                                act("notify", AGENT, peer(AGENT))),
                        List.of(hear("notifications", HEARD_MILLIS)));
            }
            case POST_TO_DEREGISTERED -> {
                single(1);
                onPrefill(act("deregister", AGENT, ""));
                both(
                        List.of(request("post"), await(), verify(), act("notify", AGENT, peer(AGENT))),
                        List.of(hear("notifications", HEARD_MILLIS)));
            }
            case ORDERS -> orders(((Teardown) workload).cycles());
            case STATUS_AFTER_RELEASE -> {
                single(0, request("post"), await(), request("release"));
                onDecode(request("status").as("status after release"));
            }
            case RELEASE_TWICE -> {
                single(0, request("post"), await(), request("release"));
                onDecode(request("release").as("release again"));
            }
            case DAMAGED_METADATA -> damaged((MetadataChaos) workload);
            case RESTART_UNDER_OLD_NAME -> restart(AGENT);
            case RESTART_UNDER_NEW_NAME -> restart(SECOND);
            case JOIN -> join();
            case FREEZE -> freeze();
        }
        onAll(act("end", 0));
        return end;
    }

    private String peer(String agent) {
        return prefill.label() + "." + agent;
    }

    private String self(String agent) {
        return decode.label() + "." + agent;
    }

    private Do request(String what) {
        return act(what, AGENT, peer(AGENT));
    }

    private Do await() {
        return act("await", AGENT, peer(AGENT), withinMillis);
    }

    /** Against what was last armed. */
    private static Do verify() {
        return act("verify", 0);
    }

    /** Lists of the own arena and of that of the rank that has the other agent, wherever it is by now. */
    private Do prepare(String agent, String other) {
        RankId owner = PlanTranslation.rank(other.substring(0, other.indexOf('.')));
        return new Do(
                "prepare", new ToRank.Act("prepare", agent, other, 0, engines.addresses(owner), new byte[0], false));
    }

    private static Do hear(String label, long millis) {
        return act("hear", AGENT, "", millis).as(label);
    }

    /** The prefill agent's metadata, by decode's. */
    private Do load(String agent) {
        return act("load", AGENT, "", 0, metadata.getOrDefault(peer(agent), new byte[0]));
    }

    /** An agent on each side that know each other, a request that is not posted yet, and then these acts of decode. */
    private void single(int notice, Do... then) {
        open(AGENT, AGENT);
        Stream<Do> setUp = Stream.of(
                load(AGENT).needed(),
                prepare(AGENT, peer(AGENT)).needed(),
                act("make", AGENT, peer(AGENT), notice).needed());
        arm();
        ask(Map.of(
                prefill, List.of(act("load", AGENT, "", 0, given(self(AGENT))).needed())));
        onDecode(Stream.concat(setUp, Arrays.stream(then)).toArray(Do[]::new));
    }

    private byte[] given(String agent) {
        return metadata.getOrDefault(agent, new byte[0]);
    }

    private void open(String ofDecode, String ofPrefill) {
        both(
                List.of(act("open", ofDecode, "").needed()),
                List.of(act("open", ofPrefill, "").needed()));
    }

    /** New content at the source, poison at the destination. */
    private void arm() {
        iteration++;
        both(List.of(act("arm", iteration)), List.of(act("arm", iteration)));
    }

    /** With a request of its own, to an agent of the prefill rank's that decode's does not know. */
    private void readAgain(String agent) {
        arm();
        onDecode(
                load(agent).as("load again").needed(),
                prepare(AGENT, peer(agent)).as("prepare again").needed(),
                act("make", AGENT, peer(agent)).as("make again").needed(),
                act("post", AGENT, peer(agent)).as("post the next"),
                act("await", AGENT, peer(agent), withinMillis).as("await the next"),
                verify().as("verify the next"));
    }

    /** The peer's agent goes, not its process: a request to it must come to an end, whichever. */
    private void postAfterError() {
        single(0, request("post"), await(), verify());
        onPrefill(act("invalidate", AGENT, self(AGENT)), act("deregister", AGENT, ""), act("destroy", AGENT, ""));
        arm();
        onDecode(
                request("post").as("post to a gone agent"),
                await().as("await it"),
                verify().as("verify it"),
                request("post").as("post again"),
                await().as("await again"),
                verify().as("verify again"),
                request("release"),
                request("forget"));
        both(
                List.of(act("invalidate", AGENT, peer(AGENT))),
                List.of(act("open", SECOND, "").needed()));
        onPrefill(act("load", SECOND, "", 0, given(self(AGENT))).needed());
        readAgain(SECOND);
    }

    /** Every order of the three, cut off by the end of the agent after none, one, two or all of them. */
    static List<List<String>> everyOrder() {
        List<List<String>> all = new ArrayList<>();
        orders(List.of(), all);
        return all;
    }

    private static void orders(List<String> begun, List<List<String>> all) {
        all.add(begun);
        ENDS.stream().filter(each -> !begun.contains(each)).forEach(each -> {
            List<String> longer = new ArrayList<>(begun);
            longer.add(each);
            orders(longer, all);
        });
    }

    /** One agent of prefill serves all; decode's come and go. */
    private void orders(int cycles) {
        List<List<String>> every = everyOrder();
        onPrefill(act("open", AGENT, "").needed());
        arm();
        for (int cycle = 0; goesOn && cycle < WARM_CYCLES + cycles; cycle++) {
            if (cycle == WARM_CYCLES) {
                measure("before");
            }
            String own = "c" + cycle;
            int which = cycle < WARM_CYCLES ? every.size() - 1 : order(cycle - WARM_CYCLES, cycles, every.size());
            onDecode(act("open", own, "").needed());
            onPrefill(act("load", AGENT, "", 0, given(self(own))).needed());
            List<Do> acts = new ArrayList<>(List.of(
                    act("load", own, "", 0, given(peer(AGENT))).needed(),
                    prepare(own, peer(AGENT)).needed(),
                    act("make", own, peer(AGENT)).needed(),
                    act("post", own, peer(AGENT)),
                    act("await", own, peer(AGENT), withinMillis),
                    verify()));
            for (String each : every.get(which)) {
                acts.add(act(each, own, peer(AGENT)));
                if (each.equals("release")) {
                    acts.add(act("forget", own, peer(AGENT)));
                    acts.add(act("lists", own, ""));
                }
            }
            acts.add(act("destroy", own, ""));
            String order =
                    String.join(", ", every.get(which)) + (every.get(which).isEmpty() ? "" : ", ") + "destroy";
            onDecode(acts.stream()
                    .map(each -> each.as(each.label() + " of: " + order))
                    .toArray(Do[]::new));
            onPrefill(act("invalidate", AGENT, self(own)).as("invalidate at its peer, of: " + order));
        }
        measure("after");
    }

    /** After each damaged blob the right one; an agent that does not take that any more is not asked again. */
    private void damaged(MetadataChaos chaos) {
        open(AGENT, AGENT);
        if (!goesOn) {
            return;
        }
        byte[] right = given(peer(AGENT));
        String agent = AGENT;
        int agents = 1;
        for (DamagedMetadata each :
                DamagedMetadata.of(right, plan.backend(), chaos, plan.blocks().seed())) {
            if (!goesOn || agents > MOST_AGENTS) {
                break;
            }
            onDecode(act("load", agent, "", 0, each.blob()).as("load " + each.label()));
            if (last().status() == 0) {
                onDecode(act("invalidate", agent, last().text()).as("invalidate what was accepted"));
            }
            onDecode(act("load", agent, "", 0, right).as("load the right ones after " + each.label()));
            if (last().status() != 0) {
                onDecode(
                        act("invalidate", agent, peer(AGENT)).as("forget " + each.label()),
                        act("load", agent, "", 0, right)
                                .as("load the right ones, the peer forgotten, after " + each.label()));
            }
            if (last().status() != 0) {
                agent = AGENT + ++agents;
                onDecode(act("open", agent, "").needed());
            } else {
                onDecode(act("invalidate", agent, peer(AGENT)).needed());
            }
        }
        arm();
        onPrefill(act("load", AGENT, "", 0, given(self(agent))).needed());
        onDecode(
                act("load", agent, "", 0, right).as("load again").needed(),
                prepare(agent, peer(AGENT)).as("prepare again").needed(),
                act("make", agent, peer(AGENT)).as("make again").needed(),
                act("post", agent, peer(AGENT)).as("post the next"),
                act("await", agent, peer(AGENT), withinMillis).as("await the next"),
                verify().as("verify the next"));
    }

    private TrialAnswer last() {
        return end.answers().get(end.answers().size() - 1);
    }

    /** The old handle is used once more, then the old agent is forgotten. @param name of the new one's agent */
    private void restart(String name) {
        single(0, request("post"), await(), verify());
        measureDecode("before");
        if (!goesOn) {
            return;
        }
        engines.replace(prefill);
        onPrefill(act("open", name, "").needed());
        arm();
        onDecode(
                request("post").as("post the old request"),
                await().as("await it"),
                verify().as("verify it"),
                request("release"),
                request("forget"),
                act("lists", AGENT, ""),
                act("invalidate", AGENT, peer(AGENT)));
        arm();
        onPrefill(act("load", name, "", 0, given(self(AGENT))).needed());
        onDecode(
                load(name).as("load again").needed(),
                prepare(AGENT, peer(name)).as("prepare again").needed(),
                act("make", AGENT, peer(name)).as("make again").needed(),
                act("post", AGENT, peer(name)).as("post the next"),
                act("await", AGENT, peer(name), withinMillis).as("await the next"),
                verify().as("verify the next"));
        measureDecode("after");
    }

    private List<RankId> prefills() {
        return plan.topology().ranks().stream()
                .filter(rank -> rank.role() == Role.PREFILL)
                .toList();
    }

    private static String agentOf(RankId rank) {
        return rank.label() + "." + AGENT;
    }

    /** An agent on each rank; decode's has a request to each prefill rank's but the last, which knows it all the same. */
    private RankId allButTheLast() {
        onAll(act("open", AGENT, "").needed());
        onEachPrefill(act("load", AGENT, "", 0, given(self(AGENT))).needed());
        iteration++;
        onAll(act("arm", iteration));
        List<RankId> prefills = prefills();
        RankId last = prefills.get(prefills.size() - 1);
        onDecode(prefills.stream()
                .filter(rank -> !rank.equals(last))
                .flatMap(rank -> Stream.of(
                        act("load", AGENT, "", 0, given(agentOf(rank))).needed(),
                        prepare(AGENT, agentOf(rank)).needed(),
                        act("make", AGENT, agentOf(rank)).needed()))
                .toArray(Do[]::new));
        return last;
    }

    private void join() {
        RankId last = allButTheLast();
        String newcomer = agentOf(last);
        onDecode(
                new Do(
                        "join",
                        new ToRank.Act(
                                "join",
                                AGENT,
                                newcomer,
                                INTO_THE_TRAFFIC_MILLIS,
                                engines.addresses(last),
                                given(newcomer),
                                false)),
                act("repeat", AGENT, "", TRAFFIC_MILLIS).as("traffic meanwhile"),
                act("joined", AGENT, "", withinMillis),
                act("make", AGENT, newcomer).as("make again"),
                act("post", AGENT, newcomer).as("post the next"),
                act("await", AGENT, newcomer, withinMillis).as("await the next"),
                verify().as("verify the next"));
    }

    private void freeze() {
        RankId last = allButTheLast();
        String frozen = agentOf(last);
        onDecode(
                act("repeat", AGENT, "", TRAFFIC_MILLIS).as("traffic before"),
                act("load", AGENT, "", 0, given(frozen)).needed(),
                prepare(AGENT, frozen).needed(),
                act("make", AGENT, frozen).needed());
        engines.signal(last, "STOP");
        onDecode(
                act("post", AGENT, frozen).as("post to the stopped"),
                act("repeat", AGENT, frozen, TRAFFIC_MILLIS).as("traffic meanwhile"));
        engines.signal(last, "CONT");
        onDecode(act("await", AGENT, frozen, withinMillis).as("await the next"), verify().as("verify the next"));
    }

    private void onAll(Do act) {
        Map<RankId, List<Do>> asks = new LinkedHashMap<>();
        plan.topology().ranks().forEach(rank -> asks.put(rank, List.of(act)));
        ask(asks);
    }

    private void onEachPrefill(Do act) {
        Map<RankId, List<Do>> asks = new LinkedHashMap<>();
        prefills().forEach(rank -> asks.put(rank, List.of(act)));
        ask(asks);
    }

    private void measureDecode(String when) {
        onDecode(act("pause", SETTLED_MILLIS), act("measure", 0).as("measure " + when));
    }

    /** In turn; of fewer cycles than orders, evenly spread. */
    private static int order(int cycle, int cycles, int orders) {
        return cycles < orders ? cycle * orders / cycles : cycle % orders;
    }

    private void measure(String when) {
        List<Do> acts = List.of(act("pause", SETTLED_MILLIS), act("measure", 0).as("measure " + when));
        both(acts, acts);
    }

    private void onDecode(Do... acts) {
        if (acts.length > 0) {
            ask(Map.of(decode, List.of(acts)));
        }
    }

    private void onPrefill(Do... acts) {
        ask(Map.of(prefill, List.of(acts)));
    }

    private void both(List<Do> ofDecode, List<Do> ofPrefill) {
        Map<RankId, List<Do>> asks = new LinkedHashMap<>();
        asks.put(prefill, ofPrefill);
        asks.put(decode, ofDecode);
        ask(asks);
    }

    /** Nothing is asked any more once a rank is lost, does not come back, or could not do what is needed. */
    private void ask(Map<RankId, List<Do>> asked) {
        if (!goesOn) {
            return;
        }
        Map<RankId, ToRank> asks = new LinkedHashMap<>();
        asked.forEach((rank, acts) ->
                asks.put(rank, new ToRank.Trial(acts.stream().map(Do::act).toList())));
        long millis = asked.values().stream()
                .mapToLong(acts -> acts.stream()
                        .map(Do::act)
                        .filter(act -> List.of("await", "hear", "watch", "pause", "repeat", "joined")
                                .contains(act.what()))
                        .mapToLong(ToRank.Act::number)
                        .sum())
                .max()
                .orElse(0);
        EngineStep<List<FromRank.ActEnd>> step = steps.perform(
                trial.label(),
                asks,
                SLACK.plusMillis(withinMillis + millis),
                (rank, answer) -> ((FromRank.Acted) answer).acts());
        asked.forEach((rank, acts) -> keep(rank, acts, step.answers().getOrDefault(rank, List.of())));
        end.lost().addAll(step.lost());
        end.overdue().addAll(step.overdue());
        end.broken().addAll(step.broken());
        goesOn &= step.lost().isEmpty()
                && step.overdue().isEmpty()
                && step.broken().isEmpty();
    }

    private void keep(RankId rank, List<Do> acts, List<FromRank.ActEnd> ends) {
        IntStream.range(0, ends.size()).forEach(i -> {
            Do asked = acts.get(i);
            FromRank.ActEnd act = ends.get(i);
            if (asked.act().what().equals("open")) {
                metadata.put(rank.label() + "." + asked.act().agent(), act.metadata());
            }
            goesOn &= act.status() == 0 || !asked.act().needed();
            end.answers()
                    .add(new TrialAnswer(
                            rank,
                            asked.label(),
                            act.call(),
                            act.status(),
                            act.statusName(),
                            Duration.ofNanos(act.atNanos()),
                            Duration.ofNanos(act.tookNanos()),
                            act.counts(),
                            act.text()));
        });
    }
}
