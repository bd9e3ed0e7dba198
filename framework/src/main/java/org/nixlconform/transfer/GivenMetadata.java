package org.nixlconform.transfer;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import org.nixlconform.metadata.AgentMetadata;
import org.nixlconform.metadata.AgentMetadata.Endpoints;
import org.nixlconform.metadata.AgentMetadata.Rails;
import org.nixlconform.plan.RankId;
import org.nixlconform.plan.Role;

/**
 * The metadata that a rank's agent gave, as they were relayed to its peers, inspected before one of them loaded them.
 *
 * @param nixlVersion of the library that gave them, where it is known
 * @param content without its regions
 * @param regions how many the rank had registered
 * @param regionsFound of them, how many the metadata have, with the right address and length
 */
public record GivenMetadata(
        RankId rank, Optional<String> nixlVersion, AgentMetadata content, int regions, int regionsFound) {

    /** {@code 709 bytes of NIXL 1.4.0, agent prefill-0-rank-0, LIBFABRIC with 4 rails, 4 of 4 regions}. */
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
     * Of the engines of both roles, in one line: {@code rails: prefill 4, decode 2; metadata 709 to 911 bytes}. Empty where
     * none were given.
     */
    public static Optional<String> summary(List<GivenMetadata> all) {
        return all.isEmpty()
                ? Optional.empty()
                : Optional.of(rails(all).map(rails -> "rails: " + rails + "; ").orElse("") + "metadata "
                        + range(all.stream()
                                .map(given -> given.content().bytes())
                                .toList()) + " bytes");
    }

    private static Optional<String> rails(List<GivenMetadata> all) {
        StringJoiner roles = new StringJoiner(", ");
        for (Role role : Role.values()) {
            List<Integer> counts = all.stream()
                    .filter(given -> given.rank().role() == role)
                    .flatMap(given -> given.content().railCount().stream())
                    .toList();
            if (!counts.isEmpty()) {
                roles.add(role.label() + " " + range(counts));
            }
        }
        return roles.length() == 0 ? Optional.empty() : Optional.of(roles.toString());
    }

    /** @param counts at least one */
    private static String range(List<Integer> counts) {
        int least = Collections.min(counts);
        int most = Collections.max(counts);
        return least == most ? String.valueOf(least) : least + " to " + most;
    }
}
