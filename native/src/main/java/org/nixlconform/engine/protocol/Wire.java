package org.nixlconform.engine.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * How messages look on a channel: {@code <label> <json>\n}, where the label says which rank a line is for or from, so
 * that a warden carries lines without reading them. {@value #WARDEN} is the warden itself.
 */
public final class Wire {
    public static final String WARDEN = "warden";

    /**
     * Between a rank and a desk that it cannot connect to, lines go from channel to channel. {@code desk <json>} in a rank's own
     * lines is what it says to the desk, or hears of it; {@code desk <label> <json>} in a warden's is for its desk, or of it.
     */
    public static final String DESK = "desk";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private Wire() {}

    public static String encode(Object message) {
        try {
            return JSON.writeValueAsString(message);
        } catch (JsonProcessingException impossible) {
            throw new IllegalArgumentException("cannot encode " + message, impossible);
        }
    }

    /** @throws IllegalArgumentException with the line when it is no such message */
    public static <T> T decode(String json, Class<T> type) {
        try {
            return JSON.readValue(json, type);
        } catch (JsonProcessingException malformed) {
            throw new IllegalArgumentException("not a " + type.getSimpleName() + ": " + json, malformed);
        }
    }
}
