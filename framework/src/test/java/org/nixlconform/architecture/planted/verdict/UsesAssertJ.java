package org.nixlconform.architecture.planted.verdict;

import org.assertj.core.api.Assertions;

final class UsesAssertJ {
    Object taken = Assertions.assertThat(1);
}
