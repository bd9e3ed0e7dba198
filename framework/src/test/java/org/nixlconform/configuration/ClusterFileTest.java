package org.nixlconform.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nixlconform.configuration.ClusterSpec.MustJudge;
import org.nixlconform.configuration.ClusterSpec.NodeSpec;
import org.nixlconform.configuration.ClusterSpec.RaySpec;
import org.nixlconform.configuration.ClusterSpec.SshSpec;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

class ClusterFileTest {
    private static final String VALID = """
            nodes:
              - {name: a, connection: local}
            environments: [nixl-wheel]
            """;

    @TempDir
    private Path root;

    private UserFolders folders = new UserFolders(Path.of("/home/reader"), Optional.empty());

    @BeforeEach
    void projectWithTwoEnvironments() throws IOException {
        Files.createDirectories(root.resolve("config/clusters"));
        Files.createDirectories(root.resolve("config/environments"));
        Files.createFile(root.resolve("config/environments/nixl-wheel.yaml"));
        Files.createFile(root.resolve("config/environments/nixl-0.10.1.yaml"));
    }

    @Test
    void everyKeyIsRead() throws IOException {
        write("""
                name: other
                nodes:
                  - name: on
                    connection: local
                    gpus: 0
                environments: [nixl-wheel]
                environmentsOnRequest: [config/environments/nixl-0.10.1.yaml]
                ranksPerGpu: 2
                mustJudge:
                  - {backend: LIBFABRIC, placement: SPREAD, memory: VRAM}
                workFolder: ~/cache/./here
                """);
        assertThat(read("p5"))
                .isEqualTo(new ClusterSpec(
                        "other",
                        root.resolve("config/clusters/p5.yaml"),
                        List.of(NodeSpec.local("on").withGpus(0)),
                        List.of("nixl-wheel"),
                        List.of("config/environments/nixl-0.10.1.yaml"),
                        2,
                        List.of(new MustJudge("LIBFABRIC", "SPREAD", "VRAM")),
                        Path.of("/home/reader/cache/here"),
                        Optional.empty()));
    }

    @Test
    void absentKeysHaveDefaults() throws IOException {
        write(VALID);
        ClusterSpec cluster = read("p5");
        assertThat(cluster.name()).isEqualTo("p5");
        assertThat(cluster.nodes()).containsExactly(NodeSpec.local("a"));
        assertThat(cluster.ranksPerGpu()).isEqualTo(1);
        assertThat(cluster.mustJudge()).isEmpty();
        assertThat(cluster.workFolder()).isEqualTo(Path.of("/home/reader/.cache/nixlconform"));
    }

    @Test
    void workFolderFollowsTheUsersCacheAndTheCaller() throws IOException {
        write(VALID);
        folders = new UserFolders(Path.of("/home/reader"), Optional.of(Path.of("/cache")));
        ClusterSpec cluster = read("p5");
        assertThat(cluster.workFolder()).isEqualTo(Path.of("/cache/nixlconform"));
        ClusterSpec moved = cluster.withWorkFolder(Path.of("/elsewhere"));
        assertThat(moved.workFolder()).isEqualTo(Path.of("/elsewhere"));
        assertThat(moved.withWorkFolder(cluster.workFolder())).isEqualTo(cluster);
    }

