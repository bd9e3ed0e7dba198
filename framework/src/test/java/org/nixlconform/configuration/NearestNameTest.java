package org.nixlconform.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
    @ParameterizedTest
    @CsvSource({"port,port,0", "prot,port,1", "por,port,1", "ports,port,1", "part,port,1", "UCX,ucx,0", "abc,xyz,3"})
    void countsEdits(String first, String second, int edits) {
        assertThat(NearestName.edits(first, second)).isEqualTo(edits);
        assertThat(NearestName.edits(second, first)).isEqualTo(edits);
    }

    @Test
    void offersTheNearestOfSeveral() {
        assertThat(NearestName.of("nodess", List.of("names", "nodes"))).contains("nodes");
    }

    @Test
    void offersNothingWhereNothingIsNear() {
        assertThat(NearestName.of("many", List.of("auto", "on", "off"))).isEmpty();
        assertThat(NearestName.of("", List.of("a"))).isEmpty();
        assertThat(NearestName.of("a", List.of())).isEmpty();
    }
}
