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
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
    private static final Set<String> KEYS = Set.of("id", "level", "statement", "state", "missing", "tests");
    private static final Set<String> STATES = Set.of("covered", "open", "needs-gpu", "needs-efa");
    /** The scenarios that the framework was made for, by family; other letters are our own. */
    private static final Map<String, Integer> SCENARIOS =
            Map.of("A", 12, "B", 8, "C", 11, "D", 8, "E", 12, "F", 13, "G", 6);

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
    void everyScenarioIsThere() throws IOException {
        assertThat(requirements().stream().map(entry -> text(entry, "id")))
                .containsAll(SCENARIOS.entrySet().stream()
                        .flatMap(family -> IntStream.rangeClosed(1, family.getValue())
                                .mapToObj(number -> family.getKey() + number))
                        .toList());
    }

    @Test
    void everyRequirementIsComplete() throws IOException {
        assertThat(requirements()).allSatisfy(entry -> {
            assertThat(KEYS).as(text(entry, "id")).containsAll(entry.keySet());
            assertThat(text(entry, "level")).isIn("MUST", "SHOULD");
            assertThat(text(entry, "statement")).endsWith(".");
            assertThat(text(entry, "state")).isIn(STATES);
            assertThat(entry.containsKey("missing") && !text(entry, "state").equals("covered"))
                    .as("%s: `missing` says what covered cases do not ask for", text(entry, "id"))
                    .isFalse();
        });
    }

    /** On a difference the file is written as it must be, beside the compiled code: states and tests follow from the cases. */
    @Test
    void theCatalogueNamesTheCasesOfEachRequirement() throws IOException {
        String written = Files.readString(CATALOGUE);
        Map<String, List<String>> declared = ConformanceClasses.cases().stream()
                .collect(Collectors.groupingBy(
                        each -> each.requirements().get(0),
                        TreeMap::new,
                        Collectors.mapping(Case::label, Collectors.toList())));
        assertThat(requirements().stream().map(entry -> text(entry, "id")))
                .as("every id that a case has needs a row in catalogue/requirements.yaml: write its level and statement")
                .containsAll(declared.keySet());
        String mended = mended(written, declared);
        Path target = ConformanceClasses.root().resolve("conformance-tests/target/requirements.yaml");
        if (!mended.equals(written)) {
            Files.createDirectories(target.getParent());
            Files.writeString(target, mended);
        }
        List<String> asTheyMustBe = List.of(mended.split("\n\n"));
        assertThat(Stream.of(written.split("\n\n")).filter(row -> !asTheyMustBe.contains(row)))
                .as("rows whose state or tests are not those of the cases; mend them by: cp %s %s", target, CATALOGUE)
                .isEmpty();
        assertThat(written).isEqualTo(mended);
    }

    /** The same text in which the rows that have cases are covered and name them, and the others neither. */
    private static String mended(String written, Map<String, List<String>> declared) {
        return Stream.of(written.split("(?m)^(?=- id: )"))
                .map(row -> row.startsWith("- id: ") ? mendedRow(row.stripTrailing(), declared) : row)
                .collect(Collectors.joining("\n"))
                .replace("\n\n\n", "\n\n");
    }

    private static String mendedRow(String row, Map<String, List<String>> declared) {
        List<String> tests = declared.getOrDefault(row.lines().findFirst().orElse("").replace("- id: ", ""), List.of());
        String without = row.replaceAll("\n  tests:(\n    - .*)*", "");
        if (tests.isEmpty()) {
            return without.replace("\n  state: covered", "\n  state: open") + "\n";
        }
        return without.replaceFirst("\n  state: .*", "\n  state: covered")
                + tests.stream().map(test -> "\n    - " + test).collect(Collectors.joining("", "\n  tests:", "\n"));
    }

    private static String text(Map<String, Object> entry, String key) {
        return String.valueOf(entry.get(key));
    }

    @SuppressWarnings("unchecked") // Keys of another type would not be among KEYS.
    private static List<Map<String, Object>> requirements() throws IOException {
        Load load =
                new Load(LoadSettings.builder().setLabel(CATALOGUE.toString()).build());
        return (List<Map<String, Object>>) load.loadFromString(Files.readString(CATALOGUE));
    }
}
