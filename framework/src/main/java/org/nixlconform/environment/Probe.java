package org.nixlconform.environment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.nixlconform.cluster.Command;
import org.nixlconform.cluster.CommandOutcome;
import org.nixlconform.cluster.Node;
import org.nixlconform.configuration.EnvironmentSpec;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/**
 * Loads NIXL on the node and creates each backend, in a process of its own. What goes wrong before the first NIXL call
 * throws; from there on it is a finding.
 */
final class Probe {
    private static final List<String> JVM_DID_NOT_START = List.of(
            "Could not find or load main class",
            "Could not create the Java Virtual Machine",
            "Error occurred during initialization of",
            "UnsupportedClassVersionError");
    /** Of the JVM's report of a fatal error: the signal, and further down the function that caused it. */
    private static final Pattern JVM_CRASH =
            Pattern.compile("(?s)# +(SIG[A-Z0-9]+) \\(0x.*?# Problematic frame:\\s*# +([^\\n]*)");

    /** The probe says what it calls, and for which backend. */
    private static final Pattern NIXL_CALL = Pattern.compile("(nixl_capi_\\w+)(?: (\\w+))?");

    /** In the same report, a file that was mapped. */
    private static final Pattern MAPPED = Pattern.compile("[0-9a-f]+-[0-9a-f]+ \\S+ \\S+ \\S+ \\d+ +(/.*)");

    private static final String CREATE = "nixl_capi_create_backend";
    private static final int LAST_LINES = 6;

    private final EnvironmentSpec spec;
    private final Node node;
    private final Installation installation;
    private final Path library;
    private final Map<String, String> variables;
    private final Path evidence;
    private final Duration deadline;

    /**
     * @param report empty when the probe did not live to give one
     * @param processFailure it died, did not end or got no agent: nothing is known of any backend
     * @param backendFailures by plug-in
     * @param log its standard error, which libraries write to
     */
    record Outcome(
            Optional<ProbeReport> report,
            Optional<Finding> processFailure,
            Map<String, Finding> backendFailures,
            String log) {
        /** What a probe saw that created a backend. */
        Optional<ProbeReport> created(String backend) {
            return report.filter(seen -> seen.backends().containsKey(backend) && !backendFailures.containsKey(backend));
        }

        private Outcome with(String backend, Finding failure) {
            Map<String, Finding> failures = new LinkedHashMap<>(backendFailures);
            failures.put(backend, failure);
            return new Outcome(report, processFailure, failures, log);
        }
    }

    /**
     * @param library {@code libnixl_capi.so}
     * @param evidence folder of the probe's own, for its output and the JVM's error file
     */
    Probe(
            EnvironmentSpec spec,
            Node node,
            Installation installation,
            Map<String, String> variables,
            Path evidence,
            Duration deadline) {
        this.spec = spec;
        this.node = node;
        this.installation = installation;
        this.library = installation.capi().orElseThrow();
        this.variables = new LinkedHashMap<>(variables);
        // A fault of rails wants counters, which are there when engines run; a probe moves nothing that it could
        // change.
        this.variables.computeIfPresent(
                FabricLibraries.FAULT, (name, fault) -> fault.startsWith(FabricLibraries.IDLE_RAIL) ? null : fault);
        this.evidence = evidence;
        this.deadline = deadline;
    }

    /** A backend that ends the process, or never returns, is left out of another attempt, which shows the others. */
    Outcome run() {
        refuseLackingLibraries();
        Path there = node.place(evidence);
        node.connection().run(Command.of("mkdir", "-p", "--", there.toString()), deadline);
        List<String> arguments = new ArrayList<>();
        arguments.add(library.toString());
        arguments.addAll(spec.backends());
        spec.backendParameters()
                .forEach((backend, parameters) ->
                        parameters.forEach((name, value) -> arguments.add("%s:%s=%s".formatted(backend, name, value))));
        CommandOutcome outcome = node.connection()
                .run(
                        Command.of(node.bundle().command(there, "probe", arguments))
                                .with(variables)
                                .in(there),
                        deadline);
        node.bring(evidence);
        write("stdout.txt", outcome.stdout());
        write("stderr.txt", outcome.stderr());
        Optional<ProbeReport> report = ProbeReport.in(outcome.stdout());
        // Its last message first, then its exit code: on hosts with RDMA libraries NIXL's wheels crash in the linker's
        // finalisers, after all went well.
        if (report.isPresent()) {
            refuseUnloadable(report.get(), outcome);
            Optional<Finding> refused = report.get().refused().map(refusal -> refusedBefore(refusal, outcome));
            return new Outcome(
                    report,
                    refused,
                    refused.isPresent() ? Map.of() : backendFailures(report.get(), outcome),
                    outcome.stderr());
        }
        refuseWithoutJvm(outcome);
        Finding failure = died(outcome);
        Optional<String> culprit = created(outcome);
        if (culprit.isEmpty() || spec.backends().size() == 1) {
            return new Outcome(report, Optional.of(failure), Map.of(), outcome.stderr());
        }
        return new Probe(
                        spec.withoutBackends(Set.of(culprit.get())),
                        node,
                        installation,
                        variables,
                        evidence.resolve("without-" + culprit.get()),
                        deadline)
                .run()
                .with(culprit.get(), failure);
    }

