package org.nixlconform.conformance;

import java.util.List;
import org.nixlconform.jupiter.TransferPlans;
import org.nixlconform.jupiter.TransferTest;
import org.nixlconform.plan.Planned;

/**
 * A micro benchmark as it is used in the field, for example:
 *
 * <pre>{@code
 * mvn verify -Dcluster=p5 -Dit.test=MicroBenchmarkConformance -Dbackends=LIBFABRIC -Dstrategy=spread -Drandom-blocks \
 *         -Dblocks=128 -Dnum-blocks=3750 -Dnum-layers=50 -Dprefill-tp=4 -Ddecode-tp=8
 * }</pre>
 *
 * <p>{@link MicroBenchmarkProperties} lists the properties and what holds without them.
 */
public class MicroBenchmarkConformance {

    @TransferTest
    @TransferPlans("fromProperties")
    void decodeReadsTheBlocksThatTheCommandLineAsksFor() {}

    static List<Planned> fromProperties() {
        return new MicroBenchmarkProperties(System::getProperty).plans();
    }
}
