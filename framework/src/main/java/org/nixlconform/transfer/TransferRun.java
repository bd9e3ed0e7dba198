package org.nixlconform.transfer;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.nixlconform.engine.AgentSettings;
import org.nixlconform.engine.EnginePair;
import org.nixlconform.engine.EngineStep;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Expectations;
import org.nixlconform.plan.Generations;
import org.nixlconform.plan.Lifecycle;
import org.nixlconform.plan.PeerEnd;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.plan.Trial;

/**
 * The call flow of a serving engine, step by step, on a live pair of engines. Stops at the first step that not every rank
 * did; what was seen until then is the observation.
 */
public final class TransferRun {
    /** Where a case expects nothing of completion, it must still end. */
    private static final Expectations.Completion DEFAULT_LIMITS =
            new Expectations.Completion(Duration.ofSeconds(120), Duration.ofSeconds(20));

    private final TransferPlan plan;
    private final EnginePair engines;
    private final TransferObservation.Host host;
    private final boolean debugLogging;
    private final Consumer<String> onStep;
    private final ObservationNotes notes;
    private EngineStep.Counted counted = new EngineStep.Counted(List.of(), List.of(), List.of());

    /**
     * @param host what the ranks share
     * @param debugLogging a log level is on at which throughput says nothing
     * @param onStep gets the name of each step before it begins
     */
    public TransferRun(
            TransferPlan plan,
            EnginePair engines,
            TransferObservation.Host host,
            boolean debugLogging,
            Consumer<String> onStep) {
        this.plan = plan;
        this.engines = engines;
        this.host = host;
        this.debugLogging = debugLogging;
        this.onStep = onStep;
        this.notes = new ObservationNotes(plan);
    }

    /** @throws FindingException when a part of ours failed inside a rank, never for what NIXL did */
    public TransferObservation run() {
        if (setUp()) {
            int iteration = 0;
            while (iteration < plan.iterations() && iterate(iteration)) {
                iteration++;
            }
            if (iteration == plan.iterations() && serve() && storm() && tryOut()) {
                counted = engines.counted();
                did(engines::release, "close", 0);
            }
        }
        AgentSettings settings = engines.settings();
        return notes.finish(
                new TransferObservation.AgentSettings(
                        settings.progressThread(), settings.because(), settings.threadSync(), debugLogging),
                host,
                engines.logLines().stream()
                        .map(line -> new TransferObservation.LogLine(line.rank(), line.level(), line.text()))
                        .toList(),
                path());
    }

    private PathObservation path() {
        return new PathObservation(
                counted.interfaces().stream()
                        .map(each -> new PathObservation.Carried(
                                each.node(), each.device(), each.forData(), each.receivedBytes(), each.sentBytes()))
                        .toList(),
                List.of(),
                counted.devices().stream()
                        .map(each -> new PathObservation.RdmaDevice(
                                each.node(), each.device(), each.efa(), each.receivedBytes(), each.sentBytes()))
                        .toList(),
                engines.pathLines().stream()
                        .flatMap(line -> PathObservation.Transport.in(line.rank(), line.text()).stream())
                        .distinct()
                        .toList(),
                List.of(),
                counted.links().stream()
                        .map(each -> new PathObservation.Links(
                                each.node(),
                                each.busId(),
                                each.nvlink(),
                                each.receivedBytes(),
                                each.sentBytes(),
                                each.pciReceivedBytes(),
                                each.pciSentBytes()))
                        .toList(),
                engines.transports());
    }

    private boolean setUp() {
        return open()
                && (!endsPeer(PeerEnd.Moment.BEFORE_METADATA_IS_LOADED) || did(engines::endPeer, "end", 0))
                && did(engines::connect, "connect", 0)
                && did(engines::prepare, "prepare", 0)
                && (!throughputExpected() || did(engines::listen, "listen", 0))
                && tryInvalid();
    }

    private boolean endsPeer(PeerEnd.Moment moment) {
        return plan.peerEnd().filter(end -> end.moment() == moment).isPresent();
    }

    /** What is in the metadata is seen before anybody loads them. */
    private boolean open() {
        onStep.accept("open");
        EngineStep<EngineStep.Opened> step = engines.open();
        notes.opened(step.answers(), engines::nixlVersion);
        return succeeded(step, 0);
    }

    private boolean throughputExpected() {
        return plan.expectations().throughput().isPresent();
    }

    private boolean tryInvalid() {
        if (plan.invalidRequests().isEmpty()) {
            return true;
        }
        onStep.accept("invalid requests");
        EngineStep<List<EngineStep.Attempt>> step = engines.tryInvalid(plan.invalidRequests());
        step.answers().forEach(notes::invalid);
        return succeeded(step, 0);
    }