    private static Optional<MatchResult> lastCall(CommandOutcome outcome) {
        return NIXL_CALL.matcher(outcome.stderr()).results().reduce((earlier, later) -> later);
    }

    /** The backend that was being created when the process ended. */
    private Optional<String> created(CommandOutcome outcome) {
        return lastCall(outcome)
                .filter(call -> call.group(1).equals(CREATE))
                .flatMap(call -> Optional.ofNullable(call.group(2)))
                .filter(spec.backends()::contains);
    }

    private void refuseLackingLibraries() {
        List<String> lacking =
                SharedLibraries.lacking(node.connection(), library, variables).orElse(List.of());
        if (!lacking.isEmpty()) {
            throw new FindingException(prerequisite("NIXL cannot be loaded on node " + node.name())
                    .with("expected", "every library that %s needs".formatted(library.getFileName()))
                    .with("actual", "lacks " + String.join(", ", lacking))
                    .with("where", library)
                    .with("remedy", "install them, or name their folder in LD_LIBRARY_PATH in " + spec.file()));
        }
    }

    private void refuseUnloadable(ProbeReport report, CommandOutcome outcome) {
        if (report.unloadable().isPresent()) {
            throw new FindingException(prerequisite("NIXL cannot be loaded on node " + node.name())
                    .with("expected", "%s to load".formatted(library))
                    .with("actual", report.unloadable().get())
                    .with("log", lastLines(outcome.stderr()))
                    .with("evidence", evidence));
        }
    }

    private void refuseWithoutJvm(CommandOutcome outcome) {
        String text = outcome.stdout() + outcome.stderr();
        boolean notExecuted = outcome.end().isPresent()
                && (outcome.end().get().exitCode() == 126 || outcome.end().get().exitCode() == 127);
        if (notExecuted || JVM_DID_NOT_START.stream().anyMatch(text::contains)) {
            throw new FindingException(Finding.of(
                            FindingKind.STAGE, "environment", "our probe does not start on node " + node.name())
                    .with(
                            "expected",
                            "the engine in %s to run".formatted(node.bundle().folder()))
                    .with("actual", outcome.ending())
                    .with("log", lastLines(text))
                    .with("remedy", "mvn -q -pl native process-classes"));
        }
    }

    private Finding prerequisite(String headline) {
        return Finding.of(FindingKind.PREREQUISITE, "environment", headline);
    }

    private Finding died(CommandOutcome outcome) {
        Optional<String> call = lastCall(outcome).map(found -> found.group(1));
        String within = String.format(Locale.ROOT, "%.0f s", deadline.toMillis() / 1000.0);
        Finding finding;
        if (outcome.timedOut()) {
            finding = Finding.of(
                            FindingKind.CALL_NEVER_RETURNED,
                            "environment",
                            "%s did not return while environment %s was probed"
                                    .formatted(call.orElse("a call into NIXL"), spec.name()))
                    .with("expected", "NIXL loaded and %s created within %s".formatted(backends(), within))
                    .with("actual", "no answer, " + outcome.ending());
        } else {
            finding = Finding.of(
                            FindingKind.ENGINE_DIED,
                            "environment",
                            created(outcome)
                                    .map("the process that created backend %s of environment %%s died"::formatted)
                                    .orElse("the process that probed environment %s died")
                                    .formatted(spec.name()))
                    .with("expected", "NIXL loaded and %s created".formatted(backends()))
                    .with(
                            "actual",
                            ending(outcome)
                                    + call.map(name -> ", last call " + name).orElse(""));
        }
        if (call.filter(CREATE::equals).isPresent()) {
            finding = finding.during("backend").with("where", "the probe, phase backend");
        }
        List<String> fabrics = mappedFabrics();
        if (!fabrics.isEmpty()) {
            finding = finding.with("mapped", String.join(", ", fabrics));
        }
        finding = finding.with("node", node.name())
                .with("log", lastLines(outcome.stderr()))
                .with("evidence", evidence);
        return EfaFix.stillBundled(installation, fabrics).isEmpty()
                ? finding
                : finding.with(
                        "remedy",
                        "on nodes with EFA, 'fix: efa' in %s puts the node's own libfabric in place of the wheel's"
                                .formatted(spec.file()));
    }

