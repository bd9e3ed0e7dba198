package org.nixlconform.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.reports.Gate;
import org.nixlconform.reports.Render;

/** What {@code bin/nixlconform} of the archive starts. The property {@code root} is the folder that holds {@code config}. */
public final class Main {
    private static final int PASSED = 0;
    private static final int FAILED = 1;
    private static final int REFUSED = 2;

    private Main() {}

    /**
     * Exits with 0 when the run passes, 1 when it does not, 2 when the command line asks for nothing that there is.
     *
     * @param arguments {@code nixlconform help} says which
     */
    public static void main(String[] arguments) throws IOException {
        System.exit(run(List.of(arguments), Path.of("").toAbsolutePath()));
    }

    static int run(List<String> words, Path here) throws IOException {
        TestRun.Ended ended;
        Request request;
        try {
            request = Request.read(words, here);
            if (request.command() == Command.HELP) {
                System.out.println(help());
                return PASSED;
            }
            // Where the run reads them; those that are not given stay absent, as with Maven.
            request.properties().forEach(System::setProperty);
            if (request.command().judges()) {
                Gate.forget(Path.of(request.properties().get("results")));
            }
            ended = TestRun.of(request);
        } catch (FindingException refused) {
            System.err.println(FindingRenderer.render(refused.findings()));
            return REFUSED;
        }
        return request.command().judges()
                ? gated(ended, Path.of(request.properties().get("results")))
                : plain(ended);
    }

    private static int gated(TestRun.Ended ended, Path results) throws IOException {
        Render.withoutAllure(results, System.out);
        Optional<String> message = Gate.message(results);
        message.ifPresent(text -> System.err.println("\n" + text + "\n"));
        // The gate knows the cells, and why a run did not begin. What failed beside them, or though it passes, would be
        // silent.
        ended.failures().stream()
                .filter(failure -> message.isEmpty()
                        || (!failure.test()
                                && !message.get().contains(failure.message().strip())))
                .forEach(Main::say);
        return message.isEmpty() && ended.failures().isEmpty() ? PASSED : FAILED;
    }

    private static int plain(TestRun.Ended ended) {
        ended.failures().forEach(Main::say);
        if (ended.tests() == 0 && ended.failures().isEmpty()) {
            System.err.println("nothing was selected: see --test, --tags, --cells and --level");
            return FAILED;
        }
        return ended.failures().isEmpty() ? PASSED : FAILED;
    }

    private static void say(TestRun.Failure failure) {
        System.err.println("\n" + failure.name() + ": " + failure.message());
    }

    static String help() {
        StringBuilder text = new StringBuilder("nixlconform COMMAND [OPTION VALUE]...\n\n");
        for (Command command : Command.values()) {
            text.append("  %-28s %s%n".formatted(command.word(), command.purpose()));
        }
        text.append('\n');
        Arrays.stream(Option.values())
                .forEach(option -> text.append("  %-28s %s%n".formatted(option.usage(), option.purpose())));
        return text.append("  %-28s %s%n".formatted("-DNAME=VALUE", "any other property, as for Maven"))
                .append("\nExit code: 0 the run passes, 1 it does not, 2 the command line cannot be read.\n")
                .toString();
    }
}