    @Test
    void workFolderMayBeTheHomeFolder() throws IOException {
        write(VALID + "workFolder: ~\n");
        assertThat(read("p5").workFolder()).isEqualTo(Path.of("/home/reader"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"config/clusters/p5.yaml", "./config/clusters/p5.yaml"})
    void aPathIsReadFromTheProjectsFolder(String path) throws IOException {
        write(VALID);
        assertThat(read(path).file()).isEqualTo(root.resolve("config/clusters/p5.yaml"));
    }

    @Test
    void anAbsolutePathIsReadAndShownAsItIs(@TempDir Path elsewhere) throws IOException {
        Path file = Files.writeString(elsewhere.resolve("mine.yaml"), VALID);
        assertThat(read(file.toString()).name()).isEqualTo("mine");
        Files.writeString(file, VALID + "x: 1\n");
        assertThatThrownBy(() -> read(file.toString())).hasMessageContaining("  actual   : " + file + ":4:1: unknown");
    }

    @Test
    void unknownClusterNamesTheNearest() throws IOException {
        write(VALID);
        Files.createFile(root.resolve("config/clusters/local.yaml"));
        Files.createFile(root.resolve("config/clusters/notes.txt"));
        assertThatThrownBy(() -> read("locla"))
                .isInstanceOf(FindingException.class)
                .hasMessage("""
                        configuration: no cluster is named 'locla'; did you mean 'local'?

                          expected : one of local, p5, or the path of a cluster file
                          actual   : 'locla'
                          where    : config/clusters
                          remedy   : give one of these names, or a path: with a slash, or ending in .yaml""");
    }

    @Test
    void missingPathIsNotTakenForAName() throws IOException {
        write(VALID);
        assertThatThrownBy(() -> read("clusters/p5.yaml")).hasMessage("""
                        configuration: no cluster file at 'clusters/p5.yaml'

                          expected : one of p5, or the path of a cluster file
                          actual   : 'clusters/p5.yaml'
                          where    : the current folder, then the project's folder
                          remedy   : give one of these names, or a path: with a slash, or ending in .yaml""");
    }

    @Test
    void projectWithoutClustersExpectsAPath() throws IOException {
        Files.delete(root.resolve("config/clusters"));
        assertThatThrownBy(() -> read("p5"))
                .hasMessageStartingWith("configuration: no cluster is named 'p5'\n")
                .hasMessageContaining("  expected : the path of a cluster file\n");
    }

    @Test
    void allMistakesComeAtOnceInTheOrderOfTheFile() throws IOException {
        write("""
                nodes:
                  - name: a
                    connection: shh
                    gpus: many
                  - prot: 22
                    connection: local
                    gpu: 8
                environments: [nixl-weel]
                ranksPerGpu: 0
                mustJudge: UCX
                """);
        FindingException refused = catchThrowableOfType(FindingException.class, () -> read("p5"));
        assertThat(refused).hasMessage("""
                        configuration: config/clusters/p5.yaml has 8 mistakes

                          expected : a cluster file
                          actual   : config/clusters/p5.yaml:3:17: wrong value 'shh' for 'connection' in node, expected one of local, ssh; did you mean 'ssh'?
                                     config/clusters/p5.yaml:4:11: wrong value 'many' for 'gpus' in node, expected a whole number from 0 to 1024
                                     config/clusters/p5.yaml:5:5: missing key 'name' in node, expected text
                                     config/clusters/p5.yaml:5:5: unknown key 'prot' in node, expected one of name, connection, host, variables, user, port, key, knownHosts, jump, gpus, memoryGib, workFolder, nics, labels, dataAddress; did you mean 'port'?
                                     config/clusters/p5.yaml:7:5: unknown key 'gpu' in node, expected one of name, connection, host, variables, user, port, key, knownHosts, jump, gpus, memoryGib, workFolder, nics, labels, dataAddress; did you mean 'gpus'?
                                     config/clusters/p5.yaml:8:16: unknown environment 'nixl-weel' in cluster, expected one of nixl-0.10.1, nixl-wheel; did you mean 'nixl-wheel'?
                                     config/clusters/p5.yaml:9:14: wrong value '0' for 'ranksPerGpu' in cluster, expected a whole number from 1 to 1024
                                     config/clusters/p5.yaml:10:12: wrong value 'UCX' for 'mustJudge' in cluster, expected a list
                          where    : config/clusters/p5.yaml
                          remedy   : correct what is listed; config/clusters/example.yaml explains every key""");
        assertThat(refused.findings()).extracting(Finding::kind).containsExactly(FindingKind.CONFIGURATION);
    }

    @Test
    void aSingleMistakeIsAFullMessage() throws IOException {
        write(VALID + "rankPerGpu: 2\n");
        assertThatThrownBy(() -> read("p5")).hasMessage("""
                        configuration: config/clusters/p5.yaml has a mistake

                          expected : a cluster file
                          actual   : config/clusters/p5.yaml:4:1: unknown key 'rankPerGpu' in cluster, expected one of name, discovery, nodes, defaults, head, headNode, gpusForDram, environments, environmentsOnRequest, ranksPerGpu, mustJudge, workFolder; did you mean 'ranksPerGpu'?
                          where    : config/clusters/p5.yaml
                          remedy   : correct what is listed; config/clusters/example.yaml explains every key""");
    }

    @Test
    void emptyFileIsRefused() throws IOException {
        write("");
        refused("1:1: empty file, expected the keys of a cluster");
        write("# only a comment\n");
        refused("1:1: empty file, expected the keys of a cluster");
        write("---\n");
        refused("2:1: no value for the file, expected keys and values");
    }

    @Test
    void secondDocumentIsRefused() throws IOException {
        write(VALID + "---\nname: b\n");
        refused("5:1: second document, expected a single one");
    }

    @Test
    void malformedYamlIsRefusedWithItsPlace() throws IOException {
        write("nodes:\n  - name: a\n connection: local\n");
        refused(
                "3:2: malformed YAML, while parsing a block mapping, expected <block end>, but found '<block mapping start>'");
        write("nodes: [a\n");
        refused("2:1: malformed YAML, while parsing a flow sequence, expected ',' or ']', but got <stream end>");
        write("nodes:\n\t- a\n");
        refused(
                "2:1: malformed YAML, while scanning for the next token, found character '\\t(TAB)' that cannot start any"
                        + " token. (Do not use \\t(TAB) for indentation)");
        write("name: *a\n");
        refused("1:7: malformed YAML, found undefined alias a");
    }

    @Test
    void bytesThatAreNoTextAreRefused() throws IOException {
        Files.write(root.resolve("config/clusters/p5.yaml"), new byte[] {'n', ':', ' ', (byte) 0xff});
        assertThatThrownBy(() -> read("p5")).hasMessage("""
                        configuration: config/clusters/p5.yaml is not UTF-8 text

                          expected : a cluster file
                          actual   : bytes that are not UTF-8
                          where    : config/clusters/p5.yaml
                          remedy   : make it a readable file in UTF-8""");
        write("# note\nname: a\u0007b\n");
        refused("2:8: malformed YAML, character U+0007 is not allowed");
    }

    @Test
    void duplicateKeyNamesBothPlaces() throws IOException {
        write(VALID + "ranksPerGpu: 1\nenvironments: [nixl-0.10.1]\n");
        refused("5:1: duplicate key 'environments' in cluster, expected once; first given at 3:1");
    }

    @Test
    void missingKeysAreNamedWithWhatTheyAre() throws IOException {
        write("nodes:\n  - {}\nmustJudge:\n  - {backend: UCX}\n");
        refused(
                "1:1: missing key 'environments' in cluster, expected a list of environments",
                "2:5: missing key 'name' in node, expected text",
                "2:5: missing key 'host' in node, expected a host name or an address; or connection: local, which is this machine",
                "4:5: missing key 'placement' in mustJudge, expected one of PACK, SPREAD",
                "4:5: missing key 'memory' in mustJudge, expected one of DRAM, VRAM, DRAM_TO_VRAM, VRAM_TO_DRAM");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "many|'many'",
                "-1|'-1'",
                "0|'0'",
                "1025|'1025'",
                "99999999999999999999|'99999999999999999999'",
                "022|'022'",
                "0x10|'0x10'",
                "1_0|'1_0'",
                "1.0|'1.0'",
                "1e2|'1e2'",
                "+1|'+1'"
            },
            quoteCharacter = '"')
    void onlyWholeNumbersInRangeAreNumbers(String written, String shown) throws IOException {
        write(VALID + "ranksPerGpu: " + written + "\n");
        refused("4:14: wrong value " + shown + " for 'ranksPerGpu' in cluster, expected a whole number from 1 to 1024");
    }