    /** The files of libfabric that the process had mapped when the JVM reported its end. */
    private List<String> mappedFabrics() {
        try (Stream<Path> files = Files.list(evidence)) {
            List<String> reports = files.filter(
                            file -> file.getFileName().toString().matches("hs_err_\\d+\\.log"))
                    .flatMap(file -> read(file).lines())
                    .toList();
            return reports.stream()
                    .map(MAPPED::matcher)
                    .filter(Matcher::matches)
                    .map(line -> line.group(1))
                    .filter(file -> file.matches(".*/lib(nixlconform_)?fabric[-._][^/]*"))
                    .distinct()
                    .toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException unreadable) {
            return "";
        }
    }

    /** The JVM ends with SIGABRT whatever the signal was; what it was is in its report. */
    private static String ending(CommandOutcome outcome) {
        Matcher crash = JVM_CRASH.matcher(outcome.stderr() + "\n" + outcome.stdout());
        return crash.find()
                ? "signal %s in %s".formatted(crash.group(1), crash.group(2).replaceAll(" +", " "))
                : outcome.ending();
    }

    private String backends() {
        return String.join(", ", spec.backends());
    }

    private Map<String, Finding> backendFailures(ProbeReport report, CommandOutcome outcome) {
        Map<String, Finding> failures = new LinkedHashMap<>();
        for (String backend : spec.backends()) {
            ProbeReport.BackendReport seen = report.backends().get(backend);
            if (seen == null) {
                failures.put(backend, refused(backend, CREATE, "the probe does not speak of it", outcome));
            } else if (seen.refusal().isPresent()) {
                ProbeReport.Refusal refusal = seen.refusal().get();
                failures.put(backend, refused(backend, refusal.call(), refusal.described(), outcome));
            }
        }
        return failures;
    }

    private Finding refusedBefore(ProbeReport.Refusal refusal, CommandOutcome outcome) {
        return Finding.of(
                        FindingKind.REFUSED,
                        "environment",
                        "environment %s has no agent in which a backend could be created".formatted(spec.name()))
                .during("agent")
                .with("expected", "%s to return 0".formatted(refusal.call()))
                .with("actual", refusal.described())
                .with("node", node.name())
                .with("log", lastLines(outcome.stderr()))
                .with("evidence", evidence);
    }

    private Finding refused(String backend, String call, String actual, CommandOutcome outcome) {
        Finding finding = Finding.of(
                        FindingKind.REFUSED,
                        "environment",
                        "backend %s of environment %s cannot be created".formatted(backend, spec.name()))
                .during("backend")
                .with("expected", "%s to return 0".formatted(call))
                .with("actual", actual)
                .with("node", node.name());
        Optional<String> reason = reason(backend);
        if (reason.isPresent()) {
            finding = finding.with("plug-in", reason.get());
        }
        return finding.with("log", lastLines(outcome.stderr())).with("evidence", evidence);
    }

    /** NIXL says only that the backend is unsupported: whether its plug-in is there and what the linker misses for it. */
    private Optional<String> reason(String backend) {
        String name = Plugins.fileName(backend);
        Path folder = Plugins.folder(installation, variables);
        if (!node.connection().list(folder).contains(name)) {
            return Optional.of("no %s in %s".formatted(name, folder));
        }
        return SharedLibraries.lacking(node.connection(), folder.resolve(name), variables)
                .filter(lacking -> !lacking.isEmpty())
                .map(lacking -> "%s lacks %s".formatted(name, String.join(", ", lacking)));
    }

    private static String lastLines(String text) {
        List<String> lines = text.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
        return lines.isEmpty()
                ? "nothing on standard error"
                : String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }

    private void write(String name, String text) {
        try {
            Files.createDirectories(evidence);
            Files.writeString(evidence.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException("evidence of the probe cannot be written to " + evidence, e);
        }
    }
}
