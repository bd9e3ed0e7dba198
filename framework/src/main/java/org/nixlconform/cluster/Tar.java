package org.nixlconform.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Folders as streams, by this machine's {@code tar}, which keeps modes and times. */
final class Tar {
    /** For one journey: better compression costs more than twice the time and saves a tenth of our programs. */
    private static final String QUICK = "--use-compress-program=gzip -1";

    private Tar() {}

    /** Writes what is in a folder, but for {@code without}. @throws IOException with what tar said */
    static void pack(Path folder, boolean compressed, List<String> without, OutputStream to) throws IOException {
        List<String> words = new ArrayList<>(List.of("tar", "-C", folder.toString()));
        without.forEach(name -> words.add("--exclude=./" + name));
        if (compressed) {
            words.add(QUICK);
        }
        words.addAll(List.of("-cf", "-", "."));
        Process tar = new ProcessBuilder(words).start();
        tar.getOutputStream().close();
        try (InputStream packed = tar.getInputStream()) {
            packed.transferTo(to);
        }
        // An SSH channel that is closed does not wait for room at the other end: what is not flushed would be lost.
        to.flush();
        Optional<String> complaint = complaint(tar);
        if (complaint.isPresent()) {
            throw new IOException(complaint.get());
        }
    }

    /** @return what tar complained of, empty when it did not */
    static Optional<String> unpack(InputStream packed, Path into) throws IOException {
        Process tar = new ProcessBuilder("tar", "-C", into.toString(), "-xf", "-").start();
        try (OutputStream out = tar.getOutputStream()) {
            packed.transferTo(out);
        }
        return complaint(tar);
    }

    private static Optional<String> complaint(Process tar) throws IOException {
        String text = new String(tar.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            int status = tar.waitFor();
            return status == 0 ? Optional.empty() : Optional.of(text.isEmpty() ? "tar ended with " + status : text);
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }
}
