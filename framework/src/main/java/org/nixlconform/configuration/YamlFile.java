package org.nixlconform.configuration;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** One file while it is read, and the mistakes found in it so far. */
final class YamlFile {
    /** @param line from 1, as is the column */
    private record Mistake(int line, int column, String sentence) {}

    private final FileKind kind;
    private final String shownPath;
    // A set: a reader may ask twice for the same wrong value.
    private final Set<Mistake> mistakes = new LinkedHashSet<>();

    private YamlFile(FileKind kind, String shownPath) {
        this.kind = kind;
        this.shownPath = shownPath;
    }

    /**
     * Reads one file.
     *
     * @param root paths below it are shown relative to it
     * @param reader may use stand-ins for values that were wrong: what it returns is dropped if there was a mistake
     * @throws FindingException one finding with every mistake of the file
     */
    static <T> T read(FileKind kind, Path file, Path root, Function<YamlObject, T> reader) {
        Path absoluteRoot = root.toAbsolutePath().normalize();
        Path shown = file.startsWith(absoluteRoot) ? absoluteRoot.relativize(file) : file;
        YamlFile yaml = new YamlFile(kind, shown.toString());
        Optional<T> value = yaml.document(yaml.textOf(file))
                .map(node -> new YamlValue(yaml, node, "the file"))
                .flatMap(document -> document.object(kind.noun(), reader));
        if (!yaml.mistakes.isEmpty()) {
            throw new FindingException(yaml.refusal());
        }
        return value.orElseThrow();
    }

    void mistake(Node node, String sentence) {
        mistakeAt(node.getStartMark(), sentence);
    }

    /** {@code line:column} of a node, both from 1. */
    static String position(Node node) {
        return node.getStartMark()
                .map(mark -> (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
                .orElse("1:1");
    }

    private void mistakeAt(Optional<Mark> mark, String sentence) {
        int line = mark.map(Mark::getLine).orElse(0) + 1;
        int column = mark.map(Mark::getColumn).orElse(0) + 1;
        mistakes.add(new Mistake(line, column, sentence));
    }

    private String textOf(Path file) {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new FindingException(unreadable("is not UTF-8 text", "bytes that are not UTF-8"), e);
        } catch (IOException e) {
            throw new FindingException(unreadable("cannot be read", e.toString()), e);
        }
    }

    private Optional<Node> document(String text) {
        // A key that is no text is a mistake like any other, with its place.
        LoadSettings settings =
                LoadSettings.builder().setAllowNonScalarKeys(true).build();
        try {
            Iterator<Node> each =
                    new Compose(settings).composeAllFromString(text).iterator();
            if (!each.hasNext()) {
                mistakeAt(Optional.empty(), "empty file, expected the keys of " + kind.withArticle());
                return Optional.empty();
            }
            Node first = each.next();
            if (each.hasNext()) {
                mistake(each.next(), "second document, expected a single one");
            }
            return Optional.of(first);
        } catch (MarkedYamlEngineException e) {
            mistakeAt(e.getProblemMark().or(e::getContextMark), malformed(e.getContext(), e.getProblem()));
        } catch (ReaderException e) {
            int at = text.indexOf(e.getCodePoint());
            int line = 1
                    + (int) text.substring(0, at).chars().filter(c -> c == '\n').count();
            String sentence = malformed("", "character U+%04X is not allowed".formatted(e.getCodePoint()));
            mistakes.add(new Mistake(line, at - text.lastIndexOf('\n', at), sentence));
        } catch (YamlEngineException e) {
            mistakeAt(Optional.empty(), malformed("", String.valueOf(e.getMessage())));
        }
        return Optional.empty();
    }

    private static String malformed(String context, String problem) {
        String sentence = context == null || context.isEmpty() ? problem : context + ", " + problem;
        return "malformed YAML, " + sentence.lines().collect(Collectors.joining(" "));
    }

    private Finding refusal() {
        String count = mistakes.size() == 1 ? "a mistake" : mistakes.size() + " mistakes";
        String lines = mistakes.stream()
                .sorted(Comparator.comparingInt(Mistake::line).thenComparingInt(Mistake::column))
                .map(mistake ->
                        "%s:%d:%d: %s".formatted(shownPath, mistake.line(), mistake.column(), mistake.sentence()))
                .collect(Collectors.joining("\n"));
        return finding("has " + count, lines, "correct what is listed; " + kind.explainedIn() + " explains every key");
    }

    private Finding unreadable(String headline, String actual) {
        return finding(headline, actual, "make it a readable file in UTF-8");
    }

    private Finding finding(String headline, String actual, String remedy) {
        return Finding.of(FindingKind.CONFIGURATION, "configuration", shownPath + " " + headline)
                .with("expected", kind.withArticle() + " file")
                .with("actual", actual)
                .with("where", shownPath)
                .with("remedy", remedy);
    }
}
