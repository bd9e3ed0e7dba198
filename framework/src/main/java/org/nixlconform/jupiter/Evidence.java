package org.nixlconform.jupiter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nixlconform.engine.ServedRequest;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.PathObservation;
import org.nixlconform.transfer.PathObservation.RailUse;
import org.nixlconform.transfer.PathObservation.RdmaDevice;
import org.nixlconform.transfer.StormObservation;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Difference;
import org.nixlconform.transfer.TransferObservation.Integrity;
import org.nixlconform.transfer.TransferObservation.Iteration;
import org.nixlconform.transfer.TransferObservation.Serving;
import org.nixlconform.transfer.TrialOutcome;
import org.nixlconform.verdict.Outcome;
import org.nixlconform.verdict.Verdict;

/**
 * The folder of one cell: its plan, what was found, the engines' logs.
 *
 * @param report the run's folder, which evidence is named relative to
 */
record Evidence(Path report, Path folder) {
    static final String DIFFERENCES = "differences.csv";
    static final String RAILS = "rails.csv";
    static final String LEDGER = "ledger.csv";
    static final String TRIALS = "trials.csv";
    static final String STORM = "storm.txt";
    static final String RESOURCES = "resources.csv";
    static final String METADATA = "metadata.txt";
    static final String LOGS = "logs";
    /** How far each rank was, where a step did not end as it should. */
    static final String STATE = "state.txt";

    /** The stacks of the rank that a finding is about: its place opens with it. */
    static String stacksOf(Finding finding) {
        return finding.facts().stream()
                .filter(fact -> fact.name().equals("where"))
                .map(fact -> "stacks/" + fact.value().split(",", 2)[0] + ".txt")
                .findFirst()
                .orElse(LOGS);
    }

