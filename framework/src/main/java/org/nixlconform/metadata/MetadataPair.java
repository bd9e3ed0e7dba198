package org.nixlconform.metadata;

import java.util.Optional;
import java.util.OptionalInt;
import org.nixlconform.metadata.AgentMetadata.Connection;
import org.nixlconform.metadata.AgentMetadata.Endpoints;
import org.nixlconform.metadata.AgentMetadata.Rails;

/**
 * The metadata of one agent, and of another that is to load them. How the reader reads is known from what it writes itself:
 * releases differ in whether they count rails, and in whether they have control rails.
 */
public record MetadataPair(AgentMetadata reader, AgentMetadata given) {

    /** Whether both have rails, and not as many. */
    public boolean railsDiffer() {
        Optional<Integer> own = reader.railCount();
        Optional<Integer> others = given.railCount();
        return own.isPresent() && others.isPresent() && !own.equals(others);
    }

    /**
     * Where a reader of this release must stop. Empty says that the form lets it go on, not that NIXL will.
     *
     * @param giver name of the agent that gave them
     */
    public Optional<Flaw> obstacle(String giver) {
        if (given.flaw().isPresent()) {
            return given.flaw();
        }
        if (!given.agent().equals(giver)) {
            return flaw("Agent", "names " + given.agent());
        }
        if (reader.flaw().isPresent()) {
            return Optional.empty();
        }
        if (given.connections().stream().map(Connection::backend).noneMatch(this::isReaders)) {
            return flaw("t", "names no backend that the reader has");
        }
        return reader.rails().isPresent() && given.rails().isPresent()
                ? inRails(reader.rails().get(), given.rails().get())
                : Optional.empty();
    }

    private boolean isReaders(String backend) {
        return reader.connections().stream()
                .anyMatch(connection -> connection.backend().equals(backend));
    }

    private static Optional<Flaw> inRails(Rails own, Rails given) {
        Optional<Flaw> inData = inEndpoints(own.data(), given.data(), MetadataReader.DATA_ENDPOINT);
        if (inData.isPresent() || own.control().isEmpty()) {
            return inData;
        }
        Endpoints control = own.control().get();
        if (control.declared().isEmpty() && given.data().found() > own.data().found()) {
            return flaw(
                    MetadataReader.CONTROL_ENDPOINT,
                    0,
                    "is looked for behind " + own.data().found() + " data rails, as many as the reader has; "
                            + given.data().found() + " are there");
        }
        if (given.control().isEmpty()) {
            return flaw(
                    control.declared().isPresent() ? MetadataReader.RAIL_COUNT : MetadataReader.CONTROL_ENDPOINT + 0,
                    "of control rails is missing: the release that wrote them has none");
        }
        return inEndpoints(control, given.control().get(), MetadataReader.CONTROL_ENDPOINT);
    }

    private static Optional<Flaw> inEndpoints(Endpoints own, Endpoints given, String tag) {
        if (own.declared().isPresent() && given.declared().isEmpty()) {
            return flaw(MetadataReader.RAIL_COUNT, "is missing: the release that wrote them counts no rails");
        }
        if (own.declared().isEmpty() && given.declared().isPresent()) {
            return flaw(tag, 0, "is missing: the release that wrote them has " + MetadataReader.RAIL_COUNT + " there");
        }
        if (own.declared().isEmpty() && given.found() < own.found()) {
            return flaw(
                    tag,
                    given.found(),
                    "is missing: the reader takes as many as it has itself, " + own.found() + "; " + given.found()
                            + " are there");
        }
        return Optional.empty();
    }

    private static Optional<Flaw> flaw(String tag, String what) {
        return Optional.of(new Flaw(tag, OptionalInt.empty(), what));
    }

    private static Optional<Flaw> flaw(String tag, int rail, String what) {
        return Optional.of(new Flaw(tag + rail, OptionalInt.of(rail), what));
    }
}
