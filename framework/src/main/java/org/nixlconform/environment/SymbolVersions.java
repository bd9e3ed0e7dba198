package org.nixlconform.environment;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The versions of symbols that a shared library defines, and those that it needs of others, as its dynamic section says.
 * Pure; for 64-bit little-endian files.
 *
 * @param defined such as {@code FABRIC_1.8}
 * @param needed by the name of the library that they are needed of
 * @param searchedFirst folders that the loader searches before those of {@code LD_LIBRARY_PATH}, parted by colons
 * @param searchedAfter the same, after those
 */
record SymbolVersions(
        Set<String> defined, Map<String, Set<String>> needed, String searchedFirst, String searchedAfter) {
    private static final int ELF64_LITTLE_ENDIAN = 0x7f454c46;
    private static final int LOAD = 1;
    private static final int DYNAMIC = 2;
    private static final long STRINGS = 5;
    private static final long RPATH = 15;
    private static final long RUNPATH = 29;
    private static final long DEFINED = 0x6ffffffcL;
    private static final long DEFINED_COUNT = 0x6ffffffdL;
    private static final long NEEDED = 0x6ffffffeL;
    private static final long NEEDED_COUNT = 0x6fffffffL;

    /** @param file its bytes, one in each character; empty when it is not such a library */
    static Optional<SymbolVersions> of(String file) {
        ByteBuffer bytes =
                ByteBuffer.wrap(file.getBytes(StandardCharsets.ISO_8859_1)).order(ByteOrder.LITTLE_ENDIAN);
        try {
            boolean elf = bytes.duplicate().order(ByteOrder.BIG_ENDIAN).getInt(0) == ELF64_LITTLE_ENDIAN
                    && bytes.get(4) == 2
                    && bytes.get(5) == 1;
            return elf ? Optional.of(new Reader(bytes).read()) : Optional.empty();
        } catch (IndexOutOfBoundsException | BufferUnderflowException cutOff) {
            return Optional.empty();
        }
    }

    private static final class Reader {
        private final ByteBuffer bytes;
        private final Map<Long, Long> dynamic = new LinkedHashMap<>();

        Reader(ByteBuffer bytes) {
            this.bytes = bytes;
        }

        SymbolVersions read() {
            for (int segment = 0; segment < segments(); segment++) {
                if (bytes.getInt(header(segment)) == DYNAMIC) {
                    int at = (int) bytes.getLong(header(segment) + 8);
                    for (; bytes.getLong(at) != 0; at += 16) {
                        dynamic.put(bytes.getLong(at), bytes.getLong(at + 8));
                    }
                }
            }
            // The loader does not look at the first where there is the second.
            String first = dynamic.containsKey(RUNPATH) ? "" : text(RPATH);
            return new SymbolVersions(defined(), needed(), first, text(RUNPATH));
        }

        private String text(long tag) {
            Long index = dynamic.get(tag);
            return index == null ? "" : string(index.intValue());
        }

        private Set<String> defined() {
            Set<String> versions = new LinkedHashSet<>();
            int at = dynamic.containsKey(DEFINED) ? offset(dynamic.get(DEFINED)) : 0;
            for (long left = dynamic.getOrDefault(DEFINED_COUNT, 0L); left > 0; left--) {
                versions.add(string(bytes.getInt(at + bytes.getInt(at + 12))));
                at += bytes.getInt(at + 16);
            }
            return versions;
        }

        private Map<String, Set<String>> needed() {
            Map<String, Set<String>> needed = new LinkedHashMap<>();
            int at = dynamic.containsKey(NEEDED) ? offset(dynamic.get(NEEDED)) : 0;
            for (long left = dynamic.getOrDefault(NEEDED_COUNT, 0L); left > 0; left--) {
                Set<String> versions = new LinkedHashSet<>();
                int version = at + bytes.getInt(at + 8);
                for (int count = bytes.getShort(at + 2); count > 0; count--) {
                    versions.add(string(bytes.getInt(version + 8)));
                    version += bytes.getInt(version + 12);
                }
                needed.put(string(bytes.getInt(at + 4)), versions);
                at += bytes.getInt(at + 12);
            }
            return needed;
        }

        private String string(int index) {
            int begin = offset(dynamic.getOrDefault(STRINGS, 0L)) + index;
            int end = begin;
            while (bytes.get(end) != 0) {
                end++;
            }
            byte[] text = new byte[end - begin];
            bytes.get(begin, text);
            return new String(text, StandardCharsets.ISO_8859_1);
        }

        /** Where in the file an address of the loaded library lies. */
        private int offset(long address) {
            for (int segment = 0; segment < segments(); segment++) {
                int header = header(segment);
                long begin = bytes.getLong(header + 16);
                if (bytes.getInt(header) == LOAD && address >= begin && address < begin + bytes.getLong(header + 32)) {
                    return (int) (address - begin + bytes.getLong(header + 8));
                }
            }
            throw new IndexOutOfBoundsException("no segment holds address " + address);
        }

        private int segments() {
            return bytes.getShort(56);
        }

        private int header(int segment) {
            return (int) bytes.getLong(32) + segment * bytes.getShort(54);
        }
    }
}
