package org.nixlconform.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.nixlconform.message.Finding;
import org.nixlconform.metadata.Flaw;
import org.nixlconform.metadata.MetadataPair;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.TransferPlan;
import org.nixlconform.transfer.GivenMetadata;
import org.nixlconform.transfer.TransferObservation;

/**
 * What could be seen of metadata before they were loaded, beside what NIXL did with them. It explains findings and is
 * none by itself: whether NIXL can go on with unequal rails is a matter of its release.
 */
record MetadataInspection(TransferPlan plan, TransferObservation observation) {
    private static final String LOADING = "connect";
    /** Steps in which nothing of a peer is known to the rank yet. */
    private static final Set<String> BEFORE = Set.of("open", "load", "agent", "backend", "register", "metadata");

    private static final int TOLD = 3;

    /** One agent's metadata, and a peer that is to load them. */
    private record Loading(GivenMetadata given, Optional<GivenMetadata> reader) {

        /** What stands out: a flaw, a tag at which the reader must stop, regions that are not the giver's, other rails. */
        Optional<String> remark() {
            String giver = given.rank().label();
            Optional<MetadataPair> pair = reader.map(own -> new MetadataPair(own.content(), given.content()));
            Optional<Flaw> flaw = pair.flatMap(both -> both.obstacle(giver))
                    .or(() -> given.content().flaw());
            Optional<String> differing = pair.filter(MetadataPair::railsDiffer).map(both -> railsOfBoth());
            if (flaw.isPresent()) {
                String where = giver + " gave " + given.content().bytes() + " bytes: "
                        + flaw.get().described();
                return Optional.of(differing.map(rails -> rails + "; " + where).orElse(where));
            }
            if (given.regionsFound() < given.regions()) {
                return Optional.of(giver + " gave " + given.content().bytes() + " bytes: of its " + given.regions()
                        + " regions " + given.regionsFound() + " are among those in tag nixlSecElms");
            }
            return differing;
        }

        private String railsOfBoth() {
            return given.rank().role().label() + " declares " + count(given) + " rails, "
                    + reader.map(own -> own.rank().role().label() + " " + count(own))
                            .orElse("");
        }

        private static int count(GivenMetadata given) {
            return given.content().railCount().orElse(0);
        }
    }

    /**
     * The finding with what stood out in the metadata of the rank's peers; where it is about loading them, also that nothing
     * did.
     *
     * @param phase in which the rank was
     */
    Finding explain(Finding finding, RankId rank, String phase) {
        List<Loading> loadings = loadings(rank);
        if (BEFORE.contains(phase) || loadings.isEmpty()) {
            return finding;
        }
        List<String> remarks = remarks(loadings.stream()).toList();
        if (!remarks.isEmpty()) {
            return finding.with("metadata", Wording.few(remarks, "\n", TOLD));
        }
        return phase.equals(LOADING) ? finding.with("metadata", whole(loadings)) : finding;
    }

    /** Each remark once, with what NIXL did. */
    List<String> notes() {
        List<String> notes = new ArrayList<>();
        for (GivenMetadata reader : observation.metadata()) {
            remarks(loadings(reader.rank()).stream())
                    .map(remark -> remark + "; " + outcome(reader))
                    .filter(note -> !notes.contains(note))
                    .forEach(notes::add);
        }
        if (notes.size() <= TOLD) {
            return notes;
        }
        List<String> first = new ArrayList<>(notes.subList(0, TOLD));
        first.add("metadata: " + Quantities.count(notes.size() - TOLD, "more note"));
        return first;
    }

    private static Stream<String> remarks(Stream<Loading> loadings) {
        return loadings.flatMap(loading -> loading.remark().stream()).distinct();
    }

    private static String whole(List<Loading> loadings) {
        List<RankId> givers =
                loadings.stream().map(loading -> loading.given().rank()).toList();
        return "what " + Wording.names(givers) + " gave was whole, with its name and all its regions";
    }

    private List<Loading> loadings(RankId reader) {
        Set<RankId> peers = PlannedTransfers.of(plan).peers(reader);
        Optional<GivenMetadata> own = observation.metadata().stream()
                .filter(given -> given.rank().equals(reader))
                .findFirst();
        return observation.metadata().stream()
                .filter(given -> peers.contains(given.rank()))
                .map(given -> new Loading(given, own))
                .toList();
    }

    private String outcome(GivenMetadata reader) {
        String nixl = reader.nixlVersion().map(version -> "NIXL " + version).orElse("NIXL");
        RankId rank = reader.rank();
        Optional<String> wrong = Stream.of(
                        observation.failures().stream()
                                .filter(failure -> failure.rank().equals(rank)
                                        && failure.phase().equals(LOADING))
                                .map(failure -> failure.status() == 0
                                        ? " loaded them as those of another agent"
                                        : " refused them with "
                                                + Wording.status(failure.status(), failure.statusName())),
                        observation.timeouts().stream()
                                .filter(timeout -> timeout.rank().equals(rank)
                                        && timeout.phase().equals(LOADING))
                                .map(timeout -> " did not return from loading them"),
                        observation.losses().stream()
                                .filter(loss ->
                                        loss.rank().equals(rank) && loss.phase().equals(LOADING))
                                .map(loss -> " ended by itself while it loaded them"))
                .flatMap(each -> each)
                .findFirst();
        boolean loaded = observation.phases().stream()
                .anyMatch(phase -> phase.rank().equals(rank) && phase.phase().equals(LOADING));
        return nixl + " on " + rank.role().label()
                + wrong.orElse(loaded ? " loaded them" : " was not asked to load them");
    }
}
