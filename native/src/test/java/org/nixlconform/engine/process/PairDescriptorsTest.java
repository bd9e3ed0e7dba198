package org.nixlconform.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Index;
import org.junit.jupiter.api.Test;
import org.nixlconform.binding.Drive.CopyRange;
import org.nixlconform.binding.NixlAgent.Region;
import org.nixlconform.binding.NixlAgent.RegionRanges;
import org.nixlconform.engine.protocol.ArenaShape;
import org.nixlconform.engine.protocol.ArenaShape.RegionShape;
import org.nixlconform.engine.protocol.PairShape;

/**
 * Regions of different block lengths, by hand: 656 bytes of latent and 132 of indexer a token, 64 tokens, so that a block has
 * 41,984 and 8,448 bytes. 3 blocks here and 5 at the peer; 2 layers.
 */
class PairDescriptorsTest {
    private static final long OWN = 0x10_0000;
    private static final long PEER = 0x800_0000;

    private final ArenaShape own = shape(3, 131_072, 32_768);
    private final ArenaShape peer = shape(5, 217_088, 49_152);
    private final PairDescriptors pair = new PairDescriptors(
            own,
            List.of(OWN),
            new PairShape("peer", peer, 0, List.of(PEER), new byte[0], 0, 1, new int[] {2, 0}, new int[] {1, 4}, 0));

    private static ArenaShape shape(int blocks, long latentStride, long indexerStride) {
        List<RegionShape> inTurn = List.of(new RegionShape(656, latentStride), new RegionShape(132, indexerStride));
        return new ArenaShape(
                0, 4096, inTurn, 4, blocks, 4096 + 2 * (latentStride + indexerStride), 0, 1, 64, true, List.of(), null);
    }

    @Test
    void eachRegionIsRegisteredWholeAndAlone() {
        assertThat(PairDescriptors.regions(own, List.of(OWN)))
                .containsExactly(
                        new Region(OWN + 4096, 125_952),
                        new Region(OWN + 135_168, 25_344),
                        new Region(OWN + 167_936, 125_952),
                        new Region(OWN + 299_008, 25_344));
    }

    @Test
    void descriptorsOfEachRegionHaveItsLengthAndItsDistance() {
        assertThat(pair.local().blocks()).isEqualTo(3);
        assertThat(pair.local().regions())
                .containsExactly(
                        new RegionRanges(OWN + 4096, 0, 41_984, 41_984),
                        new RegionRanges(OWN + 135_168, 0, 8448, 8448),
                        new RegionRanges(OWN + 167_936, 0, 41_984, 41_984),
                        new RegionRanges(OWN + 299_008, 0, 8448, 8448));
        assertThat(pair.remote().blocks()).isEqualTo(5);
        assertThat(pair.remote().regions())
                .containsExactly(
                        new RegionRanges(PEER + 4096, 0, 41_984, 41_984),
                        new RegionRanges(PEER + 221_184, 0, 8448, 8448),
                        new RegionRanges(PEER + 270_336, 0, 41_984, 41_984),
                        new RegionRanges(PEER + 487_424, 0, 8448, 8448));
    }

    @Test
    void theMutationLooksForBlocksAsFarApartAsThoseOfTheFirstRegion() {
        assertThat(pair.remote(true, false).regions())
                .extracting(RegionRanges::strideBytes)
                .containsExactly(41_984L, 41_984L, 41_984L, 41_984L);
        assertThat(pair.remote(true, false).regions())
                .extracting(RegionRanges::lengthBytes)
                .containsExactly(41_984L, 8448L, 41_984L, 8448L);
    }

    /** 2 regions of blocks of 4096 bytes, whose states have parts of 768, 256, 256 and 2816; 3 blocks here and 5 at the peer. */
    private static PairDescriptors hybrid(int prefix) {
        return new PairDescriptors(
                hybrid(3, 16_384),
                List.of(OWN),
                new PairShape(
                        "peer",
                        hybrid(5, 24_576),
                        0,
                        List.of(PEER),
                        new byte[0],
                        0,
                        2,
                        new int[] {2, 0, 1},
                        new int[] {1, 4, 3},
                        prefix));
    }

