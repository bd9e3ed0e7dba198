package org.nixlconform.engine;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;
import org.nixlconform.engine.protocol.Wire;
import org.nixlconform.plan.RankId;

/**
 * Carries lines between the desk and ranks that cannot connect to it, from the channel of one node to that of the other, as they
 * come. It reads none of them.
 */
final class DeskRelay {
    private static final String OF_RANK = Wire.DESK + " ";

    private final Consumer<String> desk;
    private final Map<String, Consumer<String>> ranks;
    private final Set<RankId> relayed = new ConcurrentSkipListSet<>();

    /**
     * @param desk takes a whole line to the warden that has the desk
     * @param ranks by label, to the warden that has the rank
     */
    DeskRelay(Consumer<String> desk, Map<String, Consumer<String>> ranks) {
        this.desk = desk;
        this.ranks = Map.copyOf(ranks);
    }

    /**
     * On the thread of the channel that the line came by.
     *
     * @param label as on the wire
     * @return whether it was a line for the desk, or of it
     */
    boolean take(String label, String text) {
        if (label.equals(Wire.DESK)) {
            int space = text.indexOf(' ');
            String rank = text.substring(0, Math.max(0, space));
            Consumer<String> way = ranks.get(rank);
            if (way != null) {
                way.accept(rank + " " + OF_RANK + text.substring(space + 1));
            }
            return true;
        }
        if (text.startsWith(OF_RANK)) {
            relayed.add(PlanTranslation.rank(label));
            desk.accept(Wire.DESK + " " + label + " " + text.substring(OF_RANK.length()));
            return true;
        }
        return false;
    }

    /** In their order. */
    List<RankId> relayed() {
        return List.copyOf(relayed);
    }
}
