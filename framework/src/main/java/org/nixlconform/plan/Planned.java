package org.nixlconform.plan;

import java.util.List;
import org.nixlconform.message.Finding;

/** What became of one declared cell of the matrix: a plan, or the reasons why there is none. */
public sealed interface Planned {

    /** The cell's name, also of one that was refused. */
    String name();

    record Possible(TransferPlan plan) implements Planned {
        @Override
        public String name() {
            return plan.name();
        }
    }

    /** @param findings all reasons at once, at least one, of kind {@code DECLARATION} */
    record Refused(String name, List<Finding> findings) implements Planned {
        public Refused {
            findings = List.copyOf(findings);
            if (findings.isEmpty()) {
                throw new IllegalArgumentException("a refusal has a reason: " + name);
            }
        }
    }
}
