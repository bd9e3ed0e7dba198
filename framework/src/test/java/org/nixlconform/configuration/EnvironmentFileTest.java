package org.nixlconform.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nixlconform.configuration.EnvironmentSpec.AgentSpec;
import org.nixlconform.configuration.EnvironmentSpec.NodeChoice;
import org.nixlconform.configuration.EnvironmentSpec.ProgressThread;
import org.nixlconform.configuration.EnvironmentSpec.ThreadSync;
import org.nixlconform.configuration.FabricSpec.FabricTopology;
import org.nixlconform.configuration.FabricSpec.Provider;
import org.nixlconform.configuration.InstallSpec.InstalledAt;
import org.nixlconform.configuration.InstallSpec.Origin;
import org.nixlconform.configuration.InstallSpec.Place;
import org.nixlconform.configuration.InstallSpec.SourceInstall;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.FindingException;

class EnvironmentFileTest {
    private static final String VALID = """
            install: {mode: wheel, distribution: nixl-cu12, version: 1.5.1}
            backends: [UCX]
            """;

    @TempDir
    private Path root;

    @BeforeEach
    void project() throws IOException {
        Files.createDirectories(root.resolve("config/environments"));
    }

    @Test
    void everyKeyIsRead() throws IOException {
        write("""
                name: other
                install:
                  mode: wheel
                  distribution: nixl-cu12
                  version: 1.10
                variables:
                  UCX_TLS: tcp,cma
                  A: on
                  B: 010
                  C: ""
                  D: 1e3
                backends: [UCX, LIBFABRIC]
                backendParameters:
                  UCX:
                    num_workers: 1
                    engine_config: "A=1,B=2"
                agent:
                  progressThread: on
                  threadSync: rw
                  progressDelayMicroseconds: 1000
                """);
        EnvironmentSpec environment = Configuration.environment("e", root);
        assertThat(environment)
                .isEqualTo(new EnvironmentSpec(
                        "other",
                        root.resolve("config/environments/e.yaml"),
                        new WheelInstall("nixl-cu12", "1.10"),
                        NodeChoice.ALL,
                        Map.of("UCX_TLS", "tcp,cma", "A", "on", "B", "010", "C", "", "D", "1e3"),
                        List.of("UCX", "LIBFABRIC"),
                        Map.of("UCX", Map.of("num_workers", "1", "engine_config", "A=1,B=2")),
                        new AgentSpec(ProgressThread.ON, ThreadSync.RW, 1000)));
        assertThat(environment.variables().keySet()).containsExactly("UCX_TLS", "A", "B", "C", "D");
    }

    @Test
    void headersOfAReleaseWithoutACInterfaceAreNamedFromTheProjectsFolder() throws IOException {
        write(VALID + "shim: {headers: ../nixl}\n");
        assertThat(Configuration.environment("e", root).shimHeaders())
                .contains(root.resolveSibling("nixl").toAbsolutePath().normalize());
        assertThat(Configuration.environment("e", root)
                        .withVariables(Map.of("A", "1"))
                        .withoutBackends(Set.of("UCX"))
                        .shimHeaders())
                .isPresent();
        write(VALID + "shim: {header: x}\n");
        assertThatThrownBy(() -> Configuration.environment("e", root))
                .hasMessageContaining(
                        "missing key 'headers' in shim, expected a checkout of NIXL, or the folder with its nixl.h")
                .hasMessageContaining("unknown key 'header' in shim, expected only headers");
    }

    @Test
    void absentKeysHaveDefaults() throws IOException {
        write(VALID);
        EnvironmentSpec environment = Configuration.environment("e", root);
        assertThat(environment.name()).isEqualTo("e");
        assertThat(environment.variables()).isEmpty();
        assertThat(environment.backendParameters()).isEmpty();
        assertThat(environment.agent()).isEqualTo(new AgentSpec(ProgressThread.AUTO, ThreadSync.NONE, 0));
    }

    @Test
    void unknownEnvironmentNamesTheNearest() throws IOException {
        write(VALID);
        assertThatThrownBy(() -> Configuration.environment("f", root)).hasMessage("""
                        configuration: no environment is named 'f'; did you mean 'e'?

                          expected : one of e, or the path of an environment file
                          actual   : 'f'
                          where    : config/environments
                          remedy   : give one of these names, or a path: with a slash, or ending in .yaml""");
    }

