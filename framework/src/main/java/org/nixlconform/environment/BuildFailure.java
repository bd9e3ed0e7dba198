package org.nixlconform.environment;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Reads out of the output of meson, a compiler or a linker why a build failed. Pure.
 *
 * @param cause the line that ended the build
 * @param missing what was not there, where that line says it: a dependency, a header, a library
 * @param subproject whether it is a subproject whose sources were not there
 */
record BuildFailure(Optional<String> cause, Optional<String> missing, boolean subproject) {
    private static final Pattern IN_DEFINITION = Pattern.compile(":\\d+:\\d+: ERROR: ");
    private static final Pattern ELSEWHERE = Pattern.compile("^ERROR: ");
    private static final Pattern SUBPROJECT = Pattern.compile("ERROR: Subproject (\\S+) is buildable: NO");
    private static final Pattern COMPILING =
            Pattern.compile(": (?:fatal )?error: |/ld(?:\\.\\w+)?: cannot find |undefined reference to ");
    private static final Pattern MISSING = Pattern.compile("ERROR: (?:Dependency|Dependency lookup for|Program"
            + "|C(?:\\+\\+)? (?:shared or static|static|shared) library) ['\"]?([^'\" ]+)['\"]?"
            + "|fatal error: (\\S+): No such file or directory"
            + "|/ld(?:\\.\\w+)?: cannot find (-l[^\\s:]+)");

    /** @param output all that the failed command said */
    static BuildFailure of(String output) {
        List<String> lines = output.lines().map(String::strip).toList();
        // meson says errors of optional parts too, and ends with the one that counts.
        int configuring = last(lines, IN_DEFINITION);
        if (configuring >= 0) {
            String cause = lines.get(configuring);
            Optional<String> missing = missing(cause);
            Optional<String> unfetched =
                    missing.isPresent() ? Optional.empty() : subproject(lines.subList(0, configuring));
            return new BuildFailure(Optional.of(cause), missing.or(() -> unfetched), unfetched.isPresent());
        }
        // A compiler begins with it; pip tells it again in words of its own.
        Optional<String> cause = lines.stream()
                .filter(line -> COMPILING.matcher(line).find())
                .findFirst()
                .or(() -> Optional.of(last(lines, ELSEWHERE))
                        .filter(line -> line >= 0)
                        .map(lines::get));
        return new BuildFailure(cause, cause.flatMap(BuildFailure::missing), false);
    }

    private static int last(List<String> lines, Pattern pattern) {
        return IntStream.range(0, lines.size())
                .filter(line -> pattern.matcher(lines.get(line)).find())
                .max()
                .orElse(-1);
    }

    /** The one that the last line before an error is about. */
    private static Optional<String> subproject(List<String> before) {
        return before.stream()
                .filter(line -> !line.isEmpty())
                .reduce((first, second) -> second)
                .map(SUBPROJECT::matcher)
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1));
    }

    private static Optional<String> missing(String cause) {
        Matcher matcher = MISSING.matcher(cause);
        return matcher.find()
                ? Stream.of(1, 2, 3)
                        .flatMap(group -> Optional.ofNullable(matcher.group(group)).stream())
                        .findFirst()
                : Optional.empty();
    }

    /** What its reader can do. */
    String remedy() {
        if (subproject) {
            return "let the node reach the place that meson fetches it from, or name a 'folder' that has its sources in subprojects";
        }
        if (cause.filter(line -> line.contains("[-Werror")).isPresent()) {
            return "this compiler warns where another does not: add -Dwerror=false to 'options' in the environment's file";
        }
        return "install what is missing on the node, or turn off what needs it by 'options' in the environment's file";
    }
}
