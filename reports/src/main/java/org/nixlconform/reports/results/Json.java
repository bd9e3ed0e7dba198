package org.nixlconform.reports.results;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.nixlconform.plan.RankId;

/**
 * Values as JSON. Durations and instants are written in ISO 8601 ({@code PT0.012S}), absent optionals as {@code null},
 * ranks by their label.
 */
public final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .addModule(new SimpleModule()
                    .addSerializer(Optional.class, new OptionalSerializer())
                    .addSerializer(OptionalInt.class, new OptionalIntSerializer())
                    .addSerializer(OptionalLong.class, new OptionalLongSerializer())
                    .addSerializer(OptionalDouble.class, new OptionalDoubleSerializer())
                    .addSerializer(Duration.class, new TextSerializer<>())
                    .addSerializer(Instant.class, new TextSerializer<>())
                    .addSerializer(RankId.class, new TextSerializer<>())
                    .addKeySerializer(RankId.class, new RankKeySerializer()))
            .build();

    private Json() {}

    /** One line without a line break. */
    public static String line(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a " + value.getClass().getSimpleName() + " cannot be written as JSON", e);
        }
    }

    /** Indented, for reading. */
    public static String page(Object value) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a " + value.getClass().getSimpleName() + " cannot be written as JSON", e);
        }
    }

    /** @throws JsonProcessingException if the text is not JSON or lacks what the type needs */
    static <T> T read(String text, Class<T> type) throws JsonProcessingException {
        return MAPPER.readValue(text, type);
    }

    @SuppressWarnings("rawtypes") // Optional.class is raw, so is its serializer.
    private static final class OptionalSerializer extends JsonSerializer<Optional> {
        @Override
        public void serialize(Optional value, JsonGenerator json, SerializerProvider provider) throws IOException {
            if (value.isPresent()) {
                provider.defaultSerializeValue(value.get(), json);
            } else {
                json.writeNull();
            }
        }
    }

    private static final class OptionalIntSerializer extends JsonSerializer<OptionalInt> {
        @Override
        public void serialize(OptionalInt value, JsonGenerator json, SerializerProvider provider) throws IOException {
            if (value.isPresent()) {
                json.writeNumber(value.getAsInt());
            } else {
                json.writeNull();
            }
        }
    }

    private static final class OptionalLongSerializer extends JsonSerializer<OptionalLong> {
        @Override
        public void serialize(OptionalLong value, JsonGenerator json, SerializerProvider provider) throws IOException {
            if (value.isPresent()) {
                json.writeNumber(value.getAsLong());
            } else {
                json.writeNull();
            }
        }
    }

    private static final class OptionalDoubleSerializer extends JsonSerializer<OptionalDouble> {
        @Override
        public void serialize(OptionalDouble value, JsonGenerator json, SerializerProvider provider)
                throws IOException {
            if (value.isPresent()) {
                json.writeNumber(value.getAsDouble());
            } else {
                json.writeNull();
            }
        }
    }

    private static final class TextSerializer<T> extends JsonSerializer<T> {
        @Override
        public void serialize(T value, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeString(value.toString());
        }
    }

    private static final class RankKeySerializer extends JsonSerializer<RankId> {
        @Override
        public void serialize(RankId value, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeFieldName(value.label());
        }
    }
}
