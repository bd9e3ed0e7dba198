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
    private static final int[] TENSOR_PARALLEL = {1, 1, 1, 2, 2, 4};
    private static final int[] HEADS = {4, 8};
    private static final int[] HEAD_DIM = {41, 64, 128};
    private static final int[] TOKENS = {1, 8, 16};

    private CleanCases() {}

    /** As many as asked for, the same each time. */
    public static List<TransferPlan> of(int count, Backend backend) {
        SplittableRandom random = new SplittableRandom(count);
        List<TransferPlan> plans = new ArrayList<>();
        while (plans.size() < count) {
            if (draft(random, backend, plans.size()).plan() instanceof Planned.Possible possible) {
                plans.add(possible.plan());
            }
        }
        return List.copyOf(plans);
    }

    private static PlanDraft draft(SplittableRandom random, Backend backend, int number) {
        boolean read = random.nextBoolean();
        int cached = 20 + random.nextInt(100);
        int transferred = 1 + random.nextInt(9);
        return PlanDraft.at("clean case " + number)
                .backend(backend)
                .topology(new Topology(
                        1 + random.nextInt(2),
                        one(random, TENSOR_PARALLEL),
                        1,
                        one(random, TENSOR_PARALLEL),
                        Pairing.MESH))
                .direction(read ? Operation.READ : Operation.WRITE, read ? Role.DECODE : Role.PREFILL)
                .geometry(new KvGeometry(
                        1 + random.nextInt(5),
                        one(random, HEADS),
                        one(random, HEAD_DIM),
                        one(random, TOKENS),
                        random.nextBoolean() ? DataType.BF16 : DataType.FP8,
                        Layout.HND,
                        Attention.GQA,
                        random.nextBoolean() ? KeyValue.PACKED : KeyValue.SEPARATE))
                .blocks(new BlockUse(
                        transferred,
                        cached,
                        cached + random.nextInt(10),
                        random.nextBoolean() ? Selection.SHUFFLED : Selection.CONTIGUOUS,
                        random.nextInt(1000),
                        random.nextInt(transferred),
                        false))
                .iterations(1 + random.nextInt(3))
                .expectIntegrity()
                .expectCompletion(Duration.ofSeconds(60), Duration.ofSeconds(20));
    }

    private static int one(SplittableRandom random, int[] values) {
        return values[random.nextInt(values.length)];
    }
}