    private static ArenaShape hybrid(int blocks, long stride) {
        List<RegionShape> alike = List.of(new RegionShape(128, stride));
        return new ArenaShape(0, 4096, alike, 2, blocks, 4096 + 2 * stride, 0, 2, 16, true, List.of(3, 1, 1, 11), null);
    }

    @Test
    void partsOfStatesHaveDescriptorsBehindThoseOfAllBlocks() {
        long own = OWN + 4096;
        long peer = PEER + 4096;
        assertThat(hybrid(0).local().regions())
                .containsExactly(
                        new RegionRanges(own, 0, 4096, 4096),
                        new RegionRanges(own + 16_384, 0, 4096, 4096),
                        new RegionRanges(own, 0, 768, 4096),
                        new RegionRanges(own, 768, 256, 4096),
                        new RegionRanges(own, 1024, 256, 4096),
                        new RegionRanges(own, 1280, 2816, 4096),
                        new RegionRanges(own + 16_384, 0, 768, 4096),
                        new RegionRanges(own + 16_384, 768, 256, 4096),
                        new RegionRanges(own + 16_384, 1024, 256, 4096),
                        new RegionRanges(own + 16_384, 1280, 2816, 4096));
        assertThat(hybrid(0).remote().regions())
                .hasSize(10)
                .contains(new RegionRanges(peer + 24_576, 1280, 2816, 4096), Index.atIndex(9));
        assertThat(hybrid(0).remote(false, true).regions())
                .startsWith(new RegionRanges(peer, 0, 4096, 4096), new RegionRanges(peer + 24_576, 0, 4096, 4096))
                .endsWith(
                        new RegionRanges(peer + 24_576, 768, 768, 4096),
                        new RegionRanges(peer + 24_576, 1024, 256, 4096),
                        new RegionRanges(peer + 24_576, 1280, 256, 4096),
                        new RegionRanges(peer + 24_576, 0, 2816, 4096));
    }

    @Test
    void theLastBlockMovesPartByPart() {
        PairDescriptors pair = hybrid(1);
        // Of region 0, of region 1; then 4 parts in region 0 and 4 in region 1.
        assertThat(pair.localIndices()).containsExactly(0, 3, 7, 10, 13, 16, 19, 22, 25, 28);
        assertThat(pair.remoteIndices(false)).containsExactly(4, 9, 13, 18, 23, 28, 33, 38, 43, 48);
        assertThat(pair.localIndices(1, 2)).containsExactly(3, 19, 22, 25, 28);
        assertThat(pair.remoteIndices(1, 2)).containsExactly(9, 33, 38, 43, 48);
        assertThat(pair.bytes(pair.localIndices())).isEqualTo(4 * 4096);
        assertThat(pair.bytes(pair.localIndices(1, 2))).isEqualTo(2 * 4096);
        assertThat(pair.copyRanges(100))
                .hasSize(10)
                .contains(
                        new CopyRange(OWN + 4096, PEER + 4096 + 4 * 4096, 4096),
                        new CopyRange(OWN + 4096 + 4096 + 1280, PEER + 4096 + 3 * 4096 + 1280, 2816));
        assertThat(hybrid(2).localIndices()).containsExactly(7, 10, 13, 16, 19, 22, 25, 28);
        assertThat(hybrid(3).localIndices()).isEmpty();
    }

    @Test
    void whatMovesIsAsLongAsItsRegionSays() {
        assertThat(pair.localIndices()).containsExactly(2, 0, 5, 3, 8, 6, 11, 9);
        assertThat(pair.remoteIndices(false)).containsExactly(1, 4, 6, 9, 11, 14, 16, 19);
        assertThat(pair.bytes(pair.localIndices())).isEqualTo(4 * (41_984 + 8448));
        assertThat(pair.bytes(pair.localIndices(2, 3))).isEqualTo(2 * 41_984);
        assertThat(pair.copyRanges(100))
                .hasSize(8)
                .contains(
                        new CopyRange(OWN + 4096 + 2 * 41_984, PEER + 4096 + 41_984, 41_984),
                        new CopyRange(OWN + 135_168 + 2 * 8448, PEER + 221_184 + 8448, 8448),
                        new CopyRange(OWN + 299_008, PEER + 487_424 + 4 * 8448, 8448));
    }
}
