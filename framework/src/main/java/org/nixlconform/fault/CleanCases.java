package org.nixlconform.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.nixlconform.plan.Attention;
import org.nixlconform.plan.Backend;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.DataType;
import org.nixlconform.plan.KeyValue;
import org.nixlconform.plan.KvGeometry;
import org.nixlconform.plan.Layout;
import org.nixlconform.plan.Operation;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.Selection;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;

/** Transfers of mixed geometry in which nothing is wrong: a judge that finds something in one of them is wrong. */
public final class CleanCases {
    private static final List<Integer> TENSOR_PARALLEL = List.of(1, 1, 1, 2, 2, 4);
    private static final List<Integer> HEADS = List.of(1, 2, 4, 8, 16);
    private static final List<Integer> HEAD_DIM = List.of(41, 64, 128, 576);
    private static final List<Integer> TOKENS = List.of(1, 8, 16, 64);
    private static final List<Attention> ATTENTION =
            List.of(Attention.GQA, Attention.GQA, Attention.MHA, Attention.MLA);

    /** So that two cores carry a case in seconds. */
    private static final int MOST_RANKS = 8;

    private static final long MOST_BYTES = 1L << 30;

    private CleanCases() {}

    /** @return as many as asked for, the same each time */
    public static List<TransferPlan> of(int count, long seed, Backend backend) {
        SplittableRandom random = new SplittableRandom(seed);
        List<TransferPlan> plans = new ArrayList<>();
        while (plans.size() < count) {
            if (draft(random, backend, plans.size()).plan() instanceof Planned.Possible possible
                    && isSmall(possible.plan())) {
                plans.add(possible.plan());
            }
        }
        return List.copyOf(plans);
    }

    private static boolean isSmall(TransferPlan plan) {
        return plan.topology().rankCount() <= MOST_RANKS
                && plan.memoryNeedBytes(plan.topology().ranks()) <= MOST_BYTES;
    }

    private static PlanDraft draft(SplittableRandom random, Backend backend, int number) {
        boolean read = random.nextBoolean();
        Topology topology = new Topology(
                1 + random.nextInt(2),
                one(random, TENSOR_PARALLEL),
                1 + random.nextInt(2),
                one(random, TENSOR_PARALLEL),
                one(random, List.of(Pairing.values())));
        Attention attention = one(random, ATTENTION);
        int transferred = 1 + random.nextInt(20);
        return PlanDraft.at("clean case " + number)
                .backend(backend)
                .topology(topology)
                .direction(read ? Operation.READ : Operation.WRITE, read ? Role.DECODE : Role.PREFILL)
                .geometry(new KvGeometry(
                        1 + random.nextInt(5),
                        attention == Attention.MLA ? 1 : one(random, HEADS),
                        one(random, HEAD_DIM),
                        one(random, TOKENS),
                        one(random, List.of(DataType.values())),
                        one(random, List.of(Layout.values())),
                        attention,
                        one(random, List.of(KeyValue.values()))))
                .blocks(new BlockUse(
                        transferred,
                        transferred * topology.requestsPerEngine(Role.PREFILL) + random.nextInt(100),
                        transferred * topology.requestsPerEngine(Role.DECODE) + random.nextInt(100),
                        one(random, List.of(Selection.values())),
                        random.nextInt(1_000_000),
                        random.nextBoolean() ? random.nextInt(transferred) : 0,
                        false))
                .iterations(1 + random.nextInt(3))
                .expectIntegrity()
                .expectCompletion(Duration.ofSeconds(60), Duration.ofSeconds(20));
    }

    private static <T> T one(SplittableRandom random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
