package org.nixlconform.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nixlconform.metadata.AgentMetadata.Connection;
import org.nixlconform.metadata.AgentMetadata.Endpoints;
import org.nixlconform.metadata.AgentMetadata.Rails;
import org.nixlconform.metadata.AgentMetadata.Region;
import org.nixlconform.metadata.MetadataWriter.Form;

/** What is read of recorded and written metadata, whole ones and others. */
class AgentMetadataTest {
    private static final String AGENT = "prefill-0-rank-0";

    static byte[] recorded(String resource) {
        try (InputStream in = Objects.requireNonNull(AgentMetadata.class.getResourceAsStream(resource), resource)) {
            return in.readAllBytes();
        } catch (IOException unreadable) {
            throw new AssertionError(resource, unreadable);
        }
    }

    static byte[] recordedOverUcx() {
        return recorded("/org/nixlconform/fault/metadata-of-nixl-0.10.1");
    }

    /**
     * What an agent with two regions of host memory gave, over LIBFABRIC of this release with simulated EFA rails; the
     * addresses and ports in its endpoints were overwritten with 198.51.100.7:7.
     */
    static byte[] recordedOverLibfabric(String release) {
        return recorded("libfabric-of-nixl-" + release);
    }

    private static Endpoints endpoints(boolean counted, int rails) {
        return new Endpoints(counted ? OptionalInt.of(rails) : OptionalInt.empty(), Collections.nCopies(rails, 56));
    }

    @Test
    void anAgentOverUcxIsReadToItsLastRegion() {
        AgentMetadata read = AgentMetadata.read(recordedOverUcx());

        assertThat(read.flaw()).isEmpty();
        assertThat(read.agent()).isEqualTo(AGENT);
        assertThat(read.bytes()).isEqualTo(553);
        assertThat(read.connections()).containsExactly(new Connection("UCX", 168, Optional.empty()));
        assertThat(read.rails()).isEmpty();
        assertThat(read.regions()).hasSize(4).allSatisfy(region -> {
            assertThat(region.backend()).isEqualTo("UCX");
            assertThat(region.memoryKind()).isZero();
            assertThat(region.lengthBytes()).isEqualTo(1 << 20);
            assertThat(region.device()).isZero();
            assertThat(region.keyBytes()).isEqualTo(11);
            assertThat(region.railKeys()).isEmpty();
        });
        assertThat(read.regions()).extracting(Region::address).isSorted().contains(0x7f36e98fd000L);
    }

