package org.nixlconform.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nixlconform.configuration.InstallSpec.WheelInstall;
import org.nixlconform.message.FindingException;

/** Installing, with a Python that the test plants: what is reused, what is repaired, and every refusal. */
class WheelInstallerTest {
    private static final WheelInstall WHEEL = new WheelInstall("nixl-cu12", "1.5.1");
    private static final String DIGEST = Digest.ofWheel(WHEEL, "x86_64");

    @TempDir
    Path folder;

    private PlantedNode planted;
    private final List<String> console = new ArrayList<>();

    @BeforeEach
    void plant() throws Exception {
        planted = new PlantedNode(folder);
    }

    @Test
    void aWheelIsInstalledOnceAndThenReusedWithoutPython() throws Exception {
        planted.python("python3", "3.11.7", "23.2.1", PlantedNode.INSTALLS);

        Installation first = install();
        Files.delete(folder.resolve("bin/python3"));
        Installation second = install();

        assertThat(second).isEqualTo(first);
        assertThat(first.folder())
                .isEqualTo(planted.workFolder().resolve("environments").resolve(DIGEST));
        assertThat(first.capi().orElseThrow()).hasContent("planted-library");
        assertThat(first.facts().get(1).value()).startsWith("cp311-cp311-manylinux_2_28_x86_64, by pip");
        assertThat(console).hasSize(3);
        assertThat(console.get(0)).isEqualTo("installing nixl-cu12==1.5.1 with pip 23.2.1, Python 3.11.7");
        assertThat(console.get(1)).startsWith("nixl-cu12 1.5.1 installed into ");
        assertThat(console.get(2)).startsWith("nixl-cu12 1.5.1 reused from " + first.folder() + ", 0.");
        assertThat(leftOvers()).isEmpty();
    }

    @Test
    void aFolderWhoseLibraryWasChangedIsInstalledAnew() throws Exception {
        planted.python("python3", "3.11.7", "23.2.1", PlantedNode.INSTALLS);
        Installation first = install();
        Files.writeString(first.capi().orElseThrow(), "tampered-librar");

        Installation second = install();

        assertThat(second.capi().orElseThrow()).hasContent("planted-library");
        assertThat(console).anyMatch(line -> line.contains("libnixl_capi.so is not the file that was installed"));
        assertThat(leftOvers()).isEmpty();
    }

    @Test
    void aFolderThatLacksAnotherFileIsInstalledAnew() throws Exception {
        planted.python("python3", "3.11.7", "23.2.1", PlantedNode.INSTALLS);
        Path plugin = install().folder().resolve(".nixl_cu12.mesonpy.libs/plugins/libplugin_UCX.so");
        Files.delete(plugin);

        install();

        assertThat(plugin).hasContent("planted-plugin");
        assertThat(console).anyMatch(line -> line.contains("libplugin_UCX.so is missing"));
    }

    @Test
    void whatAKilledRunLeftIsRemoved() throws Exception {
        planted.python("python3", "3.11.7", "23.2.1", PlantedNode.INSTALLS);
        Path left = planted.workFolder().resolve("environments").resolve(DIGEST + ".partial-4711/some/folder");
        Files.createDirectories(left);
        Files.writeString(left.resolve("file"), "half");

        install();

        assertThat(leftOvers()).isEmpty();
    }

    @Test
    void aSecondRunWaitsForTheFirst() throws Exception {
        planted.python("python3", "3.11.7", "23.2.1", PlantedNode.INSTALLS);
        Path environments = Files.createDirectories(planted.workFolder().resolve("environments"));
        // Another process holds the lock for some seconds, which this one needs less of, then goes.
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Path holder = Files.writeString(folder.resolve("Holder.java"), """
                public class Holder {
                    public static void main(String[] args) throws Exception {
                        var file = java.nio.channels.FileChannel.open(java.nio.file.Path.of(args[0]),
                                java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.WRITE);
                        file.lock();
                        System.out.println("locked");
                        Thread.sleep(5000);
                    }
                }
                """);
        Process other = new ProcessBuilder(
                        java.toString(),
                        holder.toString(),
                        environments.resolve(DIGEST + ".lock").toString())
                .start();
        assertThat(other.inputReader().readLine()).isEqualTo("locked");

        install();

        assertThat(console.get(0)).isEqualTo("waiting for another run that installs nixl-cu12 1.5.1");
        assertThat(console.get(console.size() - 1)).contains("installed into");
        assertThat(other.waitFor()).isZero();
    }

    @Test
    void theLockIsFreeAfterwards() throws Exception {
        planted.python("python3", "3.11.7", "23.2.1", PlantedNode.INSTALLS);
        Path lock = install().folder().resolveSibling(DIGEST + ".lock");

        try (FileChannel file = FileChannel.open(lock, StandardOpenOption.WRITE);
                FileLock held = file.tryLock()) {
            assertThat(held).isNotNull();
        }
    }

    @Test
    void aNodeWithoutPythonIsRefused() {
        refuses("node this-machine has no Python", "none of python3", "sudo apt-get install python3 python3-pip");
    }

    @Test
    void aPythonThatIsTooOldIsRefused() throws Exception {
        planted.python("python3", "3.9.18", "21.0", "exit 1");

        refuses("too old", "python3 is Python 3.9.18", "Python 3.10 or later", "sudo apt-get install python3.11");
    }

    @Test
    void aPythonWithoutPipIsRefused() throws Exception {
        planted.python("python3", "3.11.7", "-", "exit 1");

        refuses("has no pip", "python3 is Python 3.11.7, without pip", "sudo apt-get install python3-pip", "ensurepip");
    }