    @Test
    void otherThingsAreNoNumbers() throws IOException {
        write(VALID + "ranksPerGpu: \"8\"\n");
        refused(
                "4:14: wrong value \"8\" for 'ranksPerGpu' in cluster, expected a whole number from 1 to 1024 without quotes");
        write(VALID + "ranksPerGpu: [8]\n");
        refused("4:14: a list for 'ranksPerGpu' in cluster, expected a whole number from 1 to 1024");
        write(VALID + "ranksPerGpu:\n");
        refused("4:13: no value for 'ranksPerGpu' in cluster, expected a whole number from 1 to 1024");
        write(VALID + "name: null\n");
        refused("4:7: no value for 'name' in cluster, expected text");
    }

    @Test
    void aListIsNoObjectAndAnObjectNoList() throws IOException {
        write("[a, b]\n");
        refused("1:1: a list for the file, expected keys and values");
        write("nodes: {name: a}\nenvironments: nixl-wheel\n");
        refused(
                "1:8: keys and values for 'nodes' in cluster, expected a list",
                "2:15: wrong value 'nixl-wheel' for 'environments' in cluster, expected a list");
        write("nodes: [a, [b]]\nenvironments: [{a: b}]\n");
        refused(
                "1:9: wrong value 'a' for entry 1 of 'nodes' in cluster, expected keys and values",
                "1:12: a list for entry 2 of 'nodes' in cluster, expected keys and values",
                "2:16: keys and values for entry 1 of 'environments' in cluster, expected text");
    }

