package org.nixlconform.transfer;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nixlconform.metadata.AgentMetadata;
import org.nixlconform.metadata.AgentMetadata.Endpoints;
import org.nixlconform.metadata.AgentMetadata.Rails;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;

/**
 * The metadata that a rank's agent gave, as they were relayed to its peers, inspected before one of them loaded them.
 *
 * @param nixlVersion of the library that gave them, where it is known
 * @param plugins files of the backend's plug-in that the rank had mapped; one, unless something is wrong
 * @param content without its regions
 * @param regions how many the rank had registered
 * @param regionsFound of them, how many the metadata have, with the right address and length
 * @param railsOfRegions for each region that is registered with rails, the numbers of those rails; the backend chose them
 */
public record GivenMetadata(
        RankId rank,
        Optional<String> nixlVersion,
        List<String> plugins,
        AgentMetadata content,
        int regions,
        int regionsFound,
        List<List<Integer>> railsOfRegions) {

    public GivenMetadata {
        plugins = List.copyOf(plugins);
        railsOfRegions = List.copyOf(railsOfRegions);
    }

    /** {@code 709 bytes of NIXL 1.4.0, agent prefill-0-rank-0, LIBFABRIC with 4 rails, 4 of 4 regions, plug-in .../libplugin_LIBFABRIC.so}. */
    public String described() {
        StringJoiner parts = new StringJoiner(", ");
        parts.add(content.bytes() + " bytes"
                + nixlVersion.map(version -> " of NIXL " + version).orElse(""));
        parts.add("agent " + content.agent());
        content.connections()
                .forEach(connection -> parts.add(connection.backend() + " in " + connection.bytes() + " bytes"
                        + connection
                                .rails()
                                .map(rails -> " with " + described(rails))
                                .orElse("")));
        parts.add(regionsFound + " of " + regions + " regions");
        plugins.forEach(plugin -> parts.add("plug-in " + plugin));
        content.flaw().ifPresent(flaw -> parts.add(flaw.described()));
        return parts.toString();
    }

    private static String described(Rails rails) {
        return described(rails.data())
                + rails.control()
                        .map(control -> " and " + described(control) + " for control")
                        .orElse("");
    }

    private static String described(Endpoints endpoints) {
        return endpoints.count() + " rails"
                + (endpoints.found() == endpoints.count() ? "" : " declared, " + endpoints.found() + " found");
    }

    /**
     * Of the engines of both roles, in one line: {@code rails: prefill 4, decode 2; metadata: prefill 911, decode 709 bytes}.
     * Empty where none were given.
     */
    public static Optional<String> summary(List<GivenMetadata> all) {
        String rails = roles(all, given -> given.content().railCount().stream());
        String bytes = roles(all, given -> Stream.of(given.content().bytes()));
        return all.isEmpty()
                ? Optional.empty()
                : Optional.of((rails.isEmpty() ? "" : "rails: " + rails + "; ") + "metadata: " + bytes + " bytes");
    }

    /** Whether the engines of the roles have different numbers of rails; false where none are given. */
    public static boolean unequalRails(List<GivenMetadata> all) {
        return Stream.of(Role.values())
                        .map(role -> all.stream()
                                .filter(given -> given.rank().role() == role)
                                .flatMap(given -> given.content().railCount().stream())
                                .collect(Collectors.toSet()))
                        .filter(counts -> !counts.isEmpty())
                        .distinct()
                        .count()
                > 1;
    }

    /** The files of plug-ins that ranks of a role had mapped, each once. */
    public static String plugins(List<GivenMetadata> all, Role role) {
        return all.stream()
                .filter(given -> given.rank().role() == role)
                .flatMap(given -> given.plugins().stream())
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static String roles(List<GivenMetadata> all, Function<GivenMetadata, Stream<Integer>> numbers) {
        StringJoiner roles = new StringJoiner(", ");
        for (Role role : Role.values()) {
            List<Integer> counts = all.stream()
                    .filter(given -> given.rank().role() == role)
                    .flatMap(numbers)
                    .toList();
            if (!counts.isEmpty()) {
                roles.add(role.label() + " " + range(counts));
            }
        }
        return roles.toString();
    }

    /** @param counts at least one */
    private static String range(List<Integer> counts) {
        int least = Collections.min(counts);
        int most = Collections.max(counts);
        return least == most ? String.valueOf(least) : least + " to " + most;
    }
}
