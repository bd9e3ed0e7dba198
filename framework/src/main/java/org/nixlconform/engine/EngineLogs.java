package org.nixlconform.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.nixlconform.engine.RankRoster.LogLine;
import org.nixlconform.engine.protocol.FromWarden;
import org.nixlconform.plan.RankId;

/** What wardens told of the standard error of their ranks. */
final class EngineLogs {
    private static final String PATH = "PATH";
    private static final int MIB = 1 << 20;

    private final List<LogLine> lines = new ArrayList<>();
    private final List<LogLine> path = new ArrayList<>();
    private final Map<RankId, FromWarden.LogSize> sizes = new HashMap<>();

    void heed(FromWarden.Logged logged) {
        LogLine line = new LogLine(PlanTranslation.rank(logged.label()), logged.level(), logged.text());
        (line.level().equals(PATH) ? path : lines).add(line);
    }

    /** What backends said of the way that blocks take. */
    List<LogLine> path() {
        return List.copyOf(path);
    }

    void heed(FromWarden.LogSize size) {
        sizes.put(PlanTranslation.rank(size.label()), size);
    }

    /** Lines of a warning's weight or more, and a line for what is odd about a log as a whole. */
    List<LogLine> lines() {
        List<LogLine> all = new ArrayList<>(lines);
        new TreeMap<>(sizes).forEach((rank, size) -> {
            if (size.notTextBytes() > 0) {
                all.add(new LogLine(rank, "BINARY", binary(size)));
            }
            if (size.isLong()) {
                all.add(new LogLine(rank, "LENGTH", length(size)));
            }
        });
        return all;
    }

    /** Ranks whose logs their node's disk did not take in full. */
    Set<RankId> unwritten() {
        return sizes.entrySet().stream()
                .filter(each -> each.getValue().unwrittenBytes() > 0)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String binary(FromWarden.LogSize size) {
        return String.format(
                Locale.ROOT,
                "%d of %d bytes on standard error are no text, the first are %s",
                size.notTextBytes(),
                size.bytes(),
                size.firstNotText());
    }

    private static String length(FromWarden.LogSize size) {
        return String.format(
                Locale.ROOT,
                "%d MiB were written to standard error; its begin and its end are kept, %d MiB between them are not",
                size.bytes() / MIB,
                size.droppedBytes() / MIB);
    }
}
