package org.nixlconform.engine.process;

import java.nio.file.Path;

/** What a process holds, as the kernel counts it. */
record ProcessSize(long descriptors, long threads, long residentKib) {
    private static final Path SELF = ProcFile.PROC.resolve("self");

    static ProcessSize mine() {
        return new ProcessSize(
                ProcFile.list(SELF.resolve("fd")).size(),
                ProcFile.list(SELF.resolve("task")).size(),
                resident());
    }

    private static long resident() {
        return ProcFile.read(SELF.resolve("status"))
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }

    Long[] counts() {
        return new Long[] {descriptors, threads, residentKib};
    }
}
