package org.nixlconform.verdict;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Backend;
import org.nixlconform.plan.Placement;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.GivenMetadata;
import org.nixlconform.transfer.PathObservation.RdmaDevice;
import org.nixlconform.transfer.TransferObservation;

/**
 * Between nodes with EFA, blocks go over its devices, once, and over as many of them as memory is registered with. Which rail
 * is which device is not known, so devices are counted.
 */
final class EfaDeviceCheck implements Check {
    /** Of an equal share; a device that carries less says no more than that it is there. */
    private static final double LEAST_OF_SHARE = 0.05;

    private static final int LISTED = 8;

    @Override
    public List<Finding> check(TransferPlan plan, TransferObservation observation) {
        List<RdmaDevice> devices =
                observation.path().devices().stream().filter(RdmaDevice::efa).toList();
        if (plan.backend() != Backend.LIBFABRIC
                || plan.placement() != Placement.SPREAD
                || devices.isEmpty()
                || !(observation.path().asked().isEmpty()
                        || observation.path().asked().contains("efa"))
                || !observation.path().rails().isEmpty()
                || Disturbance.anywhere(observation)) {
            return List.of();
        }
        long moved = PathCheck.moved(observation);
        long received = devices.stream().mapToLong(RdmaDevice::receivedBytes).sum();
        boolean once = received >= moved * PathCheck.LEAST_SHARE
                && received <= moved * PathCheck.MOST_SHARE + PathCheck.BESIDE_BYTES;
        return once ? idle(plan, observation, devices) : List.of(elsewhere(devices, moved, received));
    }

    private static Finding elsewhere(List<RdmaDevice> devices, long moved, long received) {
        return Finding.of(
                        FindingKind.WRONG_PATH,
                        "rails",
                        "of " + Quantities.bytes(moved) + " moved between nodes, devices of EFA received "
                                + Quantities.bytes(received))
                .with("expected", "all of them, once")
                .with("actual", listed(devices))
                .with(
                        "remedy",
                        "see which provider the plug-in chose, in the log of the engine at NIXL_LOG_LEVEL=INFO");
    }

    private static List<Finding> idle(TransferPlan plan, TransferObservation observation, List<RdmaDevice> devices) {
        Optional<Integer> registered = observation.metadata().stream()
                .map(GivenMetadata::railsOfRegions)
                .filter(regions -> !regions.isEmpty())
                .map(regions -> {
                    Set<Integer> all = new HashSet<>();
                    regions.forEach(all::addAll);
                    return all.size();
                })
                .min(Integer::compare);
        List<Finding> findings = new ArrayList<>();
        if (registered.isEmpty() || !RailCheck.everyRailHasItsTurn(plan, observation)) {
            return findings;
        }
        devices.stream()
                .collect(Collectors.groupingBy(RdmaDevice::node, TreeMap::new, Collectors.toList()))
                .forEach((node, own) -> {
                    int expected = Math.min(registered.get(), own.size());
                    List<RdmaDevice> carrying = carrying(own, expected);
                    if (carrying.size() < expected) {
                        findings.add(idle(node, own, carrying.size(), expected));
                    }
                });
        return findings;
    }

    private static List<RdmaDevice> carrying(List<RdmaDevice> devices, int expected) {
        long all = devices.stream().mapToLong(RdmaDevice::bytes).sum();
        return devices.stream()
                .filter(device -> device.bytes() > all * LEAST_OF_SHARE / expected)
                .toList();
    }

    private static Finding idle(String node, List<RdmaDevice> devices, int carrying, int expected) {
        return Finding.of(
                        FindingKind.RAIL_SHARE,
                        "rails",
                        carrying + " of " + devices.size() + " devices of EFA on " + node + " carried blocks")
                .with("expected", "at least " + expected + ", as memory is registered with so many rails")
                .with("actual", listed(devices))
                .with("where", node)
                .with("remedy", "see the links and the errors of the devices that carried nothing");
    }

    private static String listed(List<RdmaDevice> devices) {
        Map<String, Long> bytes = new TreeMap<>();
        devices.forEach(device -> bytes.put(device.node() + " " + device.device(), device.bytes()));
        return Wording.few(
                bytes.entrySet().stream()
                        .sorted(Map.Entry.comparingByValue())
                        .map(each -> each.getKey() + ": " + Quantities.bytes(each.getValue()))
                        .toList(),
                "\n",
                LISTED);
    }
}