    @Test
    void emptyListsOfWhatIsNeededAreRefused() throws IOException {
        write("nodes: []\nenvironments: []\nmustJudge: []\n");
        refused(
                "1:8: empty list for 'nodes' in cluster, expected at least one entry",
                "2:15: empty list for 'environments' in cluster, expected at least one entry");
    }

    @Test
    void wordsOfThePlanMindTheirCase() throws IOException {
        write(VALID + "mustJudge:\n  - {backend: ucx, placement: PAKC, memory: HBM}\n");
        refused(
                "5:15: wrong value 'ucx' for 'backend' in mustJudge, expected one of UCX, LIBFABRIC; did you mean 'UCX'?",
                "5:31: wrong value 'PAKC' for 'placement' in mustJudge, expected one of PACK, SPREAD; did you mean 'PACK'?",
                "5:45: wrong value 'HBM' for 'memory' in mustJudge, expected one of DRAM, VRAM, DRAM_TO_VRAM, VRAM_TO_DRAM");
    }

    @Test
    void namesAndEnvironmentsStandOnce() throws IOException {
        write("""
                nodes:
                  - {name: a, connection: local}
                  - {name: a, connection: local}
                environments: [nixl-wheel, nixl-wheel]
                """);
        refused(
                "3:12: repeated 'a', expected once; first given at 2:12",
                "3:27: second node with connection local, expected one: it is this machine",
                "4:28: repeated 'nixl-wheel', expected once; first given at 4:16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "../a", "-a", "a/b"})
    void namesCanBePartOfAFileName(String name) throws IOException {
        write(VALID + "name: " + name + "\n");
        refused("4:7: wrong value '" + name
                + "' for 'name' in cluster, expected letters, digits, '.', '_' and '-', with a"
                + " letter or digit first");
    }

    @ParameterizedTest
    @ValueSource(strings = {"work", "./work", "~other/work"})
    void relativeWorkFolderIsRefused(String folder) throws IOException {
        write(VALID + "workFolder: " + folder + "\n");
        refused("4:13: wrong value '" + folder + "' for 'workFolder' in cluster, expected an absolute path, or one that"
                + " begins with ~/");
    }

    @Test
    void textWithANulCharacterIsRefused() throws IOException {
        write(VALID + "workFolder: \"/a\\0b\"\n");
        refused("4:13: wrong value \"/a b\" for 'workFolder' in cluster, expected text");
    }

    @Test
    void keysThatAreNoTextAreRefused() throws IOException {
        write(VALID + "? [a]\n: b\n");
        refused("4:3: a list for a key in cluster, expected text");
    }

    private void write(String text) throws IOException {
        Files.writeString(root.resolve("config/clusters/p5.yaml"), text);
    }

    private ClusterSpec read(String nameOrPath) {
        return Configuration.cluster(nameOrPath, root, folders);
    }

    /** @param lines all mistakes, each without the file that opens it */
    private void refused(String... lines) {
        FindingException refused = catchThrowableOfType(FindingException.class, () -> read("p5"));
        assertThat(refused).isNotNull();
        assertThat(refused.findings()).hasSize(1);
        assertThat(refused.findings().get(0).facts().get(1).value().lines())
                .containsExactly(List.of(lines).stream()
                        .map("config/clusters/p5.yaml:"::concat)
                        .toArray(String[]::new));
    }

    @Test
    void nodesOverSshTakeWhatTheyDoNotSayFromTheDefaults() throws IOException {
        write("""
                defaults:
                  user: ray
                  port: 2222
                  key: ~/.ssh/cluster
                  knownHosts: /etc/ssh/known
                  jump: ops@bastion:22
                  variables: {UCX_NET_DEVICES: eth1, UCX_TLS: tcp}
                  nics: 32
                  labels: {zone: a, rack: 1}
                nodes:
                  - {name: a, host: 10.0.0.1, dataAddress: 10.1.0.1}
                  - {name: b, host: node-b, port: 22, memoryGib: 4, workFolder: /scratch, variables: {UCX_TLS: all}, nics: 4, labels: {rack: 2}}
                environments: [nixl-wheel]
                """);
        ClusterSpec cluster = read("p5");
        SshSpec jump = new SshSpec(
                "bastion",
                22,
                "ops",
                List.of(folders.home().resolve(".ssh/cluster")),
                Path.of("/etc/ssh/known"),
                Optional.empty());
        NodeSpec a = cluster.nodes().get(0);
        assertThat(a.ssh())
                .contains(new SshSpec(
                        "10.0.0.1",
                        2222,
                        "ray",
                        List.of(folders.home().resolve(".ssh/cluster")),
                        Path.of("/etc/ssh/known"),
                        Optional.of(jump)));
        assertThat(a.ssh().get().described()).isEqualTo("ray@10.0.0.1:2222 over ops@bastion:22");
        assertThat(a.dataAddress()).contains("10.1.0.1");
        assertThat(a.variables()).containsEntry("UCX_NET_DEVICES", "eth1").containsEntry("UCX_TLS", "tcp");
        assertThat(a.nics()).contains(32);
        assertThat(a.labels()).isEqualTo(Map.of("zone", "a", "rack", "1"));
        NodeSpec b = cluster.nodes().get(1);
        assertThat(b.nics()).contains(4);
        assertThat(b.labels()).isEqualTo(Map.of("zone", "a", "rack", "2"));
        assertThat(b.ssh().get().port()).isEqualTo(22);
        assertThat(b.memoryBytes()).contains(4L << 30);
        assertThat(b.workFolder()).contains("/scratch");
        assertThat(b.variables()).containsEntry("UCX_TLS", "all");
    }

    @Test
    void placeholderHostsAreRefused() throws IOException {
        write("nodes:\n  - {name: a, host: gpu-1.example}\nenvironments: [nixl-wheel]\n");
        refused("2:21: placeholder 'gpu-1.example' for the host of a node, expected the name or the address of yours");
    }

    @Test
    void thisMachineHasNoHost() throws IOException {
        write("nodes:\n  - {name: a, connection: local, host: b}\nenvironments: [nixl-wheel]\n");
        refused("2:40: key 'host' in a node with connection local, expected none: it is this machine");
    }

    @Test
    void aRayClusterNamesItsHeadAndWhatItsNodesAreLike() throws IOException {
        write("""
                discovery: ray
                defaults: {user: ray, port: 2222, key: ~/.ssh/cluster, knownHosts: /etc/ssh/known, workFolder: /scratch}
                head:
                  host: 10.0.0.1
                  port: 22
                  python: ~/venv/bin/python
                  address: 10.0.0.1:6379
                headNode: true
                gpusForDram: true
                environments: [nixl-wheel]
                """);
        ClusterSpec cluster = read("p5");
        RaySpec ray = cluster.ray().orElseThrow();
        assertThat(cluster.nodes()).isEmpty();
        assertThat(cluster.gpusForDram()).isTrue();
        assertThat(ray.head().ssh().orElseThrow().described()).isEqualTo("ray@10.0.0.1:22");
        assertThat(ray.head().workFolder()).contains("/scratch");
        assertThat(ray.python()).isEqualTo("~/venv/bin/python");
        assertThat(ray.address()).contains("10.0.0.1:6379");
        assertThat(ray.headNode()).contains(true);
        NodeSpec worker = ray.worker().withName("w").withGpus(8).at("10.0.0.2");
        assertThat(worker.ssh().orElseThrow().described()).isEqualTo("ray@10.0.0.2:2222");
        assertThat(worker.ssh().orElseThrow().keys())
                .containsExactly(folders.home().resolve(".ssh/cluster"));
        assertThat(worker.gpus()).contains(8);
    }

    @Test
    void theHeadOfARayClusterMayBeThisMachine() throws IOException {
        write("discovery: ray\nhead: {connection: local}\nenvironments: [nixl-wheel]\n");
        RaySpec ray = read("p5").ray().orElseThrow();
        assertThat(ray.head().ssh()).isEmpty();
        assertThat(ray.python()).isEqualTo("python3");
        assertThat(ray.address()).isEmpty();
        assertThat(ray.headNode()).isEmpty();
        assertThat(ray.gpusForDram()).isFalse();
    }

    @Test
    void whatBelongsToTheOtherWayOfDiscoveryIsRefused() throws IOException {
        write("discovery: ray\nnodes:\n  - {name: a, connection: local}\nenvironments: [nixl-wheel]\n");
        refused(
                "1:1: missing key 'head' in cluster, expected how the head of the Ray cluster is reached",
                "3:3: key 'nodes' in a cluster with discovery: ray, expected none: Ray says which nodes there are");
        write(VALID + "head: {host: a}\nheadNode: true\ngpusForDram: false\n");
        refused(
                "4:7: key of Ray in a cluster without discovery: ray, expected none",
                "5:11: key of Ray in a cluster without discovery: ray, expected none",
                "6:14: key of Ray in a cluster without discovery: ray, expected none");
        write("discovery: rya\nhead: {host: a}\nenvironments: [nixl-wheel]\n");
        refused("1:12: wrong value 'rya' for 'discovery' in cluster, expected one of file, ray; did you mean 'ray'?");
    }

    @Test
    void mistakesOfARayHeadAreNamed() throws IOException {
        write("""
                discovery: ray
                head: {name: a, host: head.example, python: "a b", address: nowhere}
                headNode: perhaps
                environments: [nixl-wheel]
                """);
        refused(
                "2:8: unknown key 'name' in head, expected one of connection, host, variables, user, port, key, knownHosts, jump, gpus, memoryGib, workFolder, nics, labels, dataAddress, python, address",
                "2:23: placeholder 'head.example' for the host of a node, expected the name or the address of yours",
                "2:45: wrong value \"a b\" for 'python' in head, expected a Python interpreter: absolute, from ~/ on, or a name such as python3",
                "2:61: wrong value 'nowhere' for 'address' in head, expected HOST:PORT, such as 10.0.0.1:6379",
                "3:11: wrong value 'perhaps' for 'headNode' in cluster, expected one of true, false");
    }
}
