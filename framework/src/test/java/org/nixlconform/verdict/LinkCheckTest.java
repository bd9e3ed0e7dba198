package org.nixlconform.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.verdict.Observations.DECODE_0;
import static org.nixlconform.verdict.Observations.PREFILL_0;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.plan.Attention;
import org.nixlconform.plan.BlockUse;
import org.nixlconform.plan.DataType;
import org.nixlconform.plan.DeviceCache;
import org.nixlconform.plan.KeyValue;
import org.nixlconform.plan.KvGeometry;
import org.nixlconform.plan.Layout;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.Selection;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.PathObservation.Links;
import org.nixlconform.transfer.TransferObservation;

class LinkCheckTest {
    private final TransferPlan plan = Observations.plan(draft -> draft.topology(new Topology(1, 1, 1, 1, Pairing.MESH))
            .blocks(new BlockUse(1000, 1000, 1000, Selection.SHUFFLED, 42, 0, false)));
    private final long moved = PathCheck.moved(Observations.clean(plan).seen());
    private final long reference = 4 * moved;

    @Test
    void blocksThatNvlinkDidNotCarryAreAFinding() {
        assertThat(moved).isGreaterThan(64L << 20);
        assertThat(found(1, reference, reference + moved)).isEmpty();
        assertThat(found(1, reference, reference + moved / 2 + 4096)).isEmpty();
        assertThat(found(1, reference, reference + moved / 4)).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(FindingKind.WRONG_PATH);
            assertThat(finding.headline()).contains("moved between GPUs, NVLink carried ");
        });
    }

    /** Counters of two H200: 3 iterations of 512 blocks of 1 MiB, and 12 passes of the reference. */
    @Test
    void whatWasCountedBetweenTwoGpusIsClean() {
        long iteration = 512L << 20;
        TransferPlan large = Observations.plan(draft -> draft.topology(new Topology(1, 1, 1, 1, Pairing.MESH))
                .geometry(new KvGeometry(16, 8, 128, 256, DataType.BF16, Layout.HND, Attention.GQA, KeyValue.PACKED))
                .blocks(new BlockUse(32, 40, 40, Selection.SHUFFLED, 42, 0, false))
                .iterations(3));
        assertThat(PathCheck.moved(Observations.clean(large).seen())).isEqualTo(3 * iteration);

        assertThat(onTwoGpus(large, 12 * iteration, 8_053_063_680L)).isEmpty();
        assertThat(onTwoGpus(large, 12 * iteration, 8_053_063_680L - 3 * iteration))
                .extracting(Finding::kind)
                .containsExactly(FindingKind.WRONG_PATH);
    }

    private static List<Finding> onTwoGpus(TransferPlan plan, long referenceBytes, long carried) {
        return new LinkCheck()
                .check(
                        plan,
                        Observations.clean(plan)
                                .gpus(Observations.gpu(PREFILL_0, 0, false), Observations.gpu(DECODE_0, 1, false))
                                .links(
                                        referenceBytes,
                                        new Links("node-1", "0000:00:00.0", true, 0, carried, 0, 0),
                                        new Links("node-1", "0000:01:00.0", true, carried, 0, 0, 0))
                                .seen());
    }

    @Test
    void whatIsNotCountedOrDoesNotLeaveAGpuIsNotJudged() {
        assertThat(found(1, reference, 0)).isEmpty();
        assertThat(found(1, 0, 0)).isEmpty();
        assertThat(found(0, reference, reference)).isEmpty();
        assertThat(new LinkCheck().check(plan, Observations.clean(plan).seen())).isEmpty();
    }

    @Test
    void anotherGpuOfTheNodeDoesNotCount() {
        assertThat(check(1, reference, new Links("node-1", "0000:07:00.0", true, reference, reference, 0, 0)))
                .isEmpty();
    }

    /** No reference tells that NVLink is counted: what PCI Express carried does. */
    @Test
    void blocksThatWentThroughTheHostAreAFindingWithoutAReference() {
        assertThat(staged(plan, true, 0, moved)).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(FindingKind.WRONG_PATH);
            assertThat(FindingRenderer.render(finding)).contains("through the host by PCI Express");
        });
        assertThat(staged(plan, true, moved, moved)).isEmpty();
        assertThat(staged(plan, true, 0, moved / 4)).isEmpty();
        assertThat(staged(plan, false, 0, moved)).as("no NVLink there").isEmpty();
    }

    @Test
    void cachesThatNobodyElseCanMapAreStagedAndANoteSaysSo() {
        TransferPlan mapped = Observations.plan(draft -> draft.topology(new Topology(1, 1, 1, 1, Pairing.MESH))
                .memory(MemoryKind.VRAM)
                .deviceCache(DeviceCache.MAPPED)
                .blocks(new BlockUse(1000, 1000, 1000, Selection.SHUFFLED, 42, 0, false)));
        assertThat(staged(mapped, true, 0, moved)).isEmpty();
        assertThat(LinkCheck.note(mapped, seen(mapped, true, 0, moved)))
                .hasValueSatisfying(
                        note -> assertThat(note).contains("NVLink carried 0 bytes", "staged through the host"));
        assertThat(LinkCheck.note(plan, seen(plan, true, moved, 0)))
                .hasValueSatisfying(note -> assertThat(note).doesNotContain("staged"));
    }

    private static List<Finding> staged(TransferPlan plan, boolean nvlink, long carried, long pci) {
        return new LinkCheck().check(plan, seen(plan, nvlink, carried, pci));
    }

    private static TransferObservation seen(TransferPlan plan, boolean nvlink, long carried, long pci) {
        return Observations.clean(plan)
                .gpus(Observations.gpu(PREFILL_0, 0, false), Observations.gpu(DECODE_0, 1, false))
                .links(
                        0,
                        new Links("node-1", "0000:00:00.0", nvlink, 0, carried, 9, pci),
                        new Links("node-1", "0000:01:00.0", nvlink, carried, 0, pci, 7))
                .seen();
    }

    private List<Finding> found(int ordinalOfDecode, long referenceBytes, long carried) {
        return check(
                ordinalOfDecode,
                referenceBytes,
                new Links("node-1", "0000:00:00.0", true, 0, carried, 0, 0),
                new Links("node-1", "0000:01:00.0", true, carried, 0, 0, 0));
    }

    private List<Finding> check(int ordinalOfDecode, long referenceBytes, Links... links) {
        return new LinkCheck()
                .check(
                        plan,
                        Observations.clean(plan)
                                .gpus(
                                        Observations.gpu(PREFILL_0, 0, false),
                                        Observations.gpu(DECODE_0, ordinalOfDecode, false))
                                .links(referenceBytes, links)
                                .seen());
    }
}
