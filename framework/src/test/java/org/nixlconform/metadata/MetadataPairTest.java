package org.nixlconform.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nixlconform.metadata.MetadataWriter.Form;

/** Where a reader of one release stops in what another wrote: what NIXL itself said when it was tried. */
class MetadataPairTest {
    private static final String READER = "decode-0-rank-0";
    private static final String GIVER = "prefill-0-rank-0";

    private static AgentMetadata reader(Form form, int rails) {
        return AgentMetadata.read(MetadataWriter.libfabric(READER, form, rails, 1));
    }

    private static AgentMetadata given(Form form, int rails) {
        return AgentMetadata.read(MetadataWriter.libfabric(GIVER, form, rails, 1));
    }

    /** @param tag at which NIXL stopped; empty where it went on */
    @ParameterizedTest
    @CsvSource({
        "WITH_CONTROL, 1, WITH_CONTROL, 1, ",
        "WITH_CONTROL, 1, WITH_CONTROL, 32, ",
        "DATA_ONLY, 4, DATA_ONLY, 2, ",
        "DATA_ONLY, 2, DATA_ONLY, 4, ",
        "DATA_ONLY, 2, WITH_CONTROL, 4, ",
        "UNCOUNTED, 4, UNCOUNTED, 4, ",
        "UNCOUNTED, 1, UNCOUNTED, 2, dest_control_ep_0",
        "UNCOUNTED, 1, UNCOUNTED, 5, dest_control_ep_0",
        "UNCOUNTED, 4, UNCOUNTED, 2, dest_data_ep_2",
        "UNCOUNTED, 32, UNCOUNTED, 4, dest_data_ep_4",
        "UNCOUNTED, 1, WITH_CONTROL, 1, dest_data_ep_0",
        "WITH_CONTROL, 1, UNCOUNTED, 1, num_rails",
        "WITH_CONTROL, 1, DATA_ONLY, 1, num_rails",
    })
    void aReaderStopsWhereItsReleaseDoes(Form own, int ownRails, Form others, int othersRails, String tag) {
        MetadataPair pair = new MetadataPair(reader(own, ownRails), given(others, othersRails));

        assertThat(pair.obstacle(GIVER).map(Flaw::tag)).isEqualTo(Optional.ofNullable(tag));
        assertThat(pair.railsDiffer()).isEqualTo(ownRails != othersRails);
    }

    @Test
    void theRailIsSaid() {
        Flaw flaw = new MetadataPair(reader(Form.UNCOUNTED, 4), given(Form.UNCOUNTED, 2))
                .obstacle(GIVER)
                .orElseThrow();

        assertThat(flaw.rail()).hasValue(2);
        assertThat(flaw.described())
                .isEqualTo("tag dest_data_ep_2 (rail 2) is missing: the reader takes as many as it has itself, 4; 2 are"
                        + " there");
    }

    @Test
    void theNameOfAnotherAgentIsAnObstacle() {
        assertThat(new MetadataPair(reader(Form.DATA_ONLY, 1), given(Form.DATA_ONLY, 1))
                        .obstacle("prefill-0-rank-1")
                        .map(Flaw::described))
                .hasValue("tag Agent names prefill-0-rank-0");
    }

    @Test
    void anotherBackendAloneIsAnObstacle() {
        AgentMetadata given = AgentMetadata.read(MetadataWriter.opaque(GIVER, "UCX", 168, 4));

        assertThat(new MetadataPair(reader(Form.DATA_ONLY, 1), given)
                        .obstacle(GIVER)
                        .map(Flaw::described))
                .hasValue("tag t names no backend that the reader has");
        assertThat(new MetadataPair(given, given).obstacle(GIVER)).isEmpty();
    }

    @Test
    void aFlawComesFirst() {
        AgentMetadata cut = AgentMetadata.read(MetadataWriter.libfabric(GIVER, Form.DATA_ONLY, 6, 5, 1));

        assertThat(new MetadataPair(reader(Form.DATA_ONLY, 6), cut).obstacle(GIVER))
                .isEqualTo(cut.flaw())
                .map(Flaw::tag)
                .hasValue("dest_data_ep_5");
    }
}
