package org.nixlconform.transfer;

import java.util.EnumMap;
import java.util.Map;
import org.nixlconform.engine.EngineStep.DifferingRun;
import org.nixlconform.plan.LocationSpace;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation.Difference;
import org.nixlconform.transfer.TransferObservation.DifferenceKind;

/** Says in logical coordinates what a differing run is: the numbers come from the engine, their meaning from the plan. */
final class DifferenceWording {
    private static final int POISON = 2;
    private static final int GUARD = 3;

    private final LocationSpace space;

    DifferenceWording(TransferPlan plan) {
        space = plan.locationSpace();
    }

    Map<DifferenceKind, Long> counts(Map<String, Long> byClassification) {
        Map<DifferenceKind, Long> counts = new EnumMap<>(DifferenceKind.class);
        byClassification.forEach((name, count) -> counts.put(DifferenceKind.valueOf(name), count));
        return counts;
    }

    Difference describe(RankId rank, DifferingRun run) {
        String where = space.describe(space.baseOf(rank) + run.firstOffset()).text()
                + ", offset 0x"
                + Long.toHexString(run.firstOffset() - run.runOffset());
        return new Difference(
                DifferenceKind.valueOf(run.classification()),
                where,
                run.firstOffset(),
                run.runLength(),
                run.differingBytes(),
                content(run.expectedKind(), run.expectedLocation(), run.expectedGeneration()),
                actual(run),
                detail(run));
    }

    private String actual(DifferingRun run) {
        if (run.classification().equals("ZERO")) {
            return "zeros";
        }
        if (run.foundKind() == 0) {
            return "word 0x" + run.foundWord() + ", expected 0x" + run.expectedWord();
        }
        return content(run.foundKind(), run.foundLocation(), run.foundGeneration());
    }

    private String content(int kind, long location, int generation) {
        String what = kind == POISON ? "poison of " : kind == GUARD ? "guard of " : "";
        return what + space.describe(location).text() + ", generation " + generation;
    }

    private String detail(DifferingRun run) {
        return switch (run.classification()) {
            case "SHIFTED" -> "shifted by " + run.shift() + " bytes";
            case "TORN" ->
                "torn at offset 0x" + Long.toHexString(run.boundaryOffset() - run.runOffset()) + ", then "
                        + (run.secondKind() == 0
                                ? "nothing that was ever written"
                                : content(run.secondKind(), run.secondLocation(), run.secondGeneration()));
            case "FOREIGN" -> run.bitDistance() + " bits differ in the first word";
            default -> "";
        };
    }
}
