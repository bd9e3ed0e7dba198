package org.nixlconform.architecture.planted.verdict;

import java.time.Instant;

final class TakesInstant {
    Instant now = Instant.now();
}
