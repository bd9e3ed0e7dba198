package org.nixlconform.engine;

import java.util.List;
import org.nixlconform.engine.protocol.FromRank;

/** The phases that an answer reports. */
final class PhasesOf {
    private PhasesOf() {}

    static List<FromRank.Phase> answer(FromRank answer) {
        if (answer instanceof FromRank.Opened opened) {
            return opened.phases();
        } else if (answer instanceof FromRank.GoneOpened opened) {
            return opened.phases();
        } else if (answer instanceof FromRank.Done done) {
            return done.phases();
        } else if (answer instanceof FromRank.Tried tried) {
            return tried.phases();
        } else if (answer instanceof FromRank.Listening listening) {
            return listening.phases();
        } else if (answer instanceof FromRank.Referenced referenced) {
            return referenced.phases();
        } else if (answer instanceof FromRank.Armed armed) {
            return armed.phases();
        } else if (answer instanceof FromRank.Transferred transferred) {
            return transferred.phases();
        } else if (answer instanceof FromRank.Verified verified) {
            return verified.phases();
        } else if (answer instanceof FromRank.Acted acted) {
            return acted.phases();
        } else if (answer instanceof FromRank.Served served) {
            return served.phases();
        } else if (answer instanceof FromRank.Stormed stormed) {
            return stormed.phases();
        } else if (answer instanceof FromRank.Refused refused) {
            return refused.phases();
        } else {
            return List.of();
        }
    }
}
