package org.nixlconform.environment;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nixlconform.cluster.Node;
import org.nixlconform.cluster.RankAssignment;
import org.nixlconform.configuration.FabricSpec;
import org.nixlconform.configuration.FabricSpec.Provider;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Backend;
import org.nixlconform.plan.Expectations.AllowedLog;
import org.nixlconform.plan.Rails;
import org.nixlconform.plan.Role;
import org.nixlconform.plan.TransferPlan;

/** The environments of the two roles in one case: of one file, perhaps with different rails or releases of NIXL. */
public record EnvironmentPair(Environment prefill, Environment decode) {
    /** Begins a list of what UCX and libfabric are not to take. */
    private static final String LEFT_OUT = "^";

    /** One for both; on simulated EFA each role has the rails that the file gives to it. */
    public static EnvironmentPair of(Environment both) {
        return of(both, both);
    }

    /** One for each, of the same file, with the rails that it gives to each role. */
    public static EnvironmentPair of(Environment prefill, Environment decode) {
        EnvironmentPair pair = new EnvironmentPair(prefill, decode);
        return pair.simulated()
                .map(fabric -> pair.on(new Rails(fabric.prefillRails(), fabric.decodeRails())))
                .orElse(pair);
    }

    /** The same with so many simulated rails, as {@link #obstacle} let them pass. */
    public EnvironmentPair on(Rails rails) {
        return new EnvironmentPair(prefill.withRails(rails.prefill()), decode.withRails(rails.decode()));
    }

    public Environment of(Role role) {
        return role == Role.PREFILL ? prefill : decode;
    }

    /** What NIXL is called, such as {@code nixl-cu12}; {@code PREFILL:DECODE} where the roles have two. */
    public String distribution() {
        return label(Environment::distribution);
    }

    /** Of NIXL, such as {@code 1.4.0}, or {@code 1.4.0:1.3.2}, prefill first; empty where nothing says it. */
    public String version() {
        return label(each -> each.version().orElse(""));
    }

    /** What engines of either role say of what the environment is made of. */
    public List<AllowedLog> allowedLog() {
        return both().flatMap(each -> each.allowedLog().stream()).distinct().toList();
    }

    /** Transports or providers that a variable names for the backend; none where it leaves the choice to it, or names others. */
    public Set<String> transports(Backend backend) {
        String names = prefill.variables().getOrDefault(backend == Backend.UCX ? "UCX_TLS" : "FI_PROVIDER", "");
        return names.strip().startsWith(LEFT_OUT)
                ? Set.of()
                : Stream.of(names.split("[,;]", -1))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .collect(Collectors.toSet());
    }

    private String label(Function<Environment, String> part) {
        return both().map(part).distinct().collect(Collectors.joining(":"));
    }

    private Stream<Environment> both() {
        return Stream.of(prefill, decode);
    }

    private Optional<FabricSpec> simulated() {
        return prefill.spec().fabric().filter(fabric -> fabric.provider() == Provider.SIMULATED_EFA);
    }

    /** Why a case cannot be run here; empty when it can. */
    public Optional<Finding> obstacle(TransferPlan plan, RankAssignment ranks) {
        return Stream.of(Role.values())
                .flatMap(role -> of(role).obstacle(plan.backend().name(), nodes(ranks, role)).stream())
                .findFirst()
                .or(() -> plan.rails().flatMap(this::withoutRails));
    }

    private Optional<Finding> withoutRails(Rails rails) {
        int most = simulated().map(fabric -> fabric.topology().mostRails()).orElse(0);
        if (Math.max(rails.prefill(), rails.decode()) <= most) {
            return Optional.empty();
        }
        Finding finding = most == 0
                ? Finding.of(
                                FindingKind.NODE,
                                "environment",
                                "environment %s does not simulate EFA, so a case cannot say its rails"
                                        .formatted(prefill.name()))
                        .with("expected", "fabric: {provider: simulated-efa}")
                        .with(
                                "actual",
                                prefill.spec()
                                        .fabric()
                                        .map(FabricSpec::described)
                                        .orElse("no 'fabric'"))
                : Finding.of(
                                FindingKind.NODE,
                                "environment",
                                "environment %s simulates a machine with fewer rails than the case has"
                                        .formatted(prefill.name()))
                        .with("expected", "%d for prefill, %d for decode".formatted(rails.prefill(), rails.decode()))
                        .with("actual", "at most " + most);
        return Optional.of(finding.with("where", prefill.spec().file()));
    }

    /**
     * Refuses a backend that lacks something on a node of its ranks, which was seen before NIXL was called.
     *
     * @throws org.nixlconform.message.FindingException with all that it lacks
     */
    public void refuseLacking(Backend backend, RankAssignment ranks) {
        for (Role role : Role.values()) {
            of(role).refuseLacking(backend.name(), nodes(ranks, role));
        }
    }

    /** What the probes saw to fail when they called NIXL, as far as it concerns a backend; of several the first. */
    public Optional<Finding> probeFailure(Backend backend) {
        return both().flatMap(each -> each.probeFailure(backend.name()).stream())
                .findFirst();
    }

    private static List<Node> nodes(RankAssignment ranks, Role role) {
        return ranks.ranks().stream()
                .filter(rank -> rank.role() == role)
                .map(ranks::node)
                .distinct()
                .toList();
    }
}