    /** Writes what belongs to the case, drops empty logs. @return files, relative to the report folder */
    List<Path> keep(
            Cell cell,
            Verdict verdict,
            Optional<TransferPlan> plan,
            Optional<TransferObservation> observation,
            Map<String, String> places,
            Optional<Replay> replay) {
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    folder.resolve("plan.txt"),
                    cell.name() + "\n\n" + plan.map(Evidence::lines).orElse("refused") + "\n"
                            + where(places, observation));
            if (replay.isPresent()) {
                replay.get().keep(folder);
            }
            if (verdict.outcome() != Outcome.CONFORMS) {
                Files.writeString(folder.resolve("findings.txt"), FindingRenderer.render(verdict.findings()) + "\n");
            }
            String differences = observation.map(Evidence::differences).orElse("");
            if (!differences.isEmpty()) {
                Files.writeString(folder.resolve(DIFFERENCES), differences);
            }
            String rails = observation.map(Evidence::rails).orElse("");
            if (!rails.isEmpty()) {
                Files.writeString(folder.resolve(RAILS), rails);
            }
            List<ServedRequest> ledger = observation
                    .flatMap(TransferObservation::serving)
                    .map(Serving::requests)
                    .orElse(List.of());
            if (!ledger.isEmpty()) {
                writeLedger(ledger);
            }
            String trials = observation.map(Evidence::trials).orElse("");
            if (!trials.isEmpty()) {
                Files.writeString(folder.resolve(TRIALS), trials);
            }
            String storm = observation
                    .flatMap(TransferObservation::storm)
                    .map(Evidence::storm)
                    .orElse("");
            if (!storm.isEmpty()) {
                Files.writeString(folder.resolve(STORM), storm);
            }
            String resources = observation.map(Evidence::resources).orElse("");
            if (!resources.isEmpty()) {
                Files.writeString(folder.resolve(RESOURCES), resources);
            }
            String metadata = observation.map(Evidence::metadata).orElse("");
            if (!metadata.isEmpty()) {
                Files.writeString(folder.resolve(METADATA), metadata);
            }
            return files();
        } catch (IOException unwritable) {
            throw new UncheckedIOException("evidence cannot be written to " + folder, unwritable);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            List<Path> regular = all.filter(Files::isRegularFile).sorted().toList();
            for (Path file : regular) {
                if (Files.size(file) == 0) {
                    Files.delete(file);
                }
            }
            return regular.stream()
                    .filter(Files::exists)
                    .map(report::relativize)
                    .toList();
        }
    }

    /** One attribute a line, the way the record has them. */
    static String lines(TransferPlan plan) {
        StringBuilder lines = new StringBuilder();
        for (RecordComponent component : TransferPlan.class.getRecordComponents()) {
            try {
                lines.append(String.format(
                        "%-16s %s%n",
                        component.getName(), component.getAccessor().invoke(plan)));
            } catch (ReflectiveOperationException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
        return lines.toString();
    }

    private static String where(Map<String, String> places, Optional<TransferObservation> observation) {
        StringBuilder lines = new StringBuilder();
        places.forEach((node, ranks) -> lines.append(String.format("on %-13s %s%n", node, ranks)));
        observation
                .map(seen -> seen.path().interfaces())
                .orElse(List.of())
                .forEach(each ->
                        lines.append(String.format("%-16s %s%n", each.node() + " " + each.device(), each.described())));
        observation
                .map(seen -> seen.path().transportsDescribed())
                .orElse(List.of())
                .forEach(each -> lines.append(String.format("%-16s %s%n", "transports", each)));
        observation.map(seen -> seen.path().gpus()).orElse(List.of()).stream()
                .map(gpu -> gpu.rank() + " on " + gpu.name() + " " + gpu.uuid() + ", " + gpu.busId() + ", CUDA "
                        + gpu.driver())
                .forEach(each -> lines.append(String.format("%-16s %s%n", "gpu", each)));
        observation
                .map(Evidence::links)
                .orElse(List.of())
                .forEach(each -> lines.append(String.format("%-16s %s%n", "links", each)));
        return lines.toString();
    }

    private static List<String> links(TransferObservation seen) {
        if (seen.path().links().isEmpty()) {
            return seen.path().gpus().isEmpty() ? List.of() : List.of("not observed: NVML has no counters here");
        }
        return seen.path().links().stream()
                .map(each -> String.format(
                        Locale.ROOT,
                        "%s %s received %s, sent %s bytes by NVLink, at least %,d and %,d by PCI Express, the"
                                + " reference among them",
                        each.node(),
                        each.busId(),
                        each.nvlink() ? String.format(Locale.ROOT, "%,d", each.receivedBytes()) : "not counted",
                        each.nvlink() ? String.format(Locale.ROOT, "%,d", each.sentBytes()) : "not counted",
                        each.pciReceivedBytes(),
                        each.pciSentBytes()))
                .toList();
    }

    private static String metadata(TransferObservation observation) {
        return observation.metadata().stream()
                .map(given -> given.rank() + ": " + given.described() + "\n")
                .collect(Collectors.joining());
    }

    /** Line by line: there may be hundreds of thousands. */
    private void writeLedger(List<ServedRequest> requests) throws IOException {
        try (Writer table = Files.newBufferedWriter(folder.resolve(LEDGER))) {
            table.write(
                    "request,prefill,decode,generation,source blocks,destination blocks,aborted,failing,"
                            + "under way,bytes,pairs,done,"
                            + "notifications,renewals,differing,begun us,filled us,registered us,moved us,dropped us,failed us,"
                            + "done us,ended us,notified us,verified us,expired us,source freed us,destination freed us,failure\n");
            for (ServedRequest request : requests) {
                table.write(line(request));
            }
        }
    }

    private static String line(ServedRequest request) {
        return Stream.of(
                                request.request(),
                                request.prefillEngine(),
                                request.decodeEngine(),
                                request.generation(),
                                blocks(request.sourceBlocks()),
                                blocks(request.destinationBlocks()),
                                request.aborted(),
                                request.failing(),
                                request.underWay(),
                                request.bytes(),
                                request.pairs(),
                                request.transfersDone(),
                                request.notifications(),
                                request.renewals(),
                                request.differing(),
                                micros(request.begunNanos()),
                                micros(request.filledNanos()),
                                micros(request.registeredNanos()),
                                micros(request.movedNanos()),
                                micros(request.droppedNanos()),
                                micros(request.failedNanos()),
                                micros(request.doneNanos()),
                                micros(request.endedNanos()),
                                micros(request.notifiedNanos()),
                                micros(request.verifiedNanos()),
                                micros(request.expiredNanos()),
                                micros(request.sourceFreedNanos()),
                                micros(request.destinationFreedNanos()),
                                quoted(request.failure()))
                        .map(String::valueOf)
                        .collect(Collectors.joining(","))
                + '\n';
    }

    private static String trials(TransferObservation observation) {
        StringBuilder table = new StringBuilder();
        for (TrialOutcome outcome : observation.trials()) {
            for (TrialOutcome.Answer answer : outcome.answers()) {
                table.append(Stream.of(
                                        outcome.trial().label(),
                                        answer.rank(),
                                        quoted(answer.act()),
                                        answer.call(),
                                        answer.status(),
                                        answer.statusName(),
                                        micros(answer.at().toNanos()),
                                        micros(answer.took().toNanos()),
                                        quoted(answer.counts().stream()
                                                .map(String::valueOf)
                                                .collect(Collectors.joining(" "))),
                                        quoted(answer.text()))
                                .map(String::valueOf)
                                .collect(Collectors.joining(",")))
                        .append('\n');
            }
        }
        return table.isEmpty() ? "" : "trial,rank,act,call,status,name,at us,took us,counts,text\n" + table;
    }

    /** Each pair of ranks as its record has it, then what was odd. */
    private static String storm(StormObservation storm) {
        return Stream.concat(storm.pairs().stream(), storm.oddities().stream())
                .map(each -> each + "\n")
                .collect(Collectors.joining());
    }

    private static String resources(TransferObservation observation) {
        StringBuilder table = new StringBuilder();
        observation
                .resources()
                .forEach(use -> use.looks()
                        .forEach(look -> table.append(String.format(
                                Locale.ROOT,
                                "%s,%s,%.3f,%d,%d,%d,%d%n",
                                use.rank(),
                                use.during(),
                                look.after().toNanos() / 1e9,
                                look.repeats(),
                                look.files(),
                                look.threads(),
                                look.residentBytes()))));
        return table.isEmpty() ? "" : "rank,during,seconds,repeats,open files,threads,resident bytes\n" + table;
    }

    private static String blocks(List<Integer> blocks) {
        return blocks.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    /** Empty for never. */
    private static String micros(long nanos) {
        return nanos < 0 ? "" : String.format(Locale.ROOT, "%.1f", nanos / 1e3);
    }

    private static String rails(TransferObservation observation) {
        PathObservation path = observation.path();
        StringBuilder devices = new StringBuilder();
        StringBuilder table = new StringBuilder();
        for (RailUse use : path.rails()) {
            double all = path.railsOf(use.rank()).stream()
                    .mapToLong(RailUse::payloadBytes)
                    .sum();
            table.append(String.format(
                    Locale.ROOT,
                    "%s,%s,%d,%d,%d,%d,%d,%d,%.4f%n",
                    use.rank(),
                    use.name(),
                    use.reads().operations(),
                    use.reads().bytes(),
                    use.writes().operations(),
                    use.writes().bytes(),
                    use.sends().operations(),
                    use.sends().bytes(),
                    all == 0 ? 0 : use.payloadBytes() / all));
        }
        path.devices().stream()
                .filter(RdmaDevice::efa)
                .forEach(device -> devices.append(String.format(
                        Locale.ROOT,
                        "%s,%s,%d,%d%n",
                        device.node(),
                        device.device(),
                        device.receivedBytes(),
                        device.sentBytes())));
        if (!devices.isEmpty()) {
            return "node,device of EFA,bytes received,bytes sent\n" + devices;
        }
        return table.isEmpty()
                ? ""
                : "rank,rail,reads,bytes read,writes,bytes written,messages,bytes sent,share of payload\n" + table;
    }

    private static String differences(TransferObservation observation) {
        StringBuilder table = new StringBuilder();
        for (Iteration iteration : observation.iterations()) {
            append(String.valueOf(iteration.index()), iteration.integrity(), table);
        }
        observation.serving().ifPresent(serving -> append("serving", serving.integrity(), table));
        observation.storm().ifPresent(storm -> append("storm", storm.integrity(), table));
        return table.isEmpty()
                ? ""
                : "iteration,rank,kind,where,arena offset,length,differing bytes,expected,actual,detail\n" + table;
    }

    private static void append(String iteration, List<Integrity> arenas, StringBuilder table) {
        for (Integrity rank : arenas) {
            for (Difference difference : rank.differences()) {
                table.append(iteration)
                        .append(',')
                        .append(rank.rank())
                        .append(',')
                        .append(row(difference));
            }
        }
    }

    private static String row(Difference difference) {
        return String.join(
                        ",",
                        difference.kind().name(),
                        quoted(difference.where()),
                        "0x" + Long.toHexString(difference.arenaOffsetBytes()),
                        Long.toString(difference.lengthBytes()),
                        Long.toString(difference.differingBytes()),
                        quoted(difference.expected()),
                        quoted(difference.actual()),
                        quoted(difference.detail()))
                + "\n";
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\"\"") + '"';
    }
}
