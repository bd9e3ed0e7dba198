package org.nixlconform.configuration;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.nixlconform.configuration.ReferenceSpec.Figure;
import org.nixlconform.configuration.ReferenceSpec.Per;

/** The schema of a file of references. */
final class ReferenceReader {
    private static final List<String> PER = List.of("gpu", "node", "rank");
    private static final double DEGRADED = 0.5;
    private static final Pattern SENTENCE = Pattern.compile("(?s).*\\S.*");

    private final Path file;

    ReferenceReader(Path file) {
        this.file = file;
    }

    ReferenceSpec read(YamlObject references) {
        return new ReferenceSpec(file, figures(references, "transfers", true), figures(references, "links", false));
    }

    private static List<Figure> figures(YamlObject references, String key, boolean backend) {
        List<Figure> figures = new ArrayList<>();
        Map<List<String>, YamlValue> paths = new HashMap<>();
        for (YamlValue entry : references.optional(key).map(YamlValue::list).orElse(List.of())) {
            entry.object("figure", object -> figure(object, backend)).ifPresent(figure -> {
                figures.add(figure);
                List<String> path = List.of(figure.backend().orElse(""), figure.placement(), figure.memory());
                YamlValue first = paths.putIfAbsent(path, entry);
                if (first != null) {
                    entry.mistake("second figure for %s, expected one; the first is at %s"
                            .formatted(String.join(" ", path).strip(), first.position()));
                }
            });
        }
        return figures;
    }

    /** A link has no backend, and no bounds but one for all: below half of it the link is degraded. */
    private static Figure figure(YamlObject object, boolean transfer) {
        Optional<String> backend =
                transfer ? Optional.of(Names.required(object, "backend", Names.BACKENDS)) : Optional.empty();
        String placement = Names.required(object, "placement", Names.PLACEMENTS);
        String memory = Names.required(object, "memory", Names.MEMORIES);
        double target = object.required("target", "GB/s")
                .flatMap(YamlValue::positiveNumber)
                .orElse(0.0);
        Optional<YamlValue> lower = transfer ? object.required("lower", "GB/s") : Optional.empty();
        Optional<YamlValue> upper = transfer ? object.optional("upper") : Optional.empty();
        Optional<Double> least = lower.flatMap(YamlValue::positiveNumber);
        Optional<Double> most = upper.flatMap(YamlValue::positiveNumber);
        least.filter(number -> target > 0 && number > target)
                .ifPresent(number -> lower.orElseThrow().mistake("lower above target, expected at most " + target));
        most.filter(number -> number < target)
                .ifPresent(number -> upper.orElseThrow().mistake("upper below target, expected at least " + target));
        Optional<YamlValue> per = object.required("per", "one of " + String.join(", ", PER));
        Optional<String> one = per.flatMap(value -> value.oneOf(PER));
        one.filter(name -> name.equals("gpu") && memory.equals("DRAM"))
                .ifPresent(name -> per.orElseThrow()
                        .mistake("per gpu for memory DRAM, expected node or rank: such ranks have no GPU"));
        return new Figure(
                backend,
                placement,
                memory,
                target,
                least.orElse(target * DEGRADED),
                most,
                Per.valueOf(one.orElse("rank").toUpperCase(Locale.ROOT)),
                object.required("source", "who measured it, where and how")
                        .flatMap(value -> value.text(SENTENCE, "who measured it, where and how"))
                        .orElse(""));
    }
}
