package org.nixlconform.reports.planted.results;

import org.nixlconform.engine.AgentSettings;

final class KnowsEngine {
    String because(AgentSettings settings) {
        return settings.because();
    }
}
