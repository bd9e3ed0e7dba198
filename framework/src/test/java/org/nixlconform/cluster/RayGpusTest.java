package org.nixlconform.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.cluster.RayNodes.RayNode;
import org.nixlconform.configuration.ClusterSpec;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;
import org.nixlconform.configuration.Configuration;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingRenderer;
import org.nixlconform.plan.MemoryKind;
import org.nixlconform.plan.Pairing;
import org.nixlconform.plan.PlanDraft;
import org.nixlconform.plan.Planned;
import org.nixlconform.plan.Topology;
import org.nixlconform.plan.TransferPlan;

/** A real Ray with eight GPUs that are only numbers. */
class RayGpusTest {
    private static final int GPUS = 8;
    private static final Duration SHORT = Duration.ofSeconds(2);
    /** What the program on the head waits for a word of ours, and some time for a busy machine. */
    private static final Duration BOUNDED = Duration.ofSeconds(45);

    private static final NodeConnection UNREACHED = (NodeConnection) Proxy.newProxyInstance(
            RayGpusTest.class.getClassLoader(), new Class<?>[] {NodeConnection.class}, (self, method, arguments) -> {
                return switch (method.getName()) {
                    case "hashCode" -> 0;
                    case "equals" -> self == arguments[0];
                    default -> throw new AssertionError("a node was asked for " + method.getName());
                };
            });

    private static RealRay.Head ray;

    @TempDir
    Path folder;

    @BeforeAll
    static void up() throws Exception {
        ray = RealRay.Head.start(GPUS);
    }

    @AfterAll
    static void down() throws Exception {
        if (ray != null) {
            ray.close();
        }
    }

    @Test
    void rayTellsItsNodes() throws Exception {
        try (RayHead head = RayHead.open(spec())) {
            RayNode only = head.nodes().get(0);
            assertThat(head.nodes()).hasSize(1);
            assertThat(only.alive()).isTrue();
            assertThat(only.head()).isTrue();
            assertThat(only.gpus()).isEqualTo(GPUS);
            assertThat(only.address()).matches("[0-9.]+");
            assertThat(head.free()).isEqualTo(Map.of(only.id(), GPUS));
            assertThat(head.described())
                    .matches("ray [0-9.]+ at [0-9.]+:" + ray.address().replaceFirst(".*:", ""));
            NodeSpec node = head.ours().get(only.id());
            assertThat(node.ssh()).isEmpty();
            assertThat(node.gpus()).contains(GPUS);
        }
    }

    @Test
    void twoCasesGetDifferentGpusAndGiveThemBack() throws Exception {
        try (RayHead head = RayHead.open(spec())) {
            Node node = node(GPUS);
            RayGpus gpus = gpus(head, node, SHORT);
            Set<OptionalInt> taken = new HashSet<>();
            try (Held first = gpus.hold(placing(node));
                    Held second = gpus.hold(placing(node))) {
                for (Held held : List.of(first, second)) {
                    RankAssignment ranks = ((Assigned.On) held.assigned()).ranks();
                    ranks.ranks().forEach(rank -> taken.add(ranks.device(rank)));
                }
                assertThat(taken).as("devices of 3 + 3 ranks").hasSize(6).doesNotContain(OptionalInt.empty());
                assertThat(free(head)).isEqualTo(GPUS - 6);
            }
            awaitFree(head, GPUS);
        }
    }

    @Test
    void whatOthersHoldIsNotTakenAndWhatIsGivenBackIs() throws Exception {
        try (RayHead head = RayHead.open(spec())) {
            Node node = node(GPUS);
            RayGpus gpus = gpus(head, node, SHORT);
            try (AutoCloseable others = ray.holds(6)) {
                awaitFree(head, 2);
                try (Held none = gpus.hold(placing(node))) {
                    assertThat(none.assigned()).isInstanceOf(Assigned.Impossible.class);
                    assertThat(FindingRenderer.render(((Assigned.Impossible) none.assigned()).reason()))
                            .contains(
                                    "Ray has not the GPUs",
                                    "3 free GPUs on one node within 2 s",
                                    "planted 2 of 8 free",
                                    "ray status");
                }
                assertThat(free(head)).isEqualTo(2);
            }
            try (Held given = gpus(head, node, BOUNDED).hold(placing(node))) {
                assertThat(given.assigned()).isInstanceOf(Assigned.On.class);
            }
        }
    }

    /** Somebody was faster than our look at what is free. */
    @Test
    void halfOfWhatIsAskedForIsNotHeld() throws Exception {
        try (RayHead head = RayHead.open(spec());
                AutoCloseable others = ray.holds(6)) {
            awaitFree(head, 2);
            assertThat(head.hold(Map.of(head.nodes().get(0).id(), 4), SHORT, "half"))
                    .isEmpty();
            assertThat(free(head)).isEqualTo(2);
        }
    }

    @Test
    void aGpuThatTheNodeDoesNotShowIsNamed() throws Exception {
        try (RayHead head = RayHead.open(spec());
                AutoCloseable others = ray.holds(4)) {
            awaitFree(head, 4);
            Node node = node(4);
            try (Held none = gpus(head, node, SHORT).hold(placing(node))) {
                assertThat(FindingRenderer.render(((Assigned.Impossible) none.assigned()).reason()))
                        .contains("Ray gives a GPU that node planted does not show", "an index below 4");
            }
            awaitFree(head, 4);
        }
    }

