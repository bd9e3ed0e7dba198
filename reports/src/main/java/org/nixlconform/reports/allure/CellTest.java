package org.nixlconform.reports.allure;

import static io.qameta.allure.util.ResultsUtils.createParameter;

import io.qameta.allure.model.Label;
import io.qameta.allure.model.Link;
import io.qameta.allure.model.Parameter;
import io.qameta.allure.model.Stage;
import io.qameta.allure.model.Status;
import io.qameta.allure.model.StatusDetails;
import io.qameta.allure.model.TestResult;
import io.qameta.allure.util.ResultsUtils;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.KvGeometry;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.report.TransferReport;
import org.nixlconform.reports.results.CellResult;
import org.nixlconform.reports.results.Figures;
import org.nixlconform.reports.results.Standing;
import org.nixlconform.transfer.GivenMetadata;
import org.nixlconform.transfer.TransferObservation.AgentSettings;
import org.nixlconform.transfer.TransferObservation.Host;

/** One cell as an Allure result. */
final class CellTest {
    /** What {@code categories.json} looks for in front of a trace. */
    static final String STANDING = "standing : ";

    static final String KINDS = "kinds    : ";

    private final TransferReport report;
    private final Attachments attachments;
    private final Map<String, String> issueLinks;
    private final Standing standing;

    /** @param issueLinks where a known issue is told, by its id */
    CellTest(TransferReport report, Attachments attachments, Map<String, String> issueLinks) {
        this.issueLinks = issueLinks;
        this.report = report;
        this.attachments = attachments;
        this.standing = Standing.of(
                report.verdict().outcome(),
                report.testResult(),
                report.knownIssue().isPresent());
    }

    TestResult result() {
        Map<String, String> parameters = parameters();
        String identity = identity(parameters);
        return new TestResult()
                .setUuid(UUID.randomUUID().toString())
                .setName(report.cell())
                .setFullName(report.testClass() + "." + report.testMethod())
                .setHistoryId(identity)
                .setTestCaseId(identity)
                .setLabels(labels())
                .setParameters(shown(parameters))
                .setLinks(links())
                .setStage(Stage.FINISHED)
                .setStatus(status(standing))
                .setStatusDetails(details())
                .setDescription(description())
                .setSteps(Steps.of(report))
                .setAttachments(attachments.of(report))
                .setStart(report.startedAt().toEpochMilli())
                .setStop(report.startedAt().plus(report.took()).toEpochMilli());
    }

    private static Status status(Standing standing) {
        return switch (standing) {
            case CONFORMS -> Status.PASSED;
            case KNOWN_ISSUE, NOT_JUDGED -> Status.SKIPPED;
            case TEST_FAILED, VIOLATES -> Status.FAILED;
            case BROKEN -> Status.BROKEN;
        };
    }

    private StatusDetails details() {
        StatusDetails details = new StatusDetails().setKnown(standing == Standing.KNOWN_ISSUE);
        if (standing == Standing.CONFORMS) {
            return details;
        }
        String kinds = report.verdict().findings().stream()
                .map(finding -> finding.kind().name())
                .distinct()
                .collect(Collectors.joining(", "));
        String message =
                report.knownIssue().map(id -> "known issue " + id + "\n\n").orElse("")
                        + (report.verdict().findings().isEmpty()
                                ? CellResult.of(report).headline()
                                : FindingRenderer.render(report.verdict().findings()));
        return details.setMessage(message).setTrace(STANDING + standing.label() + "\n" + KINDS + kinds + "\n");
    }

