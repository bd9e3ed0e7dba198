package org.nixlconform.transfer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.nixlconform.plan.RankId;

/**
 * Which way blocks took, as far as somebody counts it.
 *
 * @param interfaces what the network interfaces of nodes carried meanwhile, where the cluster says which one is for data
 * @param rails what each rank posted to each rail of simulated EFA in all transfers together, by rank and rail
 * @param devices RDMA devices of the nodes, of EFA with what they carried meanwhile
 * @param transports that backends said they take, as far as they do
 * @param gpus that hold caches, by rank; none with host memory
 * @param links what was carried from and to GPUs of the nodes meanwhile, where it is counted
 * @param asked transports or providers that the environment names; none where it leaves the choice to the backend
 */
public record PathObservation(
        List<Carried> interfaces,
        List<RailUse> rails,
        List<RdmaDevice> devices,
        List<Transport> transports,
        List<Gpu> gpus,
        List<Links> links,
        Set<String> asked) {
    /** Nothing was counted or said. */
    public static final PathObservation NONE =
            new PathObservation(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), Set.of());

    public PathObservation {
        interfaces = List.copyOf(interfaces);
        rails = List.copyOf(rails);
        devices = List.copyOf(devices);
        transports = List.copyOf(transports);
        gpus = List.copyOf(gpus);
        links = List.copyOf(links);
        asked = Set.copyOf(asked);
    }

    /** Such as {@code intra-node over cma, tcp}; a line for each kind of peer. */
    public List<String> transportsDescribed() {
        Map<String, SortedSet<String>> byReach = new TreeMap<>();
        transports.forEach(each ->
                byReach.computeIfAbsent(each.reach(), first -> new TreeSet<>()).add(each.name()));
        return byReach.entrySet().stream()
                .map(reach -> reach.getKey() + " over " + String.join(", ", reach.getValue()))
                .toList();
    }

    /** The same with what rails carried, and which GPUs hold caches. */
    PathObservation with(List<RailUse> counted, List<Gpu> holding) {
        return new PathObservation(interfaces, counted, devices, transports, holding, links, asked);
    }

    /** Such as {@code GPU 1 of node-1, NVIDIA H200, 0000:0f:00.0, has decode-0-rank-0}; a line for each GPU. */
    public List<String> gpusDescribed() {
        Map<String, List<String>> byDevice = new LinkedHashMap<>();
        gpus.forEach(gpu -> byDevice.computeIfAbsent(gpu.described(), first -> new ArrayList<>())
                .add(gpu.rank().label()));
        return byDevice.entrySet().stream()
                .map(device -> device.getKey() + ", has " + String.join(", ", device.getValue()))
                .toList();
    }

    /** Of one rank. */
    public List<RailUse> railsOf(RankId rank) {
        return rails.stream().filter(use -> use.rank().equals(rank)).toList();
    }

    /** Those that posted blocks to rails, in their order. */
    public List<RankId> ranksWithRails() {
        return rails.stream()
                .filter(use -> use.payloadBytes() > 0)
                .map(RailUse::rank)
                .distinct()
                .sorted()
                .toList();
    }

    /**
     * What a network interface carried from the start of the case's engines to the end of its last transfer.
     *
     * @param forData whether it is the one that the cluster's file names for data
     */
    public record Carried(String node, String device, boolean forData, long receivedBytes, long sentBytes) {
        /** Such as {@code received 8192, sent 96 bytes, for data}. */
        public String described() {
            return String.format(
                    Locale.ROOT,
                    "received %,d, sent %,d bytes%s",
                    receivedBytes,
                    sentBytes,
                    forData ? ", for data" : "");
        }
    }

    /**
     * What one rank posted to one rail. Blocks are in reads and writes; a READ counts at its initiator, as all else does.
     *
     * @param rail number, from 0
     * @param name of the device
     * @param sends messages: notifications, and what the backend says to its like
     */
    public record RailUse(RankId rank, int rail, String name, Posted reads, Posted writes, Posted sends) {
        /** Bytes of blocks. */
        public long payloadBytes() {
            return reads.bytes() + writes.bytes();
        }

        RailUse plus(RailUse more) {
            return new RailUse(
                    rank, rail, name, reads.plus(more.reads), writes.plus(more.writes), sends.plus(more.sends));
        }
    }

    public record Posted(long operations, long bytes) {
        Posted plus(Posted more) {
            return new Posted(operations + more.operations, bytes + more.bytes);
        }
    }

    /**
     * A port of an RDMA device.
     *
     * @param efa whether it is one of EFA; others are only known to be there
     */
    public record RdmaDevice(String node, String device, boolean efa, long receivedBytes, long sentBytes) {
        public long bytes() {
            return receivedBytes + sentBytes;
        }
    }

    /**
     * The GPU that holds a rank's cache, as its driver says.
     *
     * @param ordinal among those that the rank's process is shown
     * @param driver the CUDA version that it offers
     * @param simulated memory of the host, behind our stand-in for the driver
     */
    public record Gpu(
            RankId rank,
            String node,
            int ordinal,
            String name,
            String busId,
            String uuid,
            String driver,
            boolean simulated) {
        private String described() {
            return "GPU " + ordinal + " of " + node + ", " + name + ", " + busId;
        }
    }

    /**
     * What was carried from and to a GPU from the start of the case's engines to the end of its last transfer.
     *
     * @param nvlink whether it has connections of NVLink that count; else the next two are 0
     * @param receivedBytes by NVLink
     * @param sentBytes by NVLink
     * @param pciReceivedBytes by PCI Express, the least that its counters can mean: they begin anew at 2^32
     * @param pciSentBytes the same
     */
    public record Links(
            String node,
            String busId,
            boolean nvlink,
            long receivedBytes,
            long sentBytes,
            long pciReceivedBytes,
            long pciSentBytes) {
        public boolean isOf(Gpu gpu) {
            return node.equals(gpu.node()) && busId.equalsIgnoreCase(gpu.busId());
        }
    }

    /**
     * What a backend says that it takes to its peers.
     *
     * @param reach {@code intra-node} or {@code inter-node} of UCX; {@code rails} of LIBFABRIC
     * @param use of the lane, such as {@code rma_bw} or {@code am}; {@code provider} of LIBFABRIC
     * @param name such as {@code cma}, {@code rc_mlx5} or {@code tcp}
     * @param device such as {@code eth0} or {@code mlx5_0:1}; empty where it is not said
     */
    public record Transport(RankId rank, String reach, String use, String name, String device) {
        private static final Pattern UCX = Pattern.compile("UCX\\s+INFO\\s+\\S+ (intra-node|inter-node) cfg#\\d+ (.*)");
        private static final Pattern LANES = Pattern.compile("([a-z_]+)\\(([^)]*)\\)");
        private static final Pattern LIBFABRIC = Pattern.compile("Created \\d+ rails using provider=([A-Za-z0-9_]+)");

        /** None in a line that says nothing of it. */
        public static List<Transport> in(RankId rank, String line) {
            Matcher provider = LIBFABRIC.matcher(line);
            if (provider.find()) {
                return List.of(new Transport(rank, "rails", "provider", provider.group(1), ""));
            }
            Matcher configuration = UCX.matcher(line);
            List<Transport> found = new ArrayList<>();
            if (configuration.find()) {
                LANES.matcher(configuration.group(2))
                        .results()
                        .forEach(lanes -> Stream.of(lanes.group(2).strip().split("\\s+"))
                                .map(lane -> lane.split("/", 2))
                                .forEach(lane -> found.add(new Transport(
                                        rank,
                                        configuration.group(1),
                                        lanes.group(1),
                                        lane[0],
                                        lane.length > 1 ? lane[1] : ""))));
            }
            return found;
        }
    }
}
