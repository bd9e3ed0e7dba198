package org.nixlconform.plan;

import java.util.Comparator;
import java.util.Objects;

/**
 * One rank of one engine. Its label is also its agent's name and its folder's name.
 *
 * @param role of its engine
 * @param engine index among the engines of that role, from 0
 * @param rank TP index within the engine, from 0
 */
public record RankId(Role role, int engine, int rank) implements Comparable<RankId> {
    private static final Comparator<RankId> ORDER =
            Comparator.comparing(RankId::role).thenComparingInt(RankId::engine).thenComparingInt(RankId::rank);

    public RankId {
        Objects.requireNonNull(role);
        if (engine < 0 || rank < 0) {
            throw new IllegalArgumentException("engine and rank count from 0: " + engine + ", " + rank);
        }
    }

    /** For example {@code prefill-3-rank-1}. */
    public String label() {
        return role.label() + "-" + engine + "-rank-" + rank;
    }

    @Override
    public int compareTo(RankId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return label();
    }
}
