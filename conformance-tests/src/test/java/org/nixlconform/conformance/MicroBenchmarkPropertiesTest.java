package org.nixlconform.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nixlconform.message.Fact;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Planned;

class MicroBenchmarkPropertiesTest {

    @Test
    void withoutPropertiesTheDefaultsOfTheFieldHold() {
        assertThat(names(Map.of()))
                .containsExactly("M1 1P-TP1 -> 1D-TP1 pack, decode READ, UCX, "
                        + "10 of 100 blocks x 2 layers bf16 HND, contiguous");
    }

    @Test
    void everyPropertyShowsInTheName() {
        Map<String, String> properties = Map.of(
                "blocks", "128",
                "num-blocks", "3750",
                "num-layers", "50",
                "random-blocks", "",
                "seed", "-7",
                "prefill-tp", "4",
                "decode-tp", "8",
                "strategy", "SPREAD",
                "backends", "libfabric, UCX,UCX");
        assertThat(names(properties))
                .containsExactly(
                        "M1 1P-TP4 -> 1D-TP8 spread, decode READ, LIBFABRIC, "
                                + "128 of 3750 blocks x 50 layers bf16 HND, seed -7",
                        "M1 1P-TP4 -> 1D-TP8 spread, decode READ, UCX, "
                                + "128 of 3750 blocks x 50 layers bf16 HND, seed -7");
    }

    @ParameterizedTest
    @CsvSource({
        "blocks, 0, 'a whole number from 1 to 2147483647'",
        "num-blocks, -1, 'a whole number from 1 to 2147483647'",
        "num-layers, abc, 'a whole number from 1 to 2147483647'",
        "prefill-tp, 1.5, 'a whole number from 1 to 2147483647'",
        "decode-tp, 99999999999, 'a whole number from 1 to 2147483647'",
        "seed, 0x2a, 'a whole number of at most 64 bits, as a report shows it'",
        "random-blocks, maybe, 'nothing, true or false'",
        "strategy, foo, 'one of pack, spread'",
        "backends, 'UCX,foo', 'one or more of UCX, LIBFABRIC, parted by commas'"
    })
    void aBadValueIsRefusedWithItsName(String name, String value, String expected) {
        List<Finding> findings = refusals(Map.of(name, value));
        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(FindingKind.DECLARATION);
            assertThat(finding.headline()).isEqualTo("-D" + name + " has a value that it cannot have");
            assertThat(finding.facts())
                    .contains(new Fact("expected", expected), new Fact("actual", "-D" + name + "=" + value));
        });
    }

    @Test
    void allBadValuesAreSaidAtOnce() {
        assertThat(refusals(Map.of("blocks", "0", "strategy", "foo", "num-layers", "abc")))
                .hasSize(3);
    }

    @Test
    void whatOnlyThePlanCanRefuseNamesTheCommandLine() {
        assertThat(refusals(Map.of("blocks", "101")))
                .isNotEmpty()
                .allSatisfy(finding -> assertThat(finding.facts())
                        .contains(new Fact("where", "MicroBenchmarkConformance; -D properties of the command line")));
    }

    private static List<Planned> plans(Map<String, String> properties) {
        return new MicroBenchmarkProperties(properties::get).plans();
    }

    private static List<String> names(Map<String, String> properties) {
        assertThat(plans(properties)).hasOnlyElementsOfType(Planned.Possible.class);
        return plans(properties).stream().map(Planned::name).toList();
    }

    private static List<Finding> refusals(Map<String, String> properties) {
        return plans(properties).stream()
                .flatMap(plan -> ((Planned.Refused) plan).findings().stream())
                .toList();
    }
}
