package org.nixlconform.engine.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nixlconform.binding.Posix;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.FromRank.Posted;

/** What a process has posted to each rail of simulated EFA by now, as our library in front of libfabric counts it. */
record RailCounters(List<FromRank.Rail> rails) {
    /** Says where the library counts; it reads it too. */
    static final String VARIABLE = "NIXLCONFORM_FABRIC_COUNTERS";

    private static final String MAGIC = "NXCRAILS";
    private static final int VERSION = 1;
    private static final int HEADER_SIZE_AT = 12;
    private static final int RECORD_SIZE_AT = 16;
    private static final int RAILS_AT = 20;
    private static final int SHORTEST_HEADER = 28;
    private static final int NAME_BYTES = 64;
    private static final int SHORTEST_RECORD = NAME_BYTES + 6 * Long.BYTES;

    /** Of this process; no rails where it is shown none, or has not asked for them yet. */
    static RailCounters read() {
        return fileOf(System.getenv(), Posix.getpid()).map(RailCounters::read).orElse(new RailCounters(List.of()));
    }

    /** Where the counters of a process with these variables are; empty where it counts nothing. */
    static Optional<Path> fileOf(Map<String, String> variables, int pid) {
        return Optional.ofNullable(variables.get(VARIABLE))
                .filter(pattern -> !pattern.isEmpty())
                .map(pattern -> Path.of(pattern.replaceFirst("%p", Integer.toString(pid))));
    }

    /** Once the process is over, or is being killed. A file that cannot be removed is no reason to fail. */
    static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException stays) {
            System.err.println("nixlconform engine: the counters of a rank stay: " + stays);
        }
    }

    static RailCounters read(Path file) {
        try {
            return new RailCounters(rails(ByteBuffer.wrap(Files.readAllBytes(file))));
        } catch (IOException absent) {
            return new RailCounters(List.of());
        }
    }

    /** None from a file that is not ours, or is not written to its end yet. */
    private static List<FromRank.Rail> rails(ByteBuffer file) {
        file.order(ByteOrder.LITTLE_ENDIAN);
        if (file.limit() < SHORTEST_HEADER
                || !text(file, 0, MAGIC.length()).equals(MAGIC)
                || file.getInt(MAGIC.length()) != VERSION) {
            return List.of();
        }
        int recordBytes = file.getInt(RECORD_SIZE_AT);
        List<FromRank.Rail> rails = new ArrayList<>();
        int at = file.getInt(HEADER_SIZE_AT);
        for (int rail = 0; rail < file.getInt(RAILS_AT) && at + SHORTEST_RECORD <= file.limit(); rail++) {
            int counts = at + NAME_BYTES;
            rails.add(new FromRank.Rail(
                    text(file, at, NAME_BYTES),
                    posted(file, counts),
                    posted(file, counts + 16),
                    posted(file, counts + 32)));
            at += recordBytes;
        }
        return List.copyOf(rails);
    }

    private static Posted posted(ByteBuffer file, int at) {
        return new Posted(file.getLong(at), file.getLong(at + Long.BYTES));
    }

    private static String text(ByteBuffer file, int at, int most) {
        int length = 0;
        while (length < most && file.get(at + length) != 0) {
            length++;
        }
        return new String(file.array(), at, length, StandardCharsets.UTF_8);
    }

    /** What was posted since; rails that were not there then began at 0. */
    List<FromRank.Rail> since(RailCounters then) {
        List<FromRank.Rail> posted = new ArrayList<>();
        for (int rail = 0; rail < rails.size(); rail++) {
            FromRank.Rail now = rails.get(rail);
            posted.add(rail < then.rails.size() ? minus(now, then.rails.get(rail)) : now);
        }
        return List.copyOf(posted);
    }

    private static FromRank.Rail minus(FromRank.Rail now, FromRank.Rail then) {
        return new FromRank.Rail(
                now.name(),
                minus(now.reads(), then.reads()),
                minus(now.writes(), then.writes()),
                minus(now.sends(), then.sends()));
    }

    private static Posted minus(Posted now, Posted then) {
        return new Posted(now.operations() - then.operations(), now.bytes() - then.bytes());
    }
}
