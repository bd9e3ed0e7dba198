package org.nixlconform.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.nixlconform.conformance.ConformanceClasses.Case;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.plan.Planned;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Every plan of every case, and the catalogue of what they require. Needs no cluster. */
class CatalogueTest {
    private static final Path CATALOGUE =
            ConformanceClasses.root().resolve("conformance-tests/catalogue/requirements.yaml");
    private static final Set<String> KEYS = Set.of("id", "level", "statement", "covers", "missing", "tests");

    @Test
    void everyConformanceClassHasCases() {
        assertThat(ConformanceClasses.classes())
                .hasSizeGreaterThanOrEqualTo(8)
                .allSatisfy(type -> assertThat(ConformanceClasses.cases())
                        .anySatisfy(each ->
                                assertThat(each.method().getDeclaringClass()).isEqualTo(type)));
    }

    @Test
    void noPlanIsRefused() {
        assertThat(ConformanceClasses.cases())
                .allSatisfy(each -> assertThat(each.cells())
                        .isNotEmpty()
                        .allSatisfy(cell ->
                                assertThat(refusal(cell)).as(each.label()).isEmpty()));
    }

    private static String refusal(Planned cell) {
        return cell instanceof Planned.Refused refused ? FindingRenderer.render(refused.findings()) : "";
    }

    @Test
    void namesOfCellsAreUniqueInARun() {
        List<String> names = ConformanceClasses.cases().stream()
                .flatMap(each -> each.cells().stream())
                .map(Planned::name)
                .toList();
        assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThan(60);
    }

    @Test
    void everyCaseHasOneRequirement() {
        assertThat(ConformanceClasses.cases())
                .allSatisfy(
                        each -> assertThat(each.requirements()).as(each.label()).hasSize(1));
    }

    @Test
    void idsOfRequirementsAreUniqueAndInOrder() throws IOException {
        List<String> ids =
                requirements().stream().map(entry -> text(entry, "id")).toList();
        assertThat(ids).doesNotHaveDuplicates().isSortedAccordingTo(CatalogueTest::compareIds);
    }

    /** By letter, then by number: A9 comes before A11. */
    private static int compareIds(String a, String b) {
        int letters = a.substring(0, 1).compareTo(b.substring(0, 1));
        return letters != 0 ? letters : Integer.parseInt(a.substring(1)) - Integer.parseInt(b.substring(1));
    }

    @Test
    void everyRequirementIsComplete() throws IOException {
        assertThat(requirements()).allSatisfy(entry -> {
            assertThat(KEYS).as(text(entry, "id")).containsAll(entry.keySet());
            assertThat(text(entry, "level")).isIn("MUST", "SHOULD");
            assertThat(text(entry, "statement")).endsWith(".");
            assertThat(text(entry, "covers")).isIn("all", "part");
            assertThat(entry.containsKey("missing"))
                    .as("%s: missing is there exactly where covers is part", text(entry, "id"))
                    .isEqualTo(text(entry, "covers").equals("part"));
        });
    }

    @Test
    void theCatalogueNamesTheCasesOfEachRequirement() throws IOException {
        Map<String, Set<String>> written = new TreeMap<>();
        requirements().forEach(entry -> written.put(text(entry, "id"), tests(entry)));
        Map<String, Set<String>> declared = ConformanceClasses.cases().stream()
                .collect(Collectors.groupingBy(
                        each -> each.requirements().get(0),
                        TreeMap::new,
                        Collectors.mapping(Case::label, Collectors.toSet())));
        assertThat(written)
                .as("catalogue/requirements.yaml; write under each id the `tests` that are expected here")
                .isEqualTo(declared);
    }

    private static String text(Map<String, Object> entry, String key) {
        return String.valueOf(entry.get(key));
    }

    private static Set<String> tests(Map<String, Object> entry) {
        assertThat(entry.get("tests")).as("tests of " + text(entry, "id")).isInstanceOf(List.class);
        return ((List<?>) entry.get("tests")).stream().map(String::valueOf).collect(Collectors.toSet());
    }

    @SuppressWarnings("unchecked") // Keys of another type would not be among KEYS.
    private static List<Map<String, Object>> requirements() throws IOException {
        Load load =
                new Load(LoadSettings.builder().setLabel(CATALOGUE.toString()).build());
        return (List<Map<String, Object>>) load.loadFromString(Files.readString(CATALOGUE));
    }
}
