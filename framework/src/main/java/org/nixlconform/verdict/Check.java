package org.nixlconform.verdict;

import java.util.List;
import org.nixlconform.message.Finding;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation;

/** One pure question to an observation. */
@FunctionalInterface
interface Check {

    /** Departures from the plan's expectations, most telling first; empty when there is none. */
    List<Finding> check(TransferPlan plan, TransferObservation observation);
}
