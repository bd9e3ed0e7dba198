package org.nixlconform.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.nixlconform.message.Finding;

/**
 * Many small transfers, each with a notification bound to it, and notifications by themselves between them, which targets collect:
 * each must come once, byte for byte, from its sender. Texts are any bytes, also zero; from {@value #UNIQUE_BYTES} bytes on no two
 * are equal.
 *
 * @param transfers of each pair of ranks, 1 to {@value #MOST_TRANSFERS}; as many as a request has blocks at least, so that each moves
 * @param standalone notifications by themselves after the post of each, 0 to {@value #MOST_STANDALONE}
 * @param textBytes sizes of texts, 0 to {@value #MOST_TEXT_BYTES} each: bound ones take them in turns, standalone ones too
 * @param inFlight transfers of a pair at a time, 1 to as many as a request has blocks
 * @param mostBlocks of one transfer, at least 1: any of them, also scattered, from 1 to as many
 * @param perSecond transfers of a pair at most, 0 for no limit
 * @param pollDelayMillis after each post in which its initiator does nothing, as an engine in a long step
 * @param targetPollMillis at which targets look for notifications and call nothing else; 0 for all the time
 * @param quietMillis how long targets go on looking when all have come
 * @param noticeMillis from DONE, or the call, until the target has a notification, beyond {@code targetPollMillis}; judged on one node
 * @param endsInPost the case is about transfers that are done in their post
 * @param progressThread NIXL's; as the environment says where empty
 */
public record NotificationStorm(
        int transfers,
        int standalone,
        List<Integer> textBytes,
        int inFlight,
        int mostBlocks,
        int perSecond,
        int pollDelayMillis,
        int targetPollMillis,
        int quietMillis,
        int noticeMillis,
        boolean endsInPost,
        Optional<Boolean> progressThread)
        implements Workload {

    public static final int MOST_TRANSFERS = 10_000_000;
    public static final int MOST_STANDALONE = 1_000;
    public static final int MOST_TEXT_BYTES = 16 << 20;
    public static final int UNIQUE_BYTES = 5;
    private static final int SIZES_NAMED = 4;

    public NotificationStorm {
        textBytes = List.copyOf(textBytes);
    }

    /** Messages of one pair of ranks. */
    public long messages() {
        return (long) transfers * (1 + standalone);
    }

    /** Such as {@code storm of 10000 transfers + 1 standalone, 8 in flight, texts 8-4096 B, polls after 50 ms}. */
    @Override
    public String label() {
        List<String> parts = new ArrayList<>();
        parts.add("storm of " + transfers + " transfers" + (standalone == 0 ? "" : " + " + standalone + " standalone"));
        parts.add(inFlight + " in flight");
        parts.add("texts " + sizes() + " B");
        if (mostBlocks > 1) {
            parts.add("1-" + mostBlocks + " blocks");
        }
        if (perSecond > 0) {
            parts.add(perSecond + " a second");
        }
        if (pollDelayMillis > 0) {
            parts.add("polls after " + pollDelayMillis + " ms");
        }
        if (targetPollMillis > 0) {
            parts.add("target looks every " + targetPollMillis + " ms");
        }
        if (endsInPost) {
            parts.add("done in post");
        }
        progressThread.ifPresent(on -> parts.add("progress thread " + (on ? "on" : "off")));
        return String.join(", ", parts);
    }

    private String sizes() {
        List<Integer> sorted = textBytes.stream().sorted().distinct().toList();
        return sorted.size() <= SIZES_NAMED
                ? sorted.stream().map(String::valueOf).collect(Collectors.joining("+"))
                : sorted.get(0) + "-" + sorted.get(sorted.size() - 1);
    }

    @Override
    public String word() {
        return "storm";
    }

    @Override
    public int repeats() {
        return transfers;
    }

    @Override
    public List<Finding> refusals(PlanDraft draft) {
        return StormRules.refusals(draft, this);
    }
}
