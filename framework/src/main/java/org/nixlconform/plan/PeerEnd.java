package org.nixlconform.plan;

/**
 * The end of one rank in the middle of a case, which those that live have to survive: the first rank of the first engine of
 * a role is killed from outside.
 */
public record PeerEnd(Role role, Moment moment) {

    public enum Moment {
        /** After it gave its metadata, before anybody loads them. */
        BEFORE_METADATA_IS_LOADED("before its metadata is loaded"),
        /** In the last iteration, as soon as blocks of that have begun to move. */
        IN_FLIGHT("in flight");

        private final String label;

        Moment(String label) {
            this.label = label;
        }

        /** Such as {@code in flight}. */
        public String label() {
            return label;
        }
    }

    /** Who ends. */
    public RankId rank() {
        return new RankId(role, 0, 0);
    }

    /** Such as {@code prefill ends in flight}. */
    public String label() {
        return role.label() + " ends " + moment.label();
    }
}