    @ParameterizedTest
    @CsvSource({
        "0.6.1, UNCOUNTED, 4",
        "0.8.0, WITH_CONTROL, 2",
        "0.10.1, WITH_CONTROL, 4",
        "1.0.0, DATA_ONLY, 2",
        "1.4.0, DATA_ONLY, 4",
        "1.5.1, DATA_ONLY, 32"
    })
    void whatReleasesGaveOverLibfabricIsRead(String release, Form form, int rails) {
        byte[] blob = recordedOverLibfabric(release);
        AgentMetadata read = AgentMetadata.read(blob);

        assertThat(read.flaw()).isEmpty();
        assertThat(read.agent()).isEqualTo(AGENT);
        // Also holds the writer of these tests against NIXL: as many bytes, connections and rails.
        AgentMetadata written = AgentMetadata.read(MetadataWriter.libfabric(AGENT, form, rails, 2));
        assertThat(read.withoutRegions()).isEqualTo(written.withoutRegions());
        assertThat(read.rails().orElseThrow().data().count()).isEqualTo(rails);
        assertThat(read.regions()).extracting(Region::address).containsExactly(0x1_0000_0000L, 0x1_1000_0000L);
        assertThat(read.regions()).allSatisfy(region -> {
            assertThat(region.lengthBytes()).isEqualTo(65_536);
            assertThat(region.railKeys()).hasSize(rails);
        });
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void railsAreCountedInEveryFormThatAReleaseWrites(Form form) {
        for (int rails : new int[] {1, 2, 4, 8, 11, 16, 32}) {
            AgentMetadata read = AgentMetadata.read(MetadataWriter.libfabric(AGENT, form, rails, 3));

            assertThat(read.flaw()).isEmpty();
            boolean counted = form != Form.UNCOUNTED;
            assertThat(read.rails())
                    .contains(new Rails(
                            endpoints(counted, rails),
                            form == Form.DATA_ONLY ? Optional.empty() : Optional.of(endpoints(counted, 1))));
            assertThat(read.regions()).hasSize(3);
            assertThat(read.regions().get(2))
                    .isEqualTo(new Region(
                            "LIBFABRIC",
                            0,
                            MetadataWriter.address(2),
                            4096,
                            0,
                            read.regions().get(2).keyBytes(),
                            IntStream.range(0, rails)
                                    .mapToObj(rail -> 1000L + rail)
                                    .toList()));
        }
    }

    @Test
    void aRailThatIsDeclaredAndNotThereIsNamed() {
        AgentMetadata read = AgentMetadata.read(MetadataWriter.libfabric(AGENT, Form.DATA_ONLY, 6, 5, 1));

        assertThat(read.flaw()).hasValueSatisfying(flaw -> {
            assertThat(flaw.tag()).isEqualTo("dest_data_ep_5");
            assertThat(flaw.rail()).hasValue(5);
            assertThat(flaw.described()).startsWith("tag dest_data_ep_5 (rail 5) is missing, the data end at byte ");
        });
        assertThat(read.rails())
                .hasValueSatisfying(rails -> assertThat(rails.data().found()).isEqualTo(5));
        assertThat(read.rails())
                .hasValueSatisfying(rails -> assertThat(rails.data().count()).isEqualTo(6));
    }

    @Test
    void aRailThatIsThereAndNotDeclaredIsNoRail() {
        AgentMetadata read = AgentMetadata.read(MetadataWriter.libfabric(AGENT, Form.DATA_ONLY, 2, 3, 1));

        assertThat(read.flaw().orElseThrow().described())
                .matches("tag dest_control_ep_0 .*is missing, at byte \\d+ stands \"dest_data_ep_2.*");
    }

    @Test
    void aRailWithoutAKeyIsNamed() {
        byte[] two = MetadataWriter.libfabric(AGENT, Form.DATA_ONLY, 2, 2, 2, 1);
        byte[] one = MetadataWriter.libfabric(AGENT, Form.DATA_ONLY, 2, 2, 1, 1);

        assertThat(AgentMetadata.read(two).flaw()).isEmpty();
        assertThat(AgentMetadata.read(one).flaw().orElseThrow().described())
                .isEqualTo("tag key_1 (rail 1) of descriptor 0 is missing, there are 2 rails");
    }

    /** Nothing that is cut off anywhere passes for whole. */
    @Test
    void everyCutIsAFlaw() {
        for (byte[] whole : List.of(
                recordedOverUcx(),
                MetadataWriter.libfabric(AGENT, Form.UNCOUNTED, 3, 2),
                MetadataWriter.libfabric(AGENT, Form.WITH_CONTROL, 3, 2),
                MetadataWriter.libfabric(AGENT, Form.DATA_ONLY, 3, 2))) {
            for (int length = 0; length < whole.length; length++) {
                assertThat(AgentMetadata.read(Arrays.copyOf(whole, length)).flaw())
                        .as("cut to %d of %d bytes", length, whole.length)
                        .isPresent();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "0;tag nixlSerDes| does not open the metadata, the data end at byte 0",
                "8;tag nixlSerDes| does not open the metadata, at byte 0 stands \"nixlSerD\"",
                "16;tag Agent is cut off, the data end at byte 16",
                "30;tag Agent declares 16 bytes, 5 are left",
                "64;tag t is cut off, the data end at byte 64",
                "200;tag c declares 168 bytes, 114 are left",
                "552;tag descriptor 3 declares 35 bytes, 34 are left",
            })
    void aCutSaysWhichTagItCut(int bytes, String flaw) {
        assertThat(AgentMetadata.read(Arrays.copyOf(recordedOverUcx(), bytes))
                        .flaw()
                        .orElseThrow()
                        .described())
                .isEqualTo(flaw);
    }

    @Test
    void whatFollowsTheLastRegionIsAFlaw() {
        byte[] whole = recordedOverUcx();

        assertThat(AgentMetadata.read(Arrays.copyOf(whole, whole.length + 3))
                        .flaw()
                        .orElseThrow()
                        .described())
                .isEqualTo("tag nixlSecElms is followed by 3 bytes more than it declares");
    }

    @Test
    void whatIsNoTextIsPrintable() {
        byte[] blob = recordedOverUcx();
        blob[24] = 7;
        blob[11] = (byte) 0xff;

        assertThat(AgentMetadata.read(blob).flaw().orElseThrow().described())
                .isEqualTo("tag Agent is missing, at byte 11 stands \"\\xffgent\\x10\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
                        + "\\x07re\"");
        blob[11] = 'A';
        assertThat(AgentMetadata.read(blob).agent()).isEqualTo("\\x07refill-0-rank-0");
    }

    /** The bar for 32 rails; here with a hundred regions beside them. */
    @Test
    void thirtyTwoRailsTakeLessThanAMillisecond() {
        byte[] blob = MetadataWriter.libfabric(AGENT, Form.DATA_ONLY, 32, 100);
        long[] nanos = Stream.generate(() -> nanos(blob))
                .limit(400)
                .mapToLong(each -> each)
                .sorted()
                .toArray();

        System.out.printf(
                "metadata of 32 rails and 100 regions, %d bytes: read in %.3f ms (median of 400)%n",
                blob.length, nanos[200] / 1e6);
        assertThat(nanos[0]).as("the fastest of 400, in ns").isLessThan(1_000_000);
    }

    private static long nanos(byte[] blob) {
        long begun = System.nanoTime();
        AgentMetadata read = AgentMetadata.read(blob);
        long took = System.nanoTime() - begun;
        assertThat(read.flaw()).isEmpty();
        return took;
    }
}
