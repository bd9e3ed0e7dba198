package org.nixlconform.reports.allure;

import io.qameta.allure.AllureResultsWriter;
import io.qameta.allure.model.Attachment;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.report.TransferReport;
import org.nixlconform.reports.results.Json;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.Difference;
import org.nixlconform.transfer.TransferObservation.Integrity;
import org.nixlconform.transfer.TransferObservation.Iteration;

/** What is attached to a cell: its values as JSON, its findings and differences, and the logs among its evidence. */
final class Attachments {
    /** Of a log that is longer, this much is kept of its head and as much of its tail. */
    static final int LOG_END_BYTES = 32 * 1024;

    private static final String DIFFERENCES_HEADER =
            "iteration,rank,side,kind,where,arena_offset,length_bytes," + "differing_bytes,expected,actual,detail\n";

    private final Path folder;
    private final AllureResultsWriter writer;

    /** @param folder the run's, to which evidence paths are relative */
    Attachments(Path folder, AllureResultsWriter writer) {
        this.folder = folder;
        this.writer = writer;
    }

    List<Attachment> of(TransferReport report) {
        List<Attachment> attachments = new ArrayList<>();
        if (!report.verdict().findings().isEmpty()) {
            String findings = report.verdict().findings().stream()
                    .map(FindingRenderer::render)
                    .collect(Collectors.joining("\n\n", "", "\n"));
            attachments.add(attachment("findings", "text/plain", "txt", findings));
        }
        report.observation()
                .flatMap(Attachments::differences)
                .ifPresent(csv -> attachments.add(attachment("differences.csv", "text/csv", "csv", csv)));
        report.plan().ifPresent(plan -> attachments.add(json("plan", plan)));
        report.observation()
                .map(TransferObservation::withoutRequests)
                .ifPresent(observation -> attachments.add(json("observation", observation)));
        report.evidence().stream()
                .filter(Attachments::isLog)
                .forEach(log -> log(log).ifPresent(
                                text -> attachments.add(attachment(shortName(log), "text/plain", "txt", text))));
        return attachments;
    }

    private Attachment json(String name, Object value) {
        return attachment(name, "application/json", "json", Json.page(value));
    }

    private Attachment attachment(String name, String type, String extension, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        String source = UUID.randomUUID() + "-attachment." + extension;
        writer.write(source, new ByteArrayInputStream(bytes));
        return new Attachment().setName(name).setType(type).setSource(source).setSize((long) bytes.length);
    }

    private static Optional<String> differences(TransferObservation observation) {
        StringBuilder rows = new StringBuilder();
        for (Iteration iteration : observation.iterations()) {
            appendRows(rows, String.valueOf(iteration.index()), iteration.integrity());
        }
        observation.serving().ifPresent(serving -> appendRows(rows, "serving", serving.integrity()));
        observation.storm().ifPresent(storm -> appendRows(rows, "storm", storm.integrity()));
        return rows.isEmpty() ? Optional.empty() : Optional.of(DIFFERENCES_HEADER + rows);
    }

    private static void appendRows(StringBuilder rows, String iteration, List<Integrity> arenas) {
        for (Integrity integrity : arenas) {
            integrity.differences().forEach(difference -> appendRow(rows, iteration, integrity, difference));
        }
    }

    private static void appendRow(StringBuilder rows, String iteration, Integrity integrity, Difference difference) {
        List<Object> values = List.of(
                iteration,
                integrity.rank().label(),
                integrity.destination() ? "destination" : "source",
                difference.kind(),
                difference.where(),
                "0x" + Long.toHexString(difference.arenaOffsetBytes()),
                difference.lengthBytes(),
                difference.differingBytes(),
                difference.expected(),
                difference.actual(),
                difference.detail());
        rows.append(values.stream().map(Attachments::quoted).collect(Collectors.joining(",")))
                .append('\n');
    }

    private static String quoted(Object value) {
        String text = value.toString();
        return text.matches("[^,\"\\r\\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    private static boolean isLog(Path file) {
        String name = file.toString();
        return name.endsWith(".log") || name.endsWith(".txt") || name.endsWith("ledger.csv");
    }

    /** The file's path without {@code evidence/<cell>/}. */
    private static String shortName(Path log) {
        return log.getNameCount() > 2 ? log.subpath(2, log.getNameCount()).toString() : log.toString();
    }

    /** The text of a log, its middle left out where it is long; empty when there is none. */
    private Optional<String> log(Path log) {
        Path file = folder.resolve(log);
        try {
            long size = Files.size(file);
            if (size == 0) {
                return Optional.empty();
            }
            if (size <= 2L * LOG_END_BYTES) {
                return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
            }
            try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
                return Optional.of(read(open, 0)
                        + "\n... %d bytes are left out here; the whole log is %s\n"
                                .formatted(size - 2L * LOG_END_BYTES, log)
                        + read(open, size - LOG_END_BYTES));
            }
        } catch (IOException e) {
            return Optional.of("%s cannot be read: %s%n".formatted(log, e));
        }
    }

    private static String read(RandomAccessFile file, long offset) throws IOException {
        byte[] bytes = new byte[LOG_END_BYTES];
        file.seek(offset);
        file.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
