package org.nixlconform.reports;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.metadata.AgentMetadata;
import org.nixlconform.metadata.AgentMetadata.Connection;
import org.nixlconform.metadata.AgentMetadata.Endpoints;
import org.nixlconform.metadata.AgentMetadata.Rails;
import org.nixlconform.plan.Attention;
import org.nixlconform.plan.Backend;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.DataType;
import org.nixlconform.plan.Direction;
import org.nixlconform.plan.Expectations;
import org.nixlconform.plan.KeyValue;
import org.nixlconform.plan.KvGeometry;
import org.nixlconform.plan.Layout;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.Placement;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.Selection;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.report.RunReport;
import org.nixlconform.report.RunReport.KnownIssueUse;
import org.nixlconform.report.RunReport.MustJudge;
import org.nixlconform.report.RunReport.Property;
import org.nixlconform.report.TransferReport;
import org.nixlconform.report.TransferReport.Stage;
import org.nixlconform.transfer.GivenMetadata;
import org.nixlconform.transfer.PathObservation;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.AgentSettings;
import org.nixlconform.transfer.TransferObservation.Difference;
import org.nixlconform.transfer.TransferObservation.DifferenceKind;
import org.nixlconform.transfer.TransferObservation.Host;
import org.nixlconform.transfer.TransferObservation.Integrity;
import org.nixlconform.transfer.TransferObservation.Iteration;
import org.nixlconform.transfer.TransferObservation.PhaseTime;
import org.nixlconform.transfer.TransferObservation.RankTransferOutcome;
import org.nixlconform.transfer.TransferObservation.Reference;
import org.nixlconform.verdict.Outcome;
import org.nixlconform.verdict.Verdict;

/** Reports of cells that were never run, one for each way in which a cell can end. */
public final class Samples {
    public static final Instant STARTED = Instant.parse("2026-11-21T09:00:00Z");
    public static final RankId SOURCE = new RankId(Role.PREFILL, 0, 0);
    public static final RankId DESTINATION = new RankId(Role.DECODE, 0, 0);
    private static final double MEASURED = 5.3124;

    private Samples() {}

    public static TransferReport conforms(int prefillEngines, int tp, Operation operation) {
        TransferPlan plan = plan(prefillEngines, tp, operation, Backend.UCX);
        return report(plan, measured(Outcome.CONFORMS, List.of()), "passed", Optional.empty());
    }

