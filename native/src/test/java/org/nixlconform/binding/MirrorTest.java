package org.nixlconform.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nixlconform.binding.Mirror.Place;

class MirrorTest {
    private final Map<String, Place> library = Mirror.library();

    @Test
    void jarAndLibraryOfOneBuildAgree() {
        assertThatCode(Nixl::checkMirrors).doesNotThrowAnyException();
    }

    @Test
    void everyStructureOfTheLibraryIsMirrored() {
        List<String> structures =
                library.keySet().stream().filter(name -> !name.contains(".")).toList();
        assertThat(structures).hasSize(22);
        for (String structure : structures) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> checkAll(changed(structure, new Place(0, 4096))))
                    .withMessageContaining("has " + structure + " as 4096 bytes at 0, Java expects");
        }
    }

    @Test
    void aMovedOrResizedOrRenamedFieldIsNamed() {
        for (String field : List.of("nxc_progress.stop", "nxc_request.status", "nxc_payload_difference.shift")) {
            Place right = library.get(field);
            Place moved = new Place(right.offset() + 4, right.size());
            assertThatIllegalStateException()
                    .isThrownBy(() -> checkAll(changed(field, moved)))
                    .withMessage("libnixlconform.so has " + field + " as " + moved + ", Java expects " + right
                            + "; rebuild both");
            assertThatIllegalStateException()
                    .isThrownBy(() -> checkAll(changed(field, new Place(right.offset(), right.size() * 2))));
            Map<String, Place> without = new HashMap<>(library);
            without.remove(field);
            assertThatIllegalStateException()
                    .isThrownBy(() -> checkAll(without))
                    .withMessageContaining("has no " + field + ", Java expects " + right);
        }
    }

    @Test
    void aFieldThatNobodyDeclaredHasNoSize() {
        assertThatThrownBy(() -> Drive.EXPECTED.sizeBytes("nobody"))
                .hasMessage("no field nxc_expected_notification.nobody");
        assertThat(Drive.EXPECTED.sizeBytes("sender")).isEqualTo(64);
    }

    private static void checkAll(Map<String, Place> library) {
        Mirror.all().forEach(mirror -> mirror.check(library));
    }

    private Map<String, Place> changed(String name, Place place) {
        Map<String, Place> changed = new HashMap<>(library);
        changed.put(name, place);
        return changed;
    }
}
