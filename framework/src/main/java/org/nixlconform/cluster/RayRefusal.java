package org.nixlconform.cluster;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.nixlconform.cluster.RayNodes.RayNode;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.configuration.ClusterSpec.RaySpec;
import org.nixlconform.configuration.ClusterSpec.SshSpec;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;

/** What stands between us and Ray, each with what to do. Pure. */
final class RayRefusal {
    private static final String SUBJECT = "cluster";

    private final ClusterSpec spec;
    private final RaySpec ray;

    /** @param spec with {@code discovery: ray} */
    RayRefusal(ClusterSpec spec) {
        this.spec = spec;
        this.ray = spec.ray().orElseThrow();
    }

    private String head() {
        return ray.head().ssh().map(SshSpec::described).orElse("this machine");
    }

    private Finding finding(String headline, String expected, String actual, String remedy) {
        return Finding.of(FindingKind.NODE, SUBJECT, headline)
                .with("expected", expected)
                .with("actual", actual)
                .with("where", head() + ", head of " + spec.file())
                .with("remedy", remedy);
    }

    /**
     * @param why in the words of our program on the head
     * @param python the interpreter that said it
     */
    Finding of(String why, String actual, String python) {
        return switch (why) {
            case "no ray" ->
                finding(
                        "the Python of the Ray head has no ray",
                        "a Python that can import ray",
                        python + ": " + actual,
                        "name the interpreter that Ray runs in as python of the head, such as"
                                + " /home/ray/anaconda3/bin/python; an SSH session often has another PATH than a login shell");
            case "version" ->
                finding(
                        "the ray of the head's Python does not fit the cluster's",
                        "ray 2.0 or later, of the release and the Python that the cluster was started with",
                        python + ": " + actual,
                        "name the interpreter that `ray start` was run with as python of the head");
            default ->
                finding(
                        "Ray does not run on its head",
                        "a Ray cluster"
                                + ray.address().map(at -> " at " + at).orElse(" that `ray status` on the head shows"),
                        actual,
                        "start it there with ray start --head, or name HOST:PORT as address of the head");
        };
    }

    Finding noPython(String actual) {
        return finding(
                "the Python of the Ray head does not run",
                "to start " + ray.python(),
                actual,
                "name the interpreter that has ray as python of the head, with its whole path");
    }

    Finding silent(Duration waited) {
        return finding(
                "Ray on its head does not answer",
                "an answer within " + waited.toSeconds() + " s",
                "none",
                "see what `ray status` says there");
    }

    Finding lost(String address, String actual) {
        return finding(
                "Ray is no longer reached",
                "an answer of Ray at " + address,
                actual,
                "see what `ray status` on the head says, and start the run anew");
    }

    /** @param all that Ray knows */
    Finding noNodes(List<RayNode> all) {
        return finding(
                "Ray has no node to run on",
                "living nodes with GPUs, or workers without",
                all.stream().map(RayNode::described).collect(Collectors.joining("; ")),
                "start workers with ray start --address, or set headNode: true in the cluster's file");
    }
}