    /** Of one pair, in which these iterations were timed. */
    public static TransferReport timed(List<Iteration> iterations) {
        TransferReport report = conforms(1, 1, Operation.READ);
        TransferObservation seen = report.observation().orElseThrow();
        return new TransferReport(
                report.cell(),
                report.testClass(),
                report.testMethod(),
                report.environment(),
                report.labels(),
                report.plan(),
                Optional.of(new TransferObservation(
                        seen.settings(),
                        seen.host(),
                        seen.metadata(),
                        seen.phases(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        seen.reference(),
                        iterations,
                        seen.serving(),
                        seen.storm(),
                        seen.resources(),
                        seen.trials(),
                        List.of(),
                        seen.path(),
                        Optional.empty())),
                report.verdict(),
                report.testResult(),
                report.knownIssue(),
                report.startedAt(),
                report.took(),
                report.places(),
                report.stages(),
                report.evidence());
    }

    public static TransferReport violates() {
        return report(
                plan(1, 2, Operation.READ, Backend.LIBFABRIC),
                measured(Outcome.VIOLATES, List.of(misplaced())),
                "failed",
                Optional.empty());
    }

    public static TransferReport knownIssue() {
        Verdict verdict = Verdict.without(
                Outcome.VIOLATES,
                Finding.of(FindingKind.CALL_NEVER_RETURNED, "completion", "a call into NIXL never returned")
                        .with("call", "nixl_capi_release_xfer_req"));
        return report(plan(4, 1, Operation.WRITE, Backend.LIBFABRIC), verdict, "aborted", Optional.of("release-hangs"));
    }

    public static TransferReport notJudged() {
        Verdict verdict = Verdict.without(
                Outcome.INCONCLUSIVE,
                Finding.of(FindingKind.NODE, "cluster", "VRAM needs a GPU on every node, and node local has none")
                        .with("remedy", "name a node with a GPU in config/clusters/local.yaml"));
        return withoutObservation(plan(1, 1, Operation.READ, Backend.UCX), verdict, "aborted");
    }

    public static TransferReport broken() {
        Verdict verdict = Verdict.without(
                Outcome.BROKEN,
                Finding.of(FindingKind.STAGE, "environment", "the wheel nixl 1.5.0 cannot be unpacked")
                        .with("node", "local")
                        .with("actual", "no space left on device"));
        return withoutObservation(plan(4, 4, Operation.READ, Backend.UCX), verdict, "error");
    }

    public static TransferReport bodyFailed() {
        return report(
                plan(2, 2, Operation.READ, Backend.UCX),
                measured(Outcome.CONFORMS, List.of()),
                "failed",
                Optional.empty());
    }

    /** A plan that could not be: there is nothing but its name. */
    public static TransferReport refused() {
        Verdict verdict = Verdict.without(
                Outcome.BROKEN,
                Finding.of(FindingKind.DECLARATION, "plan", "8 KV heads cannot be shared out over 3 ranks")
                        .with("remedy", "let TP divide the heads"));
        return new TransferReport(
                "1P-TP3 -> 1D-TP3, refused",
                "org.nixlconform.tests.RefusedConformance",
                "cannotBe",
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                verdict,
                "error",
                Optional.empty(),
                STARTED,
                Duration.ofMillis(3),
                Map.of(),
                List.of(),
                List.of());
    }

    public static Finding misplaced() {
        return Finding.of(FindingKind.MISPLACED, "integrity", "3 of 16384 block slices differ on decode-0-rank-0")
                .with("first", "layer 7, block 42, offset 0x1f00")
                .with("expected", "prefill-0-rank-0, layer 7, block 42, generation 5")
                .with("actual", "prefill-0-rank-1, layer 7, block 42, generation 5");
    }

    public static RunReport run(List<String> leftovers, Map<String, String> selection) {
        return new RunReport(
                "local",
                STARTED,
                List.of(
                        new Property("NIXL", "1.5.0 (wheel-1.5.0)"),
                        new Property("libnixl.so", "sha256 0123456789abcdef"),
                        new Property("UCX_TLS", "cma,tcp"),
                        new Property("kernel", "6.1.0"),
                        new Property("CPU", "2 x Xeon | AVX2")),
                List.of(new MustJudge("UCX", "PACK", "DRAM")),
                selection,
                leftovers,
                List.of(
                        new KnownIssueUse(
                                "release-hangs",
                                "The release of a request hangs.",
                                "https://example.org/1",
                                List.of("a hit"),
                                List.of(),
                                List.of(),
                                List.of()),
                        new KnownIssueUse(
                                "long-fixed",
                                "It was fixed.",
                                "https://example.org/2",
                                List.of(),
                                List.of("conforms | now", "conforms too"),
                                List.of(),
                                List.of("hangs otherwise")),
                        new KnownIssueUse(
                                "rare",
                                "Rare.",
                                "https://example.org/3",
                                List.of("a hit"),
                                List.of(),
                                List.of("not"),
                                List.of()),
                        new KnownIssueUse(
                                "elsewhere",
                                "Not here.",
                                "https://example.org/4",
                                List.of(),
                                List.of(),
                                List.of(),
                                List.of())),
                Optional.empty());
    }

    public static TransferReport report(
            TransferPlan plan, Verdict verdict, String testResult, Optional<String> knownIssue) {
        String cell = cell(plan);
        String folder = cell.replace(" -> ", "_").replaceAll("[ ,]+", "_");
        return new TransferReport(
                cell,
                "org.nixlconform.tests.TopologyConformance",
                "decodeReadsEveryBlockThatPrefillWrote",
                Optional.of("wheel-1.5.0"),
                Map.of("owner", "platform"),
                Optional.of(plan),
                Optional.of(observation(plan, verdict)),
                verdict,
                testResult,
                knownIssue,
                STARTED,
                Duration.ofMillis(2140),
                Map.of("local", "prefill 0: rank 0; decode 0: ranks 0, 1"),
                stages(verdict),
                List.of(
                        Path.of("evidence", folder, "prefill-0-rank-0.log"),
                        Path.of("evidence", folder, "stacks", "decode-0-rank-0.txt")));
    }

    private static TransferReport withoutObservation(TransferPlan plan, Verdict verdict, String testResult) {
        return new TransferReport(
                cell(plan) + (testResult.equals("aborted") ? " VRAM" : ""),
                "org.nixlconform.tests.TopologyConformance",
                "decodeReadsEveryBlockThatPrefillWrote",
                Optional.of("wheel-1.5.0"),
                Map.of(),
                Optional.of(plan),
                Optional.empty(),
                verdict,
                testResult,
                Optional.empty(),
                STARTED,
                Duration.ofMillis(12),
                Map.of(),
                List.of(new Stage("cluster", STARTED, Duration.ofMillis(12), true, "")),
                List.of());
    }

    private static String cell(TransferPlan plan) {
        return "%s pack, %s, %s, 128 of 256 blocks bf16 HND"
                .formatted(
                        plan.topology().label(),
                        plan.direction().label(),
                        plan.backend().name());
    }

    private static List<Stage> stages(Verdict verdict) {
        return List.of(
                new Stage("cluster", STARTED, Duration.ofMillis(10), false, "reused"),
                new Stage("environment", STARTED.plusMillis(10), Duration.ofMillis(20), false, "reused"),
                new Stage("engine", STARTED.plusMillis(30), Duration.ofMillis(900), false, ""),
                new Stage("transfer", STARTED.plusMillis(930), Duration.ofMillis(1200), false, ""),
                new Stage(
                        "verdict",
                        STARTED.plusMillis(2130),
                        Duration.ofMillis(10),
                        false,
                        verdict.outcome().name()));
    }

    private static Verdict measured(Outcome outcome, List<Finding> findings) {
        return new Verdict(
                outcome,
                findings,
                List.of("throughput was not judged: 4 ranks share 2 cores"),
                OptionalDouble.of(MEASURED),
                OptionalDouble.of(0.92));
    }

    private static TransferPlan plan(int prefillEngines, int tp, Operation operation, Backend backend) {
        return new TransferPlan(
                Optional.of("A1"),
                new Topology(prefillEngines, tp, 1, tp, Pairing.MESH),
                Placement.PACK,
                new Direction(operation, operation == Operation.READ ? Role.DECODE : Role.PREFILL),
                backend,
                MemoryKind.DRAM,
                new KvGeometry(4, 8, 128, 16, DataType.BF16, Layout.HND, Attention.GQA, KeyValue.PACKED),
                new BlockUse(128, 256, 128 * (1 + prefillEngines), Selection.SHUFFLED, 7, 0, false),
                2,
                List.of(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new Expectations(true, false, Optional.empty(), Optional.empty(), Set.of(), List.of()));
    }

    private static TransferObservation observation(TransferPlan plan, Verdict verdict) {
        List<PhaseTime> phases = new ArrayList<>();
        for (RankId rank : plan.topology().ranks()) {
            phases.add(new PhaseTime(rank, "agent", 0, Duration.ofMillis(40 + rank.rank())));
            phases.add(new PhaseTime(rank, "wait", 0, Duration.ofNanos(1_234_567)));
        }
        return new TransferObservation(
                new AgentSettings(false, "4 ranks on 2 cores", "NONE", false),
                new Host("local", 2, plan.topology().rankCount()),
                plan.topology().ranks().stream().map(Samples::metadata).toList(),
                phases,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Optional.of(new Reference("process_vm_readv", Map.of(DESTINATION, 5.7e9), 0, 0)),
                List.of(iteration(verdict)),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                PathObservation.NONE,
                Optional.empty());
    }

    private static GivenMetadata metadata(RankId rank) {
        Endpoints data = new Endpoints(OptionalInt.of(2), List.of(56, 56));
        Connection connection = new Connection("LIBFABRIC", 190, Optional.of(new Rails(data, Optional.empty())));
        AgentMetadata content = new AgentMetadata(rank.label(), 709, List.of(connection), List.of(), Optional.empty());
        return new GivenMetadata(
                rank,
                Optional.of("1.4.0"),
                List.of("/opt/nixl/plugins/libplugin_LIBFABRIC.so"),
                content,
                4,
                4,
                List.of());
    }

    private static Iteration iteration(Verdict verdict) {
        List<Difference> differences = verdict.outcome() == Outcome.VIOLATES
                ? List.of(new Difference(
                        DifferenceKind.MISPLACED,
                        "layer 7, block 42, offset 0x1f00",
                        0x1f00,
                        4096,
                        4090,
                        "prefill-0-rank-0, layer 7",
                        "prefill-0-rank-1, \"layer 7\"",
                        ""))
                : List.of();
        return new Iteration(
                0,
                5,
                List.of(new RankTransferOutcome(
                        DESTINATION,
                        SOURCE,
                        16_777_216,
                        512,
                        0,
                        Duration.ofMillis(2),
                        Duration.ofMillis(1),
                        Duration.ofMillis(3),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        Optional.empty())),
                List.of(),
                List.of(new Integrity(
                        DESTINATION, true, 33_554_432, 512, 16_777_216, 0, 0, Duration.ZERO, 0, Map.of(), differences)),
                List.of());
    }
}