    /** Beside each iteration: what a machine that others use can do changes while a case runs. */
    private boolean reference(int iteration) {
        if (!throughputExpected()) {
            return true;
        }
        onStep.accept("reference " + (iteration + 1));
        EngineStep<EngineStep.ReferenceCopy> step = engines.reference();
        notes.reference(step.answers());
        return succeeded(step, iteration);
    }

    private boolean iterate(int iteration) {
        // Before it is armed: the copy leaves the destination as the last iteration did.
        if (!reference(iteration)) {
            return false;
        }
        ObservationNotes.IterationNotes seen = notes.begin(iteration, Generations.generationOf(iteration));
        onStep.accept("arm " + (iteration + 1));
        EngineStep<EngineStep.Armed> arm = engines.arm(iteration);
        seen.armed(arm.answers());
        if (!succeeded(arm, iteration)) {
            return false;
        }
        onStep.accept("transfer " + (iteration + 1));
        EngineStep<EngineStep.TransferEnd> transfer = engines.transfer(iteration, limits());
        seen.transferred(transfer.answers(), engines::noLookBecause);
        boolean ended = succeeded(transfer, iteration);
        if (lostOthers(transfer)
                || transfer.overdue().stream()
                        .anyMatch(rank -> !transfer.answers().containsKey(rank.rank()))) {
            // Arenas of ranks that do not answer cannot be looked at; the others are not worth the wait.
            return false;
        }
        onStep.accept("verify " + (iteration + 1));
        EngineStep<EngineStep.Verification> verify = engines.verify(iteration);
        seen.verified(verify.answers());
        return succeeded(verify, iteration) && ended;
    }

    /** The ledger of a case that does not end is evidence too. */
    private boolean serve() {
        if (plan.serving().isEmpty()) {
            return true;
        }
        if (plan.serving().get().disturbance().failPercent() > 0
                && !(did(engines::openGone, "second agent", plan.iterations())
                        && did(engines::connectGone, "connect", plan.iterations()))) {
            return false;
        }
        onStep.accept("serve");
        EngineStep<EngineStep.Served> step = engines.serve(plan.serving().get(), limits());
        notes.served(step.answers(), engines.ledger());
        return succeeded(step, plan.iterations());
    }

    /** Without the engines of a trial that went wrong there is nothing to try any more. */
    private boolean tryOut() {
        return plan.lifecycle().stream()
                .allMatch(workload -> workload.trials().stream().allMatch(trial -> tryOut(workload, trial)));
    }

    private boolean tryOut(Lifecycle workload, Trial trial) {
        onStep.accept(trial.label());
        EngineStep.TrialEnd end = engines.tryOut(workload, trial, limits());
        notes.tried(trial, end, plan.iterations());
        refuseBroken(trial.label(), end.broken());
        return end.lost().isEmpty() && end.overdue().isEmpty();
    }

    private boolean storm() {
        if (plan.storm().isEmpty()) {
            return true;
        }
        onStep.accept("arm");
        EngineStep<EngineStep.Armed> arm = engines.armForStorm();
        if (!succeeded(arm, plan.iterations())) {
            return false;
        }
        onStep.accept("storm");
        EngineStep<EngineStep.StormPart> step = engines.storm(plan.storm().get(), limits());
        notes.stormed(step.answers(), arm.answers(), engines::shareAClock);
        return succeeded(step, plan.iterations());
    }

    private Expectations.Completion limits() {
        return plan.expectations().completion().orElse(DEFAULT_LIMITS);
    }

    private boolean did(Supplier<EngineStep<Boolean>> step, String name, int iteration) {
        onStep.accept(name);
        return succeeded(step.get(), iteration);
    }

    private boolean succeeded(EngineStep<?> step, int iteration) {
        notes.step(step, iteration);
        refuseBroken(step.name(), step.broken());
        return step.refused().isEmpty() && step.overdue().isEmpty() && !lostOthers(step);
    }

    private static void refuseBroken(String step, List<EngineStep.BrokenRank> broken) {
        if (!broken.isEmpty()) {
            EngineStep.BrokenRank first = broken.get(0);
            throw new FindingException(Finding.of(
                            FindingKind.STAGE,
                            "transfer",
                            "a part of ours failed in " + broken.size() + " of the engine processes")
                    .with("step", step)
                    .with("phase", first.phase())
                    .with("first", first.rank())
                    .with("actual", first.message())
                    .with("remedy", first.remedy()));
        }
    }

    /** Others than the one that the plan ends. */
    private boolean lostOthers(EngineStep<?> step) {
        return step.lost().stream()
                .anyMatch(gone -> plan.peerEnd()
                        .filter(end -> end.rank().equals(gone.rank()))
                        .isEmpty());
    }
}
