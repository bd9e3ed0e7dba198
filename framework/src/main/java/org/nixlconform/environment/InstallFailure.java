package org.nixlconform.environment;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nixlconform.cluster.CommandOutcome;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;

/** Reads out of an installer's output why it failed. Pure. */
final class InstallFailure {
    private static final Pattern NO_SPACE = Pattern.compile("No space left on device|Disk quota exceeded");
    private static final Pattern UNREACHABLE = Pattern.compile(
            "(?i)Failed to establish a new connection|name resolution|Name or service not known|ConnectTimeoutError"
                    + "|ReadTimeoutError|Read timed out|Max retries exceeded|ProxyError|Cannot connect to proxy|SSLError"
                    + "|CERTIFICATE_VERIFY_FAILED|Connection refused|Connection reset|Network is unreachable"
                    + "|RemoteDisconnected|error sending request|dns error|HTTP error [45]\\d\\d|[45]\\d\\d (?:Client|Server) Error");
    private static final Pattern NO_MATCH = Pattern.compile(
            "No matching distribution found|Could not find a version that satisfies|there is no version of|was not found in the package registry");
    private static final Pattern VERSIONS = Pattern.compile("\\(from versions: ([^)]*)\\)");
    private static final Pattern CREDENTIALS = Pattern.compile("(?<=//)[^/\\s'\"]+@");
    private static final int LAST_LINES = 3;
    private static final int LINE_LENGTH = 160;
    private static final int NEAREST = 5;

    private InstallFailure() {}

    /**
     * @param configuration lines that say which index and options are in force
     * @param freeBytes on the file system of the work folder
     */
    static Finding of(
            WheelInstall wheel,
            String node,
            WheelTool tool,
            CommandOutcome outcome,
            List<String> configuration,
            long freeBytes,
            Path folder,
            Path log) {
        String output = withoutCredentials(outcome.stdout() + "\n" + outcome.stderr());
        String requirement = wheel.requirement();
        List<String> versions = versions(output);
        Finding finding;
        if (NO_SPACE.matcher(output).find()) {
            finding = prerequisite("the disk of node %s is full".formatted(node))
                    .with("expected", "about 0.5 GB free to install " + requirement)
                    .with("actual", String.format(Locale.ROOT, "%.2f GB free", freeBytes / 1e9))
                    .with("where", folder)
                    .with("remedy", "free space there, or choose another work folder");
        } else if (versions.isEmpty() && UNREACHABLE.matcher(output).find()) {
            finding = prerequisite("the package index cannot be reached from node %s".formatted(node))
                    .with("expected", "%s from the index that %s uses".formatted(requirement, tool.description()))
                    .with("actual", connectionError(output))
                    .with("where", configuration.isEmpty() ? "no configuration" : String.join("\n", configuration))
                    .with("remedy", "check network, proxy and index with: " + trial(wheel));
        } else if (!versions.isEmpty()) {
            finding = prerequisite("there is no %s %s".formatted(wheel.distribution(), wheel.version()))
                    .with("expected", requirement + " in the index, for " + tool.description())
                    .with(
                            "actual",
                            "nearest: %s; newest: %s"
                                    .formatted(String.join(", ", nearest(wheel.version(), versions)), newest(versions)))
                    .with("node", node)
                    .with("remedy", "name one of these versions in the environment's file");
        } else if (NO_MATCH.matcher(output).find()) {
            finding = prerequisite("the index has no %s that fits".formatted(requirement))
                    .with("expected", requirement + " for " + tool.description())
                    .with("actual", "no version of %s for this Python and machine".formatted(wheel.distribution()))
                    .with("where", configuration.isEmpty() ? "no configuration" : String.join("\n", configuration))
                    .with("remedy", "check the distribution's name (nixl-cu12, nixl-cu13), and: " + trial(wheel));
        } else {
            String headline = outcome.timedOut()
                    ? "installing %s did not end".formatted(requirement)
                    : "installing %s failed".formatted(requirement);
            finding = prerequisite(headline)
                    .with("expected", "%s to end with exit code 0".formatted(tool.description()))
                    .with("actual", outcome.ending())
                    .with("node", node)
                    .with("remedy", "see the log; try: " + trial(wheel));
        }
        return finding.with("log", lastLines(output.lines().toList(), LAST_LINES))
                .with("evidence", log);
    }

    /** Whether the package index was not reached at all. */
    static boolean isUnreached(CommandOutcome outcome) {
        String output = outcome.stdout() + "\n" + outcome.stderr();
        return !outcome.succeeded()
                && !NO_SPACE.matcher(output).find()
                && versions(output).isEmpty()
                && UNREACHABLE.matcher(output).find();
    }

    /** Package indexes are often written with a user and a password; nobody else may see them. */
    static String withoutCredentials(String text) {
        return CREDENTIALS.matcher(text).replaceAll("...@");
    }

    private static Finding prerequisite(String headline) {
        return Finding.of(FindingKind.PREREQUISITE, "environment", headline);
    }

    private static String trial(WheelInstall wheel) {
        return "python3 -m pip download --no-deps -d /tmp %s==%s".formatted(wheel.distribution(), wheel.version());
    }

    /** The last of them, without the names of the library's classes and addresses that pip writes around it. */
    private static String connectionError(String output) {
        String line = output.lines()
                .filter(text -> UNREACHABLE.matcher(text).find())
                .reduce((earlier, later) -> later)
                .orElse("");
        return shortened(
                line.replaceFirst("^.*after connection broken by ", "").replaceAll("<[^>]* at 0x[^>]*>: ", ""));
    }

    /** The last of what a command said, without credentials. */
    static String lastLines(CommandOutcome outcome) {
        String output = withoutCredentials(outcome.stdout() + "\n" + outcome.stderr());
        return lastLines(output.lines().toList(), LAST_LINES);
    }

    private static String lastLines(List<String> lines, int count) {
        List<String> kept = lines.stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .map(InstallFailure::shortened)
                .toList();
        return String.join("\n", kept.subList(Math.max(0, kept.size() - count), kept.size()));
    }

    private static String shortened(String line) {
        return line.length() <= LINE_LENGTH ? line : line.substring(0, LINE_LENGTH) + "...";
    }

    private static List<String> versions(String output) {
        Matcher matcher = VERSIONS.matcher(output);
        if (!matcher.find() || matcher.group(1).equals("none")) {
            return List.of();
        }
        return List.of(matcher.group(1).split(",\\s*", -1));
    }

    /** Those around the place where the wanted one would be, in order. */
    static List<String> nearest(String wanted, List<String> versions) {
        List<String> sorted =
                versions.stream().sorted(InstallFailure::compareVersions).toList();
        int place = (int) sorted.stream()
                .filter(version -> compareVersions(version, wanted) < 0)
                .count();
        int from = Math.max(0, Math.min(place - NEAREST / 2, sorted.size() - NEAREST));
        return sorted.subList(from, Math.min(sorted.size(), from + NEAREST));
    }

    private static String newest(List<String> versions) {
        return versions.stream().max(InstallFailure::compareVersions).orElseThrow();
    }

    /** By numbers; what is not a number (a release candidate) decides last. */
    static int compareVersions(String a, String b) {
        int[] left = numbers(a);
        int[] right = numbers(b);
        int order = Arrays.compare(left, right);
        return order != 0 ? order : Comparator.<String>naturalOrder().compare(a, b);
    }

    private static int[] numbers(String version) {
        Matcher digits = Pattern.compile("\\d{1,9}").matcher(version);
        return digits.results()
                .mapToInt(match -> Integer.parseInt(match.group()))
                .toArray();
    }
}
