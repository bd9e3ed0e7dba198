package org.nixlconform.jupiter;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingKind;
import org.nixlconform.plan.Planned;

/** Refusals of declarations that are wrong before there is a plan to check. */
final class Refusals {

    private Refusals() {}

    static Finding finding(String headline, String where, String declared, String expected, String remedy) {
        return Finding.of(FindingKind.DECLARATION, "plan", headline)
                .with("where", where)
                .with("declared", declared)
                .with("expected", expected)
                .with("remedy", remedy);
    }

    /** The same cells under different names; the second of two equal ones becomes a refusal. */
    static List<Planned> withoutRepeats(List<Planned> cells, String where) {
        Map<String, Integer> seen = new HashMap<>();
        List<Planned> distinct = new ArrayList<>();
        for (Planned cell : cells) {
            int times = seen.merge(cell.name(), 1, Integer::sum);
            distinct.add(times == 1 ? cell : renamed(cell, cell.name() + " #" + times, where));
        }
        return List.copyOf(distinct);
    }

    private static Planned renamed(Planned cell, String name, String where) {
        if (cell instanceof Planned.Refused refused) {
            return new Planned.Refused(name, refused.findings());
        }
        return new Planned.Refused(
                name,
                List.of(finding(
                        "two cells of one method have the same name",
                        where,
                        cell.name(),
                        "cells that differ in what their name shows",
                        "remove the repeated value or annotation, or write a second method")));
    }
}
