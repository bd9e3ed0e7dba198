package org.nixlconform.message;

import java.util.Objects;

/**
 * One aligned line under a headline.
 *
 * @param name one word, lower case: {@code expected}, {@code actual}, {@code where}, {@code plan}, {@code node},
 *     {@code evidence}, {@code remedy} or one that a check adds, such as {@code first} or {@code kind}
 * @param value one line or a few; further lines are indented under the first
 */
public record Fact(String name, String value) {
    public Fact {
        Objects.requireNonNull(name);
        Objects.requireNonNull(value);
    }
}