    /** What tells this cell from others of its method, in the order in which it is shown. */
    private Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        report.plan().ifPresent(plan -> {
            parameters.put("topology", plan.topology().label());
            parameters.put("backend", plan.backend().name());
            parameters.put("placement", plan.placement().name());
            parameters.put("operation", plan.direction().label());
            parameters.put("memory", plan.memory().name());
        });
        report.environment().ifPresent(environment -> parameters.put("environment", environment));
        report.plan().ifPresent(plan -> putShape(plan, parameters));
        return parameters;
    }

    private static void putShape(TransferPlan plan, Map<String, String> parameters) {
        BlockUse blocks = plan.blocks();
        KvGeometry geometry = plan.geometry();
        parameters.put("workload", plan.workloadWord());
        parameters.put("pairing", plan.topology().pairing().name());
        parameters.put("blocks", String.valueOf(blocks.transferred()));
        parameters.put("prefix hit", String.valueOf(blocks.prefixHit()));
        parameters.put("cached by prefill", String.valueOf(blocks.prefillCached()));
        parameters.put("cached by decode", String.valueOf(blocks.decodeCached()));
        parameters.put("selection", blocks.selection().name());
        parameters.put("layers", String.valueOf(geometry.layers()));
        parameters.put("KV heads", String.valueOf(geometry.kvHeads()));
        parameters.put("head dim", String.valueOf(geometry.headDim()));
        if (geometry.indexerDim() > 0) {
            parameters.put("indexer dim", String.valueOf(geometry.indexerDim()));
        }
        if (!geometry.stateParts().isEmpty()) {
            parameters.put("state parts", geometry.stateParts().toString());
        }
        parameters.put("tokens per block", String.valueOf(geometry.tokensPerBlock()));
        parameters.put("dtype", geometry.dtype().name());
        parameters.put("layout", geometry.layout().name());
        parameters.put("attention", geometry.attention().name());
        parameters.put("key and value", geometry.keyValue().name());
        parameters.put("iterations", String.valueOf(plan.iterations()));
        parameters.put("seed", String.valueOf(blocks.seed()));
        plan.mutation().ifPresent(mutation -> parameters.put("planted fault", mutation.name()));
        plan.peerEnd().ifPresent(end -> parameters.put("planned end", end.label()));
        plan.deviceCache().ifPresent(cache -> parameters.put("device cache", cache.label()));
        plan.streamOrder().ifPresent(order -> parameters.put("stream order", order.label()));
        if (!plan.invalidRequests().isEmpty()) {
            parameters.put("invalid requests", plan.invalidRequests().toString());
        }
    }

    private static List<Parameter> shown(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(parameter -> createParameter(parameter.getKey(), parameter.getValue()))
                .toList();
    }

    /**
     * The same for the same case in every run and in every order of cells. The cell's name is part of it, so that two
     * cells whose parameters agree do not pass for retries of one.
     */
    private String identity(Map<String, String> parameters) {
        StringBuilder text = new StringBuilder();
        text.append(report.testClass()).append('\n').append(report.testMethod()).append('\n');
        text.append(report.cell()).append('\n');
        new TreeMap<>(parameters)
                .forEach((name, value) ->
                        text.append(name).append('=').append(value).append('\n'));
        return HexFormat.of()
                .formatHex(ResultsUtils.getMd5Digest().digest(text.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private List<Label> labels() {
        String simpleName = report.testClass().replaceFirst("^.*[.$]", "");
        List<Label> labels = new ArrayList<>(List.of(
                ResultsUtils.createParentSuiteLabel("conformance"),
                ResultsUtils.createSuiteLabel(simpleName),
                ResultsUtils.createSubSuiteLabel(report.testMethod()),
                ResultsUtils.createPackageLabel(report.testClass()),
                ResultsUtils.createTestClassLabel(report.testClass()),
                ResultsUtils.createTestMethodLabel(report.testMethod()),
                ResultsUtils.createFrameworkLabel("nixlconform"),
                ResultsUtils.createLanguageLabel("java"),
                ResultsUtils.createLabel(
                        ResultsUtils.HOST_LABEL_NAME,
                        report.observation().map(o -> o.host().node()).orElse("no node")),
                ResultsUtils.createLabel(ResultsUtils.THREAD_LABEL_NAME, "cells")));
        report.plan().ifPresent(plan -> {
            labels.add(ResultsUtils.createEpicLabel(plan.backend().name()));
            labels.add(ResultsUtils.createFeatureLabel(plan.topology().label()));
            labels.add(ResultsUtils.createStoryLabel(plan.requirement().orElse(report.testMethod())));
            labels.add(ResultsUtils.createTagLabel(plan.placement().name()));
            labels.add(ResultsUtils.createTagLabel(plan.memory().name()));
        });
        new TreeMap<>(report.labels()).forEach((name, value) -> labels.add(ResultsUtils.createLabel(name, value)));
        return labels;
    }

    private List<Link> links() {
        List<Link> links = new ArrayList<>();
        CellResult.evidenceFolder(report.evidence())
                .ifPresent(folder ->
                        links.add(new Link().setName(folder).setUrl(url(folder)).setType("evidence")));
        report.knownIssue()
                .filter(issueLinks::containsKey)
                .ifPresent(id -> links.add(
                        new Link().setName(id).setUrl(issueLinks.get(id)).setType("issue")));
        return links;
    }

    /** Relative, so that it leads to the folder beside {@code index.html}. */
    private static String url(String folder) {
        try {
            return new URI(null, null, folder + "/", null).getRawPath();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("not a folder: " + folder, e);
        }
    }

    /** Markdown: what was measured and how, and the notes of the verdict. */
    private String description() {
        List<String> lines = new ArrayList<>();
        lines.add("**" + standing.label() + "**"
                + report.knownIssue().map(id -> ", known issue " + id).orElse(""));
        CellResult cell = CellResult.of(report);
        Figures.speed(cell).ifPresent(speed -> lines.add("throughput: " + speed));
        report.verdict().notes().forEach(note -> lines.add(note));
        report.places().forEach((node, ranks) -> lines.add("on %s: %s".formatted(node, ranks)));
        report.observation().ifPresent(observation -> {
            AgentSettings settings = observation.settings();
            Host host = observation.host();
            lines.add("progress thread %s, because %s; thread sync %s; debug logging %s"
                    .formatted(
                            onOrOff(settings.progressThread()),
                            settings.because(),
                            settings.threadSync(),
                            onOrOff(settings.debugLogging())));
            lines.add("node %s: %d ranks on %d cores".formatted(host.node(), host.ranks(), host.cores()));
            GivenMetadata.summary(observation.metadata()).ifPresent(lines::add);
            observation
                    .path()
                    .interfaces()
                    .forEach(each -> lines.add("%s %s: %s".formatted(each.node(), each.device(), each.described())));
            observation.path().transportsDescribed().forEach(each -> lines.add("transports: " + each));
            observation.reference().ifPresent(reference -> lines.add("reference: " + reference.method()));
        });
        return lines.stream().map(line -> "* " + line).collect(Collectors.joining("\n"));
    }

    private static String onOrOff(boolean on) {
        return on ? "on" : "off";
    }
}
