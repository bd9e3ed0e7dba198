package org.nixlconform.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * How many engines of each role, and how many ranks each has. {@code 4P-TP4 -> 8D-TP8} is 4 prefill engines of 4 ranks
 * and 8 decode engines of 8 ranks, 80 ranks in all.
 */
public record Topology(int prefillEngines, int prefillTp, int decodeEngines, int decodeTp, Pairing pairing) {

    /** A prefill engine and a decode engine between which one request moves. */
    public record EnginePair(int prefillEngine, int decodeEngine) {}

    public int engines(Role role) {
        return role == Role.PREFILL ? prefillEngines : decodeEngines;
    }

    public int tp(Role role) {
        return role == Role.PREFILL ? prefillTp : decodeTp;
    }

    public int rankCount() {
        return prefillEngines * prefillTp + decodeEngines * decodeTp;
    }

    /** All ranks, prefill first, by engine, by rank. */
    public List<RankId> ranks() {
        List<RankId> ranks = new ArrayList<>();
        for (Role role : Role.values()) {
            for (int engine = 0; engine < engines(role); engine++) {
                for (int rank = 0; rank < tp(role); rank++) {
                    ranks.add(new RankId(role, engine, rank));
                }
            }
        }
        return List.copyOf(ranks);
    }

    /** All pairs of engines that exchange a request, by prefill engine, by decode engine. */
    public List<EnginePair> enginePairs() {
        List<EnginePair> pairs = new ArrayList<>();
        for (int prefill = 0; prefill < prefillEngines; prefill++) {
            for (int decode = 0; decode < decodeEngines; decode++) {
                if (pairing == Pairing.MESH || decode % prefillEngines == prefill) {
                    pairs.add(new EnginePair(prefill, decode));
                }
            }
        }
        return List.copyOf(pairs);
    }

    /** Most requests that one engine of a role takes part in. */
    public int requestsPerEngine(Role role) {
        if (pairing == Pairing.MESH) {
            return engines(role.other());
        }
        return role == Role.DECODE ? 1 : (decodeEngines + prefillEngines - 1) / prefillEngines;
    }

    /** For example {@code 4P-TP4 -> 8D-TP8}. */
    public String label() {
        return prefillEngines + "P-TP" + prefillTp + " -> " + decodeEngines + "D-TP" + decodeTp;
    }
}
