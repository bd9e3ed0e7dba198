package org.nixlconform.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class YamlValueTest {
    @TempDir
    private Path root;

    @Test
    void trueAndFalseAreTheOnlyTruths() throws IOException {
        assertThat(truth("true")).contains(true);
        assertThat(truth("false")).contains(false);
        for (String other : new String[] {"yes", "on", "1", "TRUE"}) {
            assertThatThrownBy(() -> truth(other))
                    .hasMessageContaining(
                            "a.yaml:1:12: wrong value '%s' for 'sometimes' in cluster, expected one of true, false",
                            other);
        }
    }

    private Optional<Boolean> truth(String written) throws IOException {
        Path file = Files.writeString(root.resolve("a.yaml"), "sometimes: " + written);
        return YamlFile.read(
                FileKind.CLUSTER,
                file,
                root,
                object -> object.optional("sometimes").flatMap(YamlValue::trueOrFalse));
    }
}
