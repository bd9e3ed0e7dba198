package org.nixlconform.reports.planted.results;

import io.qameta.allure.model.Status;

final class KnowsAllure {
    Status status = Status.PASSED;
}
