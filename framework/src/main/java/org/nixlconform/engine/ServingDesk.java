package org.nixlconform.engine;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import org.nixlconform.cluster.Node;
import org.nixlconform.engine.protocol.FromWarden;
import org.nixlconform.engine.protocol.ServingShape;
import org.nixlconform.engine.protocol.ToRank;
import org.nixlconform.engine.protocol.ToWarden;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Mutation;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.PagedServing;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.RankTransfer;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.TransferPlan;

/**
 * The desk of engines that serve, as the controller sees it: opened in the warden of the first prefill rank's node, reached by
 * ranks over TCP with a secret of this run, or over this machine where they get no connection, asked for its ledger in the end.
 */
final class ServingDesk {
    private static final Duration OPEN_WITHIN = Duration.ofSeconds(10);
    private static final Duration LEDGER_WITHIN = Duration.ofSeconds(30);
    private static final int SECRET_BYTES = 16;
    private static final String LOOPBACK = "127.0.0.1";

    private final TransferPlan plan;
    private final RankRoster roster;
    private final Node node;
    private final boolean alone;
    private final String secret;
    private final DeskRelay relay;
    private final List<ServedRequest> requests = new ArrayList<>();
    private OptionalInt port = OptionalInt.empty();
    private String failure = "";
    private Duration took = Duration.ZERO;
    private boolean complete;

    ServingDesk(TransferPlan plan, RankRoster roster) {
        this.plan = plan;
        this.roster = roster;
        node = roster.assignment().node(new RankId(Role.PREFILL, 0, 0));
        alone = roster.assignment().nodes().size() == 1;
        byte[] random = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(random);
        secret = HexFormat.of().formatHex(random);
        roster.onDesk(this::heed);
        relay = roster.relayTo(node);
    }

    private void heed(FromWarden said) {
        if (said instanceof FromWarden.DeskOpen opened) {
            failure = opened.failure();
            port = OptionalInt.of(opened.port());
        } else if (said instanceof FromWarden.LedgerPart part) {
            took = Duration.ofNanos(part.tookNanos());
            part.requests().forEach(entry -> requests.add(entry(entry)));
            complete = part.last();
        }
    }

    /** @throws FindingException when it cannot listen */
    void open(PagedServing serving) {
        roster.send(
                node,
                new ToWarden.OpenDesk(
                        alone || node.dataHost().isEmpty()
                                ? ""
                                : node.spec().dataAddress().orElse("0.0.0.0"),
                        secret,
                        shape(serving),
                        lanes(),
                        plan.blocks().cached(Role.PREFILL),
                        plan.blocks().cached(Role.DECODE),
                        plan.direction().operation() == Operation.WRITE,
                        plan.mutation().equals(Optional.of(Mutation.REUSED_BEFORE_NOTIFICATION)),
                        plan.mutation().equals(Optional.of(Mutation.REUSED_WITHOUT_QUARANTINE))));
        heedUntil(() -> port.isPresent(), OPEN_WITHIN);
        if (port.isEmpty() || !failure.isEmpty()) {
            throw new FindingException(notOpen(
                    "a port on node " + node.name(),
                    port.isEmpty() ? "no answer within " + OPEN_WITHIN.toSeconds() + " s" : failure));
        }
    }

    private ServingShape shape(PagedServing serving) {
        return new ServingShape(
                plan.blocks().seed(),
                serving.requests(),
                serving.seconds(),
                serving.inFlight(),
                serving.fewestBlocks(),
                serving.mostBlocks(),
                serving.prefixHitPercent(),
                serving.disturbance().abortPercent(),
                serving.disturbance().dropPercent(),
                serving.disturbance().failPercent(),
                serving.disturbance().latePollPercent(),
                serving.disturbance().latePollMillis(),
                serving.disturbance().latePostPercent(),
                serving.disturbance().latePostMillis(),
                serving.lease().millis(),
                serving.lease().heartbeats(),
                serving.layerGroups(),
                serving.registeredFirstPercent(),
                serving.refillInHandler());
    }

    private Finding notOpen(String expected, String actual) {
        return Finding.of(FindingKind.STAGE, "engine", "the desk, which gives out blocks to engines, cannot be reached")
                .with("expected", expected)
                .with("actual", actual)
                .with("remedy", "set dataAddress of that node in the cluster file to an address that it has");
    }

    private List<ToWarden.Lane> lanes() {
        Map<List<Integer>, List<RankTransfer>> byEngines = new LinkedHashMap<>();
        plan.rankTransfers()
                .forEach(transfer -> byEngines
                        .computeIfAbsent(
                                List.of(
                                        transfer.prefill().engine(),
                                        transfer.decode().engine()),
                                engines -> new ArrayList<>())
                        .add(transfer));
        return byEngines.entrySet().stream()
                .map(lane -> new ToWarden.Lane(
                        lane.getKey().get(0),
                        lane.getKey().get(1),
                        labels(lane.getValue().stream()
                                .map(RankTransfer::prefill)
                                .toList()),
                        labels(lane.getValue().stream()
                                .map(RankTransfer::decode)
                                .toList()),
                        lane.getValue().size()))
                .toList();
    }

    private static List<String> labels(List<RankId> ranks) {
        return ranks.stream().distinct().map(RankId::label).toList();
    }

    /** @param peers that the rank moves blocks with */
    ToRank.Serve ask(RankId rank, PagedServing serving, int peers, int listed) {
        return new ToRank.Serve(
                host(rank),
                port.orElseThrow(),
                secret,
                shape(serving),
                serving.inFlight() * peers * serving.layerGroups(),
                listed);
    }

    /** Where the rank is to connect to; empty where its node has no way to it. */
    private String host(RankId rank) {
        boolean here = roster.assignment().node(rank).equals(node);
        return alone ? LOOPBACK : node.dataHost().orElse(here ? LOOPBACK : "");
    }

    /** For which ranks may try to connect before they serve. */
    Duration connectedWithin() {
        return alone ? Duration.ZERO : Duration.ofMillis(ToRank.Serve.CONNECT_MILLIS);
    }

    EngineStep.Ledger ledger() {
        requests.clear();
        complete = false;
        roster.send(node, new ToWarden.GiveLedger());
        heedUntil(() -> complete, LEDGER_WITHIN);
        return new EngineStep.Ledger(took, complete, requests, relay.relayed());
    }

    /** Or until the warden that has the desk is gone. */
    private void heedUntil(BooleanSupplier condition, Duration within) {
        roster.heedUntil(
                "desk", () -> condition.getAsBoolean() || !roster.wardens().contains(node), within);
    }

    private static ServedRequest entry(FromWarden.LedgerEntry entry) {
        return new ServedRequest(
                entry.request(),
                entry.prefillEngine(),
                entry.decodeEngine(),
                entry.generation(),
                Arrays.stream(entry.sourceBlocks()).boxed().toList(),
                Arrays.stream(entry.destinationBlocks()).boxed().toList(),
                entry.aborted(),
                entry.failing(),
                entry.underWay(),
                entry.bytes(),
                entry.pairs(),
                entry.transfersDone(),
                entry.notifications(),
                entry.renewals(),
                entry.differing(),
                entry.begunNanos(),
                entry.filledNanos(),
                entry.registeredNanos(),
                entry.movedNanos(),
                entry.droppedNanos(),
                entry.failedNanos(),
                entry.doneNanos(),
                entry.endedNanos(),
                entry.notifiedNanos(),
                entry.verifiedNanos(),
                entry.expiredNanos(),
                entry.sourceFreedNanos(),
                entry.destinationFreedNanos(),
                entry.failure());
    }
}