    @Test
    void aWheelOfTheSystemIsRead() throws IOException {
        write("""
                install: {mode: wheel, distribution: nixl, version: 0.6.1, system: true, python: /opt/python, fix: efa}
                nodes: gpu
                backends: [UCX]
                """);
        EnvironmentSpec environment = Configuration.environment("e", root);
        assertThat(environment.install())
                .isEqualTo(new WheelInstall(
                        "nixl", "0.6.1", true, Optional.of("/opt/python"), Optional.of(Path.of("/opt/amazon/efa"))));
        assertThat(environment.nodes()).isEqualTo(NodeChoice.GPU);
        assertThat(environment.install().sharedPlace()).contains("Python /opt/python");
    }

    @Test
    void aBuildIsRead() throws IOException {
        write("""
                install:
                  mode: source
                  git: https://user:secret@host/nixl.git
                  ref: 1.4.0
                  options: [-Dbuildtype=debug, -Ducx_path=/opt/ucx]
                  prefix: isolated
                  python: true
                  pluginsFrom: {distribution: nixl-cu12, version: 1.4.0}
                backends: [UCX]
                """);
        SourceInstall source =
                (SourceInstall) Configuration.environment("e", root).install();
        assertThat(source)
                .isEqualTo(new SourceInstall(
                        new Origin.Git("https://user:secret@host/nixl.git", "1.4.0"),
                        List.of("-Dbuildtype=debug", "-Ducx_path=/opt/ucx"),
                        Optional.empty(),
                        true,
                        Optional.of(new WheelInstall("nixl-cu12", "1.4.0"))));
        assertThat(((Origin.Git) source.origin()).credentials()).contains("user:secret");
        assertThat(source.toString() + source.described())
                .contains("https://host/nixl.git at 1.4.0")
                .doesNotContain("secret");

        write("install: {mode: source, folder: ../nixl}\nbackends: [UCX]\n");
        SourceInstall folder =
                (SourceInstall) Configuration.environment("e", root).install();
        assertThat(folder.origin()).isEqualTo(new Origin.Folder(root.resolveSibling("nixl")));
        assertThat(folder.sharedPlace()).contains("/usr/local/nixl");
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void whatIsInstalledIsRead(Place place) throws IOException {
        write("install: {mode: installed, " + place.name().toLowerCase(Locale.ROOT)
                + ": /opt/nixl}\nbackends: [UCX]\n");
        assertThat(Configuration.environment("e", root).install())
                .isEqualTo(new InstalledAt(place, Path.of("/opt/nixl")));
    }

    @Test
    void otherInstallationsAreRefused() throws IOException {
        write("install: {mode: wheal, url: x}\nnodes: some\nbackends: [UCX]\n");
        refused(
                "1:17: wrong value 'wheal' for 'mode' in install, expected one of wheel, source, installed; did you mean"
                        + " 'wheel'?",
                "2:8: wrong value 'some' for 'nodes' in environment, expected one of all, gpu");
    }

    @Test
    void keysOfAWheelBelongTogether() throws IOException {
        write("install: {mode: wheel, distribution: nixl, version: 1.0, python: p, efaPrefix: /x, prefix: /y}\n"
                + "backends: [UCX]\n");
        refused(
                "1:66: 'python' in install has no meaning here, expected it only with system: true",
                "1:80: 'efaPrefix' in install has no meaning here, expected it only with fix: efa",
                "1:84: unknown key 'prefix' in install, expected one of mode, distribution, version, system, python, fix,"
                        + " efaPrefix; did you mean 'efaPrefix'?");
    }

    @Test
    void keysOfABuildAreWhatMesonAndGitTake() throws IOException {
        write("install: {mode: source, git: -u, ref: --all, options: [x], prefix: usr, ref2: y}\nbackends: [UCX]\n");
        refused(
                "1:30: wrong URL for 'git' in install, expected one that git clone takes",
                "1:39: wrong value '--all' for 'ref' in install, expected a branch, a tag or a commit",
                "1:56: wrong value 'x' for entry 1 of 'options' in install, expected an option of meson setup, such as"
                        + " -Dbuildtype=release",
                "1:68: wrong value 'usr' for 'prefix' in install, expected an absolute path",
                "1:73: unknown key 'ref2' in install, expected one of mode, options, prefix, git, folder, ref, python,"
                        + " pluginsFrom; did you mean 'ref'?");
        write("install: {mode: source}\nbackends: [UCX]\n");
        refused("1:10: missing key 'git' in install, expected the URL of a repository, or 'folder' with sources");
        write("install: {mode: source, folder: /x, ref: y}\nbackends: [UCX]\n");
        refused("1:42: 'ref' in install has no meaning here, expected it only with git");
    }

    @Test
    void aPlaceholderIsRefusedAndAPasswordNotShown() throws IOException {
        write("install: {mode: source, git: 'https://u:secret@git.example/nixl.git', ref: main}\nbackends: [UCX]\n");
        refused(
                "1:30: placeholder 'https://git.example/nixl.git' for 'git' in install, expected the URL of the repository"
                        + " to build");
    }

    @Test
    void oneKeySaysWhatIsInstalled() throws IOException {
        write("install: {mode: installed, prefix: /a, python: /b}\nbackends: [UCX]\n");
        refused(
                "1:48: 'python' in install has no meaning here, expected it only with no other of prefix, folder, python");
        write("install: {mode: installed}\nbackends: [UCX]\n");
        refused(
                "1:10: missing key 'prefix' in install, expected one of prefix, folder, python: where NIXL is on the nodes");
    }

    @ParameterizedTest
    @ValueSource(strings = {">=1.0", "latest", "1.5.1 or so"})
    void versionIsExact(String version) throws IOException {
        write("install: {mode: wheel, distribution: nixl-cu12, version: '" + version + "'}\nbackends: [UCX]\n");
        refused("1:58: wrong value \"" + version
                + "\" for 'version' in install, expected an exact version, such as 1.5.1");
    }

    @Test
    void versionWrittenAsANumberKeepsItsText() throws IOException {
        write("install: {mode: wheel, distribution: nixl-cu12, version: 1.0}\nbackends: [UCX]\n");
        assertThat(Configuration.environment("e", root).install()).isEqualTo(new WheelInstall("nixl-cu12", "1.0"));
    }

    @Test
    void distributionIsANameAlone() throws IOException {
        write("install: {mode: wheel, distribution: --pre, version: 1.0}\nbackends: [UCX]\n");
        refused(
                "1:38: wrong value '--pre' for 'distribution' in install, expected the name of a wheel, such as nixl-cu12");
    }

    @Test
    void variablesAreNamesWithText() throws IOException {
        write(VALID + "variables:\n  1A: x\n  B-C: y\n  D: [z]\n  E:\n  F: 1\n  F: 2\n");
        refused(
                "4:3: wrong value '1A' for a key in variables, expected the name of a variable: letters, digits and '_',"
                        + " no digit first",
                "5:3: wrong value 'B-C' for a key in variables, expected the name of a variable: letters, digits and '_',"
                        + " no digit first",
                "6:6: a list for 'D' in variables, expected text",
                "7:5: no value for 'E' in variables, expected text",
                "9:3: duplicate key 'F' in variables, expected once; first given at 8:3");
    }

    @Test
    void valuesThatLookSecretAreNotShown() throws IOException {
        write(VALID + """
                variables:
                  HF_TOKEN: s1
                  AWS_SECRET_ACCESS: s2
                  DB_PASSWORD: s3
                  api_key: s4
                  APIKEY_2: s5
                  KEYBOARD: shown
                  UCX_TLS: tcp
                """);
        EnvironmentSpec environment = Configuration.environment("e", root);
        assertThat(environment.variables()).containsEntry("HF_TOKEN", "s1").containsEntry("api_key", "s4");
        assertThat(environment.shownVariables())
                .containsExactly(
                        Map.entry("HF_TOKEN", "(hidden)"),
                        Map.entry("AWS_SECRET_ACCESS", "(hidden)"),
                        Map.entry("DB_PASSWORD", "(hidden)"),
                        Map.entry("api_key", "(hidden)"),
                        Map.entry("APIKEY_2", "(hidden)"),
                        Map.entry("KEYBOARD", "shown"),
                        Map.entry("UCX_TLS", "tcp"));
        assertThat(environment.toString()).contains("shown", "tcp").doesNotContainPattern("s[1-5]");
    }

    @Test
    void backendsAreKnownAndStandOnce() throws IOException {
        write("install: {mode: wheel, distribution: nixl-cu12, version: 1.5.1}\nbackends: [UCX, libfabrik, UCX]\n");
        refused(
                "2:17: wrong value 'libfabrik' for entry 2 of 'backends' in environment, expected one of UCX, LIBFABRIC; did"
                        + " you mean 'LIBFABRIC'?",
                "2:28: repeated 'UCX', expected once; first given at 2:12");
    }

    @Test
    void parametersBelongToAListedBackend() throws IOException {
        write(VALID + "backendParameters:\n  LIBFABRIC: {a: b}\n  UCX: [a]\n");
        refused(
                "4:3: unknown backend 'LIBFABRIC' in backendParameters, expected only UCX",
                "5:8: a list for 'UCX' in backendParameters, expected keys and values");
    }

    @Test
    void agentTakesItsOwnWords() throws IOException {
        write(VALID + "agent: {progressThread: true, threadSync: RW, progressDelayMicroseconds: -1}\n");
        refused(
                "3:25: wrong value 'true' for 'progressThread' in agent, expected one of auto, on, off",
                "3:43: wrong value 'RW' for 'threadSync' in agent, expected one of none, strict, rw; did you mean 'rw'?",
                "3:74: wrong value '-1' for 'progressDelayMicroseconds' in agent, expected a whole number from 0 to 1000000");
    }

    @Test
    void aFabricIsRead() throws IOException {
        String libfabric = VALID.replace("UCX", "LIBFABRIC");
        write(libfabric + "fabric: {provider: tcp, interface: eth0}\n");
        FabricSpec tcp = Configuration.environment("e", root).fabric().orElseThrow();
        assertThat(tcp).isEqualTo(new FabricSpec(Provider.TCP, Optional.of("eth0"), 1, 1, FabricTopology.NONE));
        assertThat(tcp.described()).isEqualTo("tcp, 1 rail");
        write(libfabric + "variables: {FI_PROVIDER: sockets}\nfabric: {provider: sockets}\n");
        FabricSpec sockets = Configuration.environment("e", root).fabric().orElseThrow();
        assertThat(sockets).isEqualTo(new FabricSpec(Provider.SOCKETS, Optional.empty(), 1, 1, FabricTopology.NONE));
        assertThat(sockets.described()).isEqualTo("sockets, 1 rail");

        write(libfabric
                + "variables: {FI_PROVIDER: tcp}\nfabric: {provider: simulated-efa, rails: 32, topology: p5}\n");
        FabricSpec simulated = Configuration.environment("e", root).fabric().orElseThrow();
        assertThat(simulated)
                .isEqualTo(new FabricSpec(Provider.SIMULATED_EFA, Optional.empty(), 32, 32, FabricTopology.P5));
        assertThat(simulated.described()).isEqualTo("simulated EFA, 32 rails, topology p5");
        assertThat(Configuration.environment("e", root)
                        .withVariables(Map.of("A", "1"))
                        .withoutBackends(Set.of("UCX"))
                        .fabric())
                .contains(simulated);

        write(libfabric + "fabric: {provider: simulated-efa, rails: {prefill: 4, decode: 2}}\n");
        FabricSpec unequal = Configuration.environment("e", root).fabric().orElseThrow();
        assertThat(unequal.prefillRails()).isEqualTo(4);
        assertThat(unequal.decodeRails()).isEqualTo(2);
        assertThat(unequal.described()).isEqualTo("simulated EFA, rails: prefill 4, decode 2");

        write(libfabric + "fabric: {provider: simulated-efa}\n");
        assertThat(Configuration.environment("e", root).fabric().orElseThrow().described())
                .isEqualTo("simulated EFA, 4 rails");
        write(libfabric);
        assertThat(Configuration.environment("e", root).fabric()).isEmpty();
    }

    @Test
    void keysOfAFabricBelongTogether() throws IOException {
        write(VALID.replace("UCX", "LIBFABRIC")
                + "fabric: {provider: tcp, rails: 4, topology: p5, interfaces: eth0}\n");
        refused(
                "3:32: 'rails' in fabric has no meaning here, expected it only with provider: simulated-efa",
                "3:45: 'topology' in fabric has no meaning here, expected it only with provider: simulated-efa",
                "3:49: unknown key 'interfaces' in fabric, expected one of provider, interface, topology, rails; did you"
                        + " mean 'interface'?");
        write(VALID.replace("UCX", "LIBFABRIC") + "fabric: {provider: efa, interface: lo}\n");
        refused(
                "3:20: wrong value 'efa' for 'provider' in fabric, expected one of tcp, sockets, simulated-efa",
                "3:36: wrong value 'lo' for 'interface' in fabric, expected the name of a network interface of the nodes,"
                        + " not lo");
        write(VALID.replace("UCX", "LIBFABRIC") + "fabric: {provider: simulated-efa, rails: 5, topology: p4d}\n");
        refused("3:42: wrong value '5' for 'rails' in fabric, expected a whole number from 1 to 4");
        write(VALID.replace("UCX", "LIBFABRIC") + "fabric: {provider: simulated-efa, rails: 33, topology: p3}\n");
        refused(
                "3:42: wrong value '33' for 'rails' in fabric, expected a whole number from 1 to 32",
                "3:56: wrong value 'p3' for 'topology' in fabric, expected one of none, p4d, p5; did you mean 'p5'?");
    }

    @Test
    void railsOfARoleAreAsManyAsTheMachineHas() throws IOException {
        write(VALID.replace("UCX", "LIBFABRIC")
                + "fabric: {provider: simulated-efa, topology: p4d, rails: {prefill: 5, decoder: 2}}\n");
        refused(
                "3:57: missing key 'decode' in rails, expected a number of rails",
                "3:67: wrong value '5' for 'prefill' in rails, expected a whole number from 1 to 4",
                "3:70: unknown key 'decoder' in rails, expected one of prefill, decode; did you mean 'decode'?");
        write(VALID.replace("UCX", "LIBFABRIC") + "fabric: {provider: tcp, rails: {prefill: 1, decode: 1}}\n");
        refused("3:32: 'rails' in fabric has no meaning here, expected it only with provider: simulated-efa");
    }

    @Test
    void aWheelComesInEveryReleaseUnderTheNameThatItHadThen() throws IOException {
        write(VALID);
        EnvironmentSpec spec = Configuration.environment("e", root);
        EnvironmentSpec other = spec.at("1.3.2").orElseThrow();
        assertThat(other.name()).isEqualTo("e@1.3.2");
        assertThat(other.install().described()).isEqualTo("nixl-cu12 1.3.2");
        assertThat(other.variables()).isEqualTo(spec.variables());
        for (String first : List.of("0.3.1", "0.6.1", "0.7.0")) {
            assertThat(new WheelInstall("nixl-cu12", "1.4.0").at(first).distribution())
                    .isEqualTo("nixl");
        }
        for (String later : List.of("0.7.1", "0.10.1", "1.0.6.1")) {
            assertThat(new WheelInstall("nixl", "0.6.1").at(later).distribution())
                    .isEqualTo("nixl-cu12");
            assertThat(new WheelInstall("nixl-cu13", "1.4.0").at(later).distribution())
                    .isEqualTo("nixl-cu13");
        }

        write("install: {mode: installed, prefix: /opt/nixl}\nbackends: [UCX]\n");
        assertThat(Configuration.environment("e", root).at("1.3.2")).isEmpty();
    }

    @Test
    void whatContradictsAFabricIsRefused() throws IOException {
        write(VALID + "fabric: {provider: tcp}\nvariables: {FI_PROVIDER: efa, FI_TCP_IFACE: eth0}\n");
        refused(
                "3:9: 'fabric' in environment has no meaning here, expected it only with LIBFABRIC among the backends",
                "4:26: wrong value 'efa' for 'FI_PROVIDER' in variables, expected tcp, which 'fabric' chooses, or no"
                        + " FI_PROVIDER",
                "4:31: variable FI_TCP_IFACE beside 'fabric', expected one of the two: 'fabric' sets it");
        write(VALID.replace("UCX", "LIBFABRIC")
                + "fabric: {provider: sockets}\nvariables: {FI_PROVIDER: tcp, FI_SOCKETS_IFACE: eth0}\n");
        refused(
                "4:26: wrong value 'tcp' for 'FI_PROVIDER' in variables, expected sockets, which 'fabric' chooses, or no"
                        + " FI_PROVIDER",
                "4:31: variable FI_SOCKETS_IFACE beside 'fabric', expected one of the two: 'fabric' sets it");
    }

    private void write(String text) throws IOException {
        Files.writeString(root.resolve("config/environments/e.yaml"), text);
    }

    /** @param lines all mistakes, each without the file that opens it */
    private void refused(String... lines) {
        FindingException refused =
                catchThrowableOfType(FindingException.class, () -> Configuration.environment("e", root));
        assertThat(refused).isNotNull();
        assertThat(refused.findings().get(0).facts().get(1).value().lines())
                .containsExactly(List.of(lines).stream()
                        .map("config/environments/e.yaml:"::concat)
                        .toArray(String[]::new));
    }
}
