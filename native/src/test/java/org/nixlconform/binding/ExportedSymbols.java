package org.nixlconform.binding;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** Names that a shared library for x86-64 Linux defines for others, read from its file: loading it could have effects. */
final class ExportedSymbols {
    private static final int SECTION_OF_DYNAMIC_SYMBOLS = 11;
    private static final int SYMBOL_BYTES = 24;

    private ExportedSymbols() {}

    static Set<String> of(Path library) throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(library)).order(ByteOrder.LITTLE_ENDIAN);
        long sections = file.getLong(0x28);
        int sectionBytes = file.getShort(0x3a);
        int sectionCount = file.getShort(0x3c);
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < sectionCount; i++) {
            int section = Math.toIntExact(sections + (long) i * sectionBytes);
            if (file.getInt(section + 4) == SECTION_OF_DYNAMIC_SYMBOLS) {
                int strings = Math.toIntExact(sections + (long) file.getInt(section + 0x28) * sectionBytes);
                addNames(file, section, Math.toIntExact(file.getLong(strings + 0x18)), names);
            }
        }
        return names;
    }

    private static void addNames(ByteBuffer file, int section, int strings, Set<String> names) {
        int begin = Math.toIntExact(file.getLong(section + 0x18));
        int end = begin + Math.toIntExact(file.getLong(section + 0x20));
        for (int symbol = begin; symbol < end; symbol += SYMBOL_BYTES) {
            boolean defined = file.getShort(symbol + 6) != 0;
            boolean local = (file.get(symbol + 4) & 0xff) >> 4 == 0;
            if (defined && !local) {
                names.add(text(file, strings + file.getInt(symbol)));
            }
        }
    }

    private static String text(ByteBuffer file, int begin) {
        int end = begin;
        while (file.get(end) != 0) {
            end++;
        }
        return new String(file.array(), begin, end - begin, StandardCharsets.US_ASCII);
    }
}
