package org.nixlconform.verdict;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;
import org.nixlconform.transfer.TransferObservation.EngineLoss;
import org.nixlconform.transfer.TransferObservation.LogLine;

/**
 * Engines are silent: every warning and error that the plan does not allow, in one finding. A line that another finding
 * already shows as an engine's last words is not told twice; that the connection to a dead peer is gone is explained by
 * its death, and where the plan wants that death, so is every line of those who lost their peer. Bytes that are no text, and a log of many megabytes where
 * no debug logging was asked for, are no silence either.
 */
final class LogCheck implements Check {
    private static final int LINES = 5;
    private static final Pattern NUMBER = Pattern.compile("0x[0-9a-fA-F]+|[0-9]+");

    /** What the system and UCX say where the process at the other end of a connection is gone. */
    private static final Pattern PEER_GONE = Pattern.compile("Connection refused|Connection reset|Broken pipe"
            + "|Transport endpoint is not connected|UCX_TCP_MAX_CONN_RETRIES");

    private record Tail(RankId rank, String text) {}

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        List<LogLine> undeclared = undeclared(plan, observation);
        return undeclared.isEmpty() ? List.of() : List.of(finding(undeclared));
    }

    /** The lines that the finding is about. */
    static List<LogLine> undeclared(TransferPlan plan, TransferObservation observation) {
        List<Pattern> allowed = plan.expectations().allowedLog().stream()
                .map(line -> Pattern.compile(line.pattern()))
                .toList();
        Set<Tail> shown = shownElsewhere(observation);
        Set<RankId> bereaved = bereaved(plan, observation);
        boolean isOfPlannedEnd = PlannedEnd.of(plan, observation).isPresent();
        boolean verbose = observation.settings().debugLogging();
        return observation.logLines().stream()
                .filter(line -> !(verbose && line.level().equals(LogLine.LENGTH)))
                .filter(line -> allowed.stream()
                        .noneMatch(pattern -> pattern.matcher(line.text()).find()))
                .filter(line -> !shown.contains(new Tail(line.rank(), line.text())))
                .filter(line -> !bereaved.contains(line.rank())
                        || !(isOfPlannedEnd && !isOfWholeLog(line)
                                || PEER_GONE.matcher(line.text()).find()))
                .toList();
    }

    /** Ranks that lost a peer and live. */
    private static Set<RankId> bereaved(TransferPlan plan, TransferObservation observation) {
        PlannedTransfers planned = PlannedTransfers.of(plan);
        Set<RankId> lost = observation.losses().stream().map(EngineLoss::rank).collect(Collectors.toSet());
        Set<RankId> bereaved =
                lost.stream().flatMap(rank -> planned.peers(rank).stream()).collect(Collectors.toSet());
        bereaved.removeAll(lost);
        return bereaved;
    }

    private static Finding finding(List<LogLine> undeclared) {
        List<String> groups = grouped(undeclared).stream()
                .sorted(Comparator.comparing(
                                (List<LogLine> group) -> !group.get(0).level().equals("ERROR"))
                        .thenComparing(group -> -group.size()))
                .map(LogCheck::describe)
                .toList();
        return Finding.of(FindingKind.LOG, "log", headline(undeclared))
                .with("expected", "silence, but for what the case allows")
                .with("actual", Wording.few(groups, "\n", LINES))
                .with("remedy", "if a line is no fault, allow it with a pattern and the reason");
    }

    private static String headline(List<LogLine> undeclared) {
        long lines = undeclared.stream().filter(line -> !isOfWholeLog(line)).count();
        String marked = Quantities.count(lines, "warning or error line");
        if (lines == undeclared.size()) {
            return "engines wrote " + marked + " that the case does not allow";
        }
        List<String> parts = new ArrayList<>();
        if (undeclared.stream().anyMatch(line -> line.level().equals(LogLine.BINARY))) {
            parts.add("bytes that are no text");
        }
        if (undeclared.stream().anyMatch(line -> line.level().equals(LogLine.LENGTH))) {
            parts.add("more than is kept");
        }
        if (lines > 0) {
            parts.add(marked);
        }
        return "engines wrote what the case does not allow: " + String.join(", ", parts);
    }

    private static boolean isOfWholeLog(LogLine line) {
        return line.level().equals(LogLine.BINARY) || line.level().equals(LogLine.LENGTH);
    }

    /** Lines that differ only in numbers (times, process ids, addresses) are one. */
    private static List<List<LogLine>> grouped(List<LogLine> lines) {
        Map<String, List<LogLine>> groups = lines.stream()
                .collect(Collectors.groupingBy(
                        line -> line.level() + NUMBER.matcher(line.text()).replaceAll("#"),
                        LinkedHashMap::new,
                        Collectors.toList()));
        return new ArrayList<>(groups.values());
    }

    private static String describe(List<LogLine> group) {
        LogLine first = group.get(0);
        return Quantities.count(group.size()) + " x " + first.level() + " on "
                + Wording.names(group.stream().map(LogLine::rank).toList()) + ": " + first.text();
    }

    private static Set<Tail> shownElsewhere(TransferObservation observation) {
        Stream<Tail> failures = observation.failures().stream()
                .flatMap(failure -> failure.lastLogLines().stream().map(text -> new Tail(failure.rank(), text)));
        Stream<Tail> losses = observation.losses().stream()
                .flatMap(loss -> loss.lastLogLines().stream().map(text -> new Tail(loss.rank(), text)));
        Stream<Tail> timeouts = observation.timeouts().stream()
                .flatMap(timeout -> timeout.lastLogLines().stream().map(text -> new Tail(timeout.rank(), text)));
        return Stream.of(failures, losses, timeouts).flatMap(tails -> tails).collect(Collectors.toSet());
    }
}
