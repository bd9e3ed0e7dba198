package org.nixlconform.metadata;

import java.util.OptionalInt;

/**
 * Why metadata are not what a reader takes.
 *
 * @param tag of the field, such as {@code dest_data_ep_2}; of one that has none, what it is, such as {@code MemSection}
 * @param rail that the field is about, from 0
 * @param what follows the tag in a sentence, with offsets from the begin of the metadata, in bytes
 */
public record Flaw(String tag, OptionalInt rail, String what) {
    /** {@code tag dest_data_ep_2 (rail 2) is missing, the data end at byte 310}. */
    public String described() {
        return "tag " + tag + (rail.isPresent() ? " (rail " + rail.getAsInt() + ")" : "") + " " + what;
    }
}
