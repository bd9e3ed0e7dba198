package org.nixlconform.fault;

import java.time.Duration;
import java.util.function.UnaryOperator;
import org.nixlconform.plan.RankId;
import org.nixlconform.transfer.TransferObservation;

/** A fault that is not brought about below NIXL's C API, but beside the engines. */
public sealed interface Outside {
    /**
     * A signal to the process of one rank.
     *
     * @param name without SIG, such as {@code KILL}
     * @param after the last transfer of the plan began
     */
    record Signal(RankId rank, String name, Duration after) implements Outside {}

    /**
     * A variable of the engines' processes, which a library of ours there reads.
     *
     * @param value which that library refuses where it has no effect
     */
    record Variable(String name, String value) implements Outside {}

    /** What was really seen, altered before it is judged: for faults that only a defect of ours could bring about. */
    record Altered(UnaryOperator<TransferObservation> how) implements Outside {}
}
