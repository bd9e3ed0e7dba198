package org.nixlconform.engine.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WireTest {
    private static final int SAMPLES = 20;

    /** Every message that there is, found through its sealed interface: a new one is tried without a change here. */
    static Stream<Arguments> messages() {
        return Stream.<Class<?>>of(
                        ToRank.class, FromRank.class, ToWarden.class, FromWarden.class, ToDesk.class, FromDesk.class)
                .flatMap(family ->
                        Stream.of(family.getPermittedSubclasses()).map(message -> Arguments.of(family, message)));
    }

    @Test
    void thereAreMessages() {
        assertThat(messages().count()).isGreaterThanOrEqualTo(40);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void whatIsSentIsWhatArrives(Class<?> family, Class<?> message) {
        SampleValues values = new SampleValues(message.getName().hashCode());
        for (int i = 0; i < SAMPLES; i++) {
            Object sent = values.of(message);
            String line = Wire.encode(sent);
            assertThat(line).as("one message is one line").doesNotContain("\n", "\r");
            Object arrived = Wire.decode(line, family);
            assertThat(arrived).isInstanceOf(message);
            assertThat(arrived).usingRecursiveComparison().isEqualTo(sent);
        }
    }

    @Test
    void theNameOfAMessageIsNotTakenTwice() {
        assertThat(messages()
                        .map(message -> Wire.encode(new SampleValues(1).of((Class<?>) message.get()[1])))
                        .map(line -> line.replaceAll("^\\{\"(ask|answer|say)\":\"([a-zA-Z]+)\".*", "$1 $2"))
                        .toList())
                .contains("ask open", "answer hello", "answer up", "ask kill")
                .allMatch(name -> name.length() < 30)
                .doesNotHaveDuplicates();
    }

    @Test
    void aMessageOfAnotherBuildIsRefusedWhole() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Wire.decode("{\"ask\":\"reference\",\"passes\":1,\"warm\":true}", ToRank.class))
                .withMessage("not a ToRank: {\"ask\":\"reference\",\"passes\":1,\"warm\":true}");
        for (String line : List.of("{\"ask\":\"dance\"}", "{\"answer\":\"hello\"}", "{}", "", "hello", "{\"ask\":")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Wire.decode(line, ToRank.class))
                    .withMessageStartingWith("not a ToRank: " + line);
        }
    }
}