    @Test
    void gpusAreFreeAgainWhenTheControllerIsKilled() throws Exception {
        endsBadly("KILL");
    }

    /** As when the network goes silent. */
    @Test
    void gpusAreFreeAgainWhenTheControllerIsSilent() throws Exception {
        endsBadly("STOP");
    }

    private void endsBadly(String signal) throws Exception {
        Process controller = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        HoldsGpus.class.getName(),
                        file("").toString(),
                        "3")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (RayHead head = RayHead.open(spec())) {
            assertThat(controller.inputReader().readLine()).isEqualTo("holds 3");
            assertThat(free(head)).isEqualTo(GPUS - 3);
            new ProcessBuilder("kill", "-s", signal, Long.toString(controller.pid()))
                    .start()
                    .waitFor();
            awaitFree(head, GPUS);
        } finally {
            controller.destroyForcibly().waitFor();
        }
    }

    @Test
    void whatStandsBetweenUsAndRayIsNamed() throws Exception {
        assertThat(refusal(file("address: 127.0.0.1:1")))
                .contains("Ray does not run on its head", ":1: Connection refused", "ray start --head");
        assertThat(refusal(withPython("/nowhere/python")))
                .contains("the Python of the Ray head does not run", "/nowhere/python: not found");
        assertThat(refusal(withPython(script("exec python3 -I -S \"$@\""))))
                .contains("the Python of the Ray head has no ray", "No module named 'ray'", "as python of the head");

        Path old = Files.createDirectories(folder.resolve("old/ray"));
        Files.writeString(old.resolve("__init__.py"), "__version__ = '1.13.0'\n");
        assertThat(refusal(withPython(script("PYTHONPATH=" + old.getParent() + " exec python3 \"$@\""))))
                .contains("does not fit the cluster's", "ray 2.0 or later", "ray 1.13.0");

        Path other = Files.createDirectories(folder.resolve("other"));
        Files.writeString(other.resolve("sitecustomize.py"), "import ray\nray.__version__ = '2.9.9'\n");
        assertThat(refusal(withPython(script("PYTHONPATH=" + other + " exec " + RealRay.python() + " \"$@\""))))
                .contains("does not fit the cluster's", "2.9.9", "`ray start` was run with");
    }

    private String script(String line) throws Exception {
        Path script = Files.writeString(folder.resolve("python-" + Math.abs(line.hashCode())), "#!/bin/sh\n" + line);
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script.toString();
    }

    private static String refusal(Path file) {
        FindingException refused = catchThrowableOfType(
                FindingException.class,
                () -> RayHead.open(Configuration.cluster(file.toString(), Hosts.ROOT))
                        .close());
        assertThat(refused).as("a refusal").isNotNull();
        return FindingRenderer.render(refused.findings());
    }

    private Path withPython(String python) throws Exception {
        return write("python: " + python + ", address: " + ray.address(), "");
    }

    private Path file(String instead) throws Exception {
        return write(
                "python: " + RealRay.python() + ", " + (instead.isEmpty() ? "address: " + ray.address() : instead), "");
    }

    private Path write(String head, String more) throws Exception {
        return Files.writeString(
                folder.resolve("ray.yaml"),
                "discovery: ray\nhead: {connection: local, " + head + "}\nenvironments: [nixl-wheel]\n" + more);
    }

    private ClusterSpec spec() throws Exception {
        return Configuration.cluster(file("").toString(), Hosts.ROOT);
    }

    private static int free(RayHead head) {
        return head.free().get(head.nodes().get(0).id());
    }

    /** Ray says some moments later what became free. */
    private static void awaitFree(RayHead head, int gpus) throws Exception {
        long end = System.nanoTime() + BOUNDED.toNanos();
        while (free(head) != gpus) {
            assertThat(System.nanoTime()).as("free within " + BOUNDED).isLessThan(end);
            Thread.sleep(200);
        }
    }

    private RayGpus gpus(RayHead head, Node node, Duration within) throws Exception {
        return new RayGpus(spec(), head, Map.of(head.nodes().get(0).id(), node), within);
    }

    private Placing placing(Node node) throws Exception {
        Planned planned = PlanDraft.at("RayGpusTest")
                .topology(new Topology(1, 1, 1, 2, Pairing.MESH))
                .memory(MemoryKind.VRAM)
                .expectIntegrity()
                .plan();
        TransferPlan plan = ((Planned.Possible) planned).plan();
        return Placing.on(spec(), List.of(node), plan);
    }

    /** A node that shows so many GPUs, for Ray's own are only numbers here. */
    private Node node(int shown) {
        NodeFacts facts = new NodeFacts(
                "planted",
                "x86_64",
                "6",
                "Debian",
                "cpu",
                2,
                8L << 30,
                8L << 30,
                IntStream.range(0, shown)
                        .mapToObj(index -> new NodeFacts.Gpu(index, "H100", "550", 80L << 30))
                        .toList(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        return new Node(
                NodeSpec.local("planted").withGpus(GPUS),
                facts,
                UNREACHED,
                EngineBundle.at(folder),
                folder,
                Optional.empty(),
                Optional.empty());
    }
}
