package org.nixlconform.architecture.planted.plan;

import java.time.LocalDate;

final class TakesDate {
    LocalDate today = LocalDate.now();
}
