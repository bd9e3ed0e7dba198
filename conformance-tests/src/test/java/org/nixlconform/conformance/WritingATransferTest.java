package org.nixlconform.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nixlconform.plan.Backend.UCX;
import static org.nixlconform.plan.Operation.READ;
import static org.nixlconform.plan.Role.DECODE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.nixlconform.jupiter.Backends;
import org.nixlconform.jupiter.Direction;
import org.nixlconform.jupiter.ExpectIntegrity;
import org.nixlconform.jupiter.PlanReader;
import org.nixlconform.jupiter.Topology;
import org.nixlconform.jupiter.TransferTest;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.plan.Planned;

/** docs/writing-a-transfer-test.md says what the code says. */
class WritingATransferTest {
    private static final String DOCUMENT = read(ConformanceClasses.root().resolve("docs/writing-a-transfer-test.md"));
    private static final Path SOURCES =
            ConformanceClasses.root().resolve("conformance-tests/src/main/java/org/nixlconform/conformance");

    @Test
    void everySnippetStandsInASource() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            List<String> sources = files.map(file -> unindented(read(file))).toList();
            assertThat(blocks("java"))
                    .as("java blocks of the document; copy the source when it changed")
                    .hasSizeGreaterThanOrEqualTo(4)
                    .allSatisfy(snippet -> assertThat(sources)
                            .anySatisfy(source -> assertThat(source).contains(unindented(snippet))));
        }
    }

    @Test
    void theExampleIsTheWholeFile() {
        assertThat(blocks("java").get(0)).isEqualTo(read(SOURCES.resolve("GatherConformance.java")));
    }

    @Test
    void theNamesOfTheExamplesCellsAreTheRealOnes() {
        String names = ConformanceClasses.of(GatherConformance.class).cells().stream()
                .map(cell -> cell.name() + "\n")
                .collect(Collectors.joining());
        assertThat(blocks("text").get(0)).isEqualTo(names);
    }

    @Test
    void theRefusalIsARealOne() throws NoSuchMethodException {
        Planned.Refused refused = (Planned.Refused)
                PlanReader.read(Refused.class.getDeclaredMethod("threeRanksShareEightHeads"), Refused.class)
                        .get(0);
        assertThat(blocks("text").get(1))
                .isEqualTo(FindingRenderer.render(refused.findings())
                                .replace("WritingATransferTest.Refused", "MyConformance")
                        + "\n");
    }

    /** Not run: nothing discovers it, its name does not end in Test. */
    static final class Refused {
        @TransferTest
        @Topology(prefillTp = 1, decodeTp = 3)
        @Backends(UCX)
        @Direction(operation = READ, initiator = DECODE)
        @ExpectIntegrity
        void threeRanksShareEightHeads() {}
    }

    @Test
    void theTableHasEveryAnnotationAndEveryAttribute() throws IOException, ClassNotFoundException {
        List<Class<?>> annotations = annotations();
        assertThat(annotations).hasSizeGreaterThanOrEqualTo(16).allSatisfy(type -> {
            String row = DOCUMENT.lines()
                    .filter(line -> line.startsWith("| `@" + type.getSimpleName() + "`"))
                    .findFirst()
                    .orElse("");
            assertThat(row).as("row of @%s", type.getSimpleName()).isNotEmpty();
            assertThat(Stream.of(type.getDeclaredMethods()).map(method -> "`" + method.getName()))
                    .as("attributes of @%s in its row", type.getSimpleName())
                    .allMatch(attribute -> attribute.equals("`value") || row.contains(attribute));
        });
    }

    /** The public annotations of the package that test authors write. */
    private static List<Class<?>> annotations() throws IOException, ClassNotFoundException {
        Path folder = ConformanceClasses.root().resolve("framework/src/main/java/org/nixlconform/jupiter");
        List<Class<?>> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString().replace(".java", "");
                Class<?> type =
                        name.equals("package-info") ? Object.class : Class.forName("org.nixlconform.jupiter." + name);
                if (Annotation.class.isAssignableFrom(type)) {
                    found.add(type);
                }
            }
        }
        return found;
    }

    private static List<String> blocks(String language) {
        Pattern fenced = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL);
        return fenced.matcher(DOCUMENT)
                .results()
                .map((MatchResult block) -> block.group(1))
                .toList();
    }

    private static String unindented(String text) {
        return text.lines().map(String::strip).collect(Collectors.joining("\n"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
