package org.nixlconform.verdict;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.nixlconform.message.Finding;
import org.nixlconform.plan.Expectations.Completion;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.TransferObservation.EngineLoss;

/** Words that several checks share. */
final class Wording {
    /** A finding has at most twenty lines; NIXL says why in its last words. */
    private static final int LOG_LINES = 5;

    private static final int NAMES = 3;

    private Wording() {}

    /**
     * What a rank was doing, to follow "while": {@code its backend was created}. Knows steps and phases of the engine.
     */
    static String activity(String phase) {
        if (phase.startsWith("transfer")) {
            return "data were transferred";
        }
        return switch (phase) {
            case "open" -> "its agent, backend and memory were set up";
            case "agent" -> "its agent was created";
            case "backend" -> "its backend was created";
            case "register" -> "its memory was registered";
            case "connect", "metadata" -> "metadata was exchanged";
            case "prepare" -> "descriptor lists were prepared";
            case "invalid" -> "invalid requests were made";
            case "reference" -> "the reference was measured";
            case "arm" -> "its memory was filled";
            case "queue" -> "work was queued on a stream of its GPU";
            case "make" -> "the transfer was made";
            case "post" -> "the transfer was posted";
            case "wait" -> "the transfer was awaited";
            case "notify" -> "notifications were sent and awaited";
            case "second agent" -> "a second agent was set up or ended";
            case "serve" -> "requests were served";
            case "storm" -> "notifications were sent and collected";
            case "verify" -> "the payload was verified";
            case "close", "release" -> "everything was released";
            default -> "it was in phase " + phase;
        };
    }

    /** {@code BACKEND (-2)}. */
    static String status(int status, String name) {
        return name.isBlank() ? "status " + status : name + " (" + status + ")";
    }

    /** {@code completion within 30 s, progress at least every 5 s}. */
    static String obligation(Completion completion) {
        return "completion within " + Quantities.duration(completion.within()) + ", progress at least every "
                + Quantities.duration(completion.stall());
    }

    /** {@code , iteration 3} where the plan has more than one, {@code , while serving} or {@code , in the storm} after the last, else nothing. */
    static String iteration(TransferPlan plan, int iteration) {
        if (plan.serving().isPresent() && iteration == plan.iterations()) {
            return ", while serving";
        }
        if (plan.storm().isPresent() && iteration == plan.iterations()) {
            return ", in the storm";
        }
        return plan.iterations() > 1 ? ", iteration " + iteration : "";
    }

    /** {@code SIGSEGV}, {@code exit code 3}, or that neither was seen. */
    static String cause(EngineLoss loss) {
        return loss.signal()
                .or(() -> loss.exitCode().map(code -> "exit code " + code))
                .orElse("neither a signal nor an exit code");
    }

    /** {@code prefill-0-rank-1, SIGSEGV, phase wait}. */
    static String describe(EngineLoss loss) {
        return loss.rank() + ", " + cause(loss) + ", phase " + loss.phase();
    }

    /** The first few names, then how many more: {@code a, b, c and 61 more}. */
    static String names(Collection<RankId> ranks) {
        List<String> labels =
                ranks.stream().sorted().distinct().map(RankId::label).toList();
        return few(labels, ", ", NAMES);
    }

    /** The first few, then how many more. */
    static String few(List<String> values, String separator, int most) {
        String shown = String.join(separator, values.subList(0, Math.min(most, values.size())));
        return values.size() <= most ? shown : shown + " and " + Quantities.count(values.size() - most) + " more";
    }

    /** The finding with the last lines of an engine's standard error, where there are any. */
    static Finding withLog(Finding finding, List<String> lastLogLines) {
        List<String> tail = new ArrayList<>(
                lastLogLines.subList(Math.max(0, lastLogLines.size() - LOG_LINES), lastLogLines.size()));
        tail.removeIf(String::isBlank);
        return tail.isEmpty() ? finding : finding.with("log", String.join("\n", tail));
    }
}