    @Test
    void aNewerPythonBesideAnOldOneIsTaken() throws Exception {
        planted.python("python3", "3.9.18", "21.0", "exit 1");
        planted.python("python3.12", "3.12.1", "24.0", PlantedNode.INSTALLS);

        assertThat(install().facts().get(1).value()).endsWith(", by pip 24.0, Python 3.12.1");
    }

    @Test
    void uvInstallsForAPythonWithoutPip() throws Exception {
        planted.python("python3", "3.11.7", "-", "exit 1");
        planted.program("uv", """
                #!/bin/sh
                if [ "$1" = --version ]; then echo uv 0.13.8; exit 0; fi
                while [ "$1" != --target ]; do shift; done
                target=$2
                """ + PlantedNode.INSTALLS);

        assertThat(install().facts().get(1).value()).endsWith(", by uv 0.13.8, Python 3.11.7");
    }

    @Test
    void anUnreachableIndexIsRefusedWithTheConfigurationButWithoutItsPassword() throws Exception {
        planted.python("python3", "3.11.7", "23.2.1", """
                echo 'Looking in indexes: https://somebody:planted-secret@index.invalid/simple'
                echo "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<pip.Connection object at 0x7f>: Failed to establish a new connection: [Errno -2] Name or service not known')': /simple/nixl-cu12/" >&2
                echo 'ERROR: Could not find a version that satisfies the requirement nixl-cu12==1.5.1 (from versions: none)' >&2
                echo 'ERROR: No matching distribution found for nixl-cu12==1.5.1' >&2
                exit 1
                """);

        String message = refuses(
                "the package index cannot be reached from node this-machine",
                "actual   : 'NewConnectionError('Failed to establish a new connection: [Errno -2] Name or service",
                "global.index-url='https://...@index.invalid/simple'");

        assertThat(message).doesNotContain("planted-secret", "somebody");
        assertThat(log()).content().contains("Retrying").doesNotContain("planted-secret");
    }

    @Test
    void aVersionThatIsNotThereIsRefusedWithItsNeighbours() throws Exception {
        planted.python("python3", "3.11.7", "23.2.1", """
                echo 'ERROR: Could not find a version that satisfies the requirement nixl-cu12==1.5.1 (from versions: 0.7.1, 0.10.1, 1.0.0, 1.3.2, 1.4.0, 1.4.1, 1.5.0, 1.6.0, 1.10.0)' >&2
                echo 'ERROR: No matching distribution found for nixl-cu12==1.5.1' >&2
                exit 1
                """);

        refuses("there is no nixl-cu12 1.5.1", "nearest: 1.4.0, 1.4.1, 1.5.0, 1.6.0, 1.10.0; newest: 1.10.0");
    }

    @Test
    void aDistributionThatIsNotThereIsRefused() throws Exception {
        planted.python("python3", "3.11.7", "23.2.1", """
                echo 'ERROR: Could not find a version that satisfies the requirement nixl-cu12==1.5.1 (from versions: none)' >&2
                echo 'ERROR: No matching distribution found for nixl-cu12==1.5.1' >&2
                exit 1
                """);

        refuses("the index has no nixl-cu12==1.5.1 that fits", "check the distribution's name");
    }

    @Test
    void aFullDiskIsRefused() throws Exception {
        planted.python("python3", "3.11.7", "23.2.1", """
                mkdir -p "$target/half"
                echo "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device" >&2
                exit 1
                """);

        refuses(
                "the disk of node this-machine is full",
                "GB free",
                planted.workFolder().toString());
    }

    @Test
    void aWheelWithoutNixlsLibraryIsRefused() throws Exception {
        planted.python("python3", "3.11.7", "23.2.1", """
                mkdir -p "$target/nixl_cu12-1.5.1.dist-info"
                """);

        refuses("has no library of NIXL's", "libnixl.so in the wheel", "name nixl-cu12 or nixl-cu13");
        assertThat(planted.workFolder().resolve("environments").resolve(DIGEST)).doesNotExist();
    }

    @Test
    void anyOtherFailureIsRefusedWithTheInstallersLastLines() throws Exception {
        planted.python("python3", "3.11.7", "23.2.1", "echo 'ERROR: something else' >&2; exit 2");

        refuses("installing nixl-cu12==1.5.1 failed", "exit code 2", "ERROR: something else", log().toString());
    }

    @Test
    void aWorkFolderThatCannotBeMadeIsRefused() throws Exception {
        Files.writeString(planted.workFolder(), "in the way");

        refuses("the work folder cannot be used", planted.workFolder().toString());
    }

    private Installation install() {
        return new WheelInstaller(planted.node(), WHEEL, console::add).install();
    }

    /** One message; gives it. */
    private String refuses(CharSequence... parts) {
        FindingException refusal = catchThrowableOfType(FindingException.class, this::install);

        assertThat(refusal).isNotNull().hasMessageContainingAll(parts);
        assertThat(refusal.findings()).hasSize(1);
        assertThat(leftOvers()).isEmpty();
        return refusal.getMessage();
    }

    private Path log() {
        return planted.workFolder().resolve("logs").resolve("install-" + DIGEST + ".log");
    }

    private List<String> leftOvers() {
        try (Stream<Path> entries = Files.list(planted.workFolder().resolve("environments"))) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.contains("partial"))
                    .toList();
        } catch (java.io.IOException e) {
            return List.of();
        }
    }
}
