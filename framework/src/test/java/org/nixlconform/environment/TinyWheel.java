package org.nixlconform.environment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A wheel in the layout of NIXL's, small enough to be made by a test. */
final class TinyWheel {
    private TinyWheel() {}

    /** @return the wheel's file */
    static Path write(Path folder, String distribution, String version) throws IOException {
        String module = distribution.replace('-', '_');
        String metadata = module + "-" + version + ".dist-info/";
        Map<String, String> files = new LinkedHashMap<>();
        files.put(module + "/__init__.py", "");
        files.put("." + module + ".mesonpy.libs/libnixl.so", "core of " + version);
        files.put("." + module + ".mesonpy.libs/libnixl_capi.so", "library of " + version);
        files.put("." + module + ".mesonpy.libs/plugins/libplugin_UCX.so", "plug-in of " + version);
        files.put(module + ".libs/libfabric-0a1b2c3d.so.1.29.0", "bundled libfabric");
        files.put(module + ".libs/libefa-0a1b2c3d.so.1.2", "bundled libefa");
        files.put(module + ".libs/nixl/libibverbs-0a1b2c3d.so.1.14", "bundled libibverbs");
        files.put(
                metadata + "METADATA",
                "Metadata-Version: 2.1\nName: %s\nVersion: %s\n".formatted(distribution, version));
        files.put(
                metadata + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: py3-none-any\n");
        StringBuilder record = new StringBuilder();
        for (Map.Entry<String, String> file : files.entrySet()) {
            record.append("%s,sha256=%s,%d\n"
                    .formatted(
                            file.getKey(),
                            base64(file.getValue()),
                            file.getValue().length()));
        }
        files.put(metadata + "RECORD", record + metadata + "RECORD,,\n");
        Path wheel = folder.resolve("%s-%s-py3-none-any.whl".formatted(module, version));
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(wheel))) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        }
        return wheel;
    }

    private static String base64(String text) {
        try {
            byte[] digest =
                    java.security.MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
