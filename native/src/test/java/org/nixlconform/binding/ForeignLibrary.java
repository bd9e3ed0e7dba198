package org.nixlconform.binding;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nixlconform.binding.Mirror.Place;

/** A {@code libnixlconform.so} of another build: every function is there, and one fact is not that of our jar. */
public final class ForeignLibrary {
    private static final List<String> SPEAKING = List.of("nxc_nixl_function_name", "nxc_layout");

    private ForeignLibrary() {}

    /** The first two functions of NIXL change places. */
    public static Path withSwappedFunctions(Path folder) throws IOException, InterruptedException {
        List<String> names = functionNames();
        Collections.swap(names, 0, 1);
        return compile(folder, names, 64);
    }

    /** The progress page has 8 bytes more. */
    public static Path withWiderProgress(Path folder) throws IOException, InterruptedException {
        return compile(folder, functionNames(), 72);
    }

    private static List<String> functionNames() {
        return new ArrayList<>(Stream.of(NixlFunction.values())
                .map(function -> function.symbol().replaceFirst("nixl_capi_", ""))
                .toList());
    }

    private static Path compile(Path folder, List<String> functions, int progressBytes)
            throws IOException, InterruptedException {
        String names = functions.stream().map(name -> '"' + name + '"').collect(Collectors.joining(", "));
        String places = Mirror.library().entrySet().stream()
                .map(entry -> place(
                        entry.getKey(),
                        entry.getKey().equals("nxc_progress") ? new Place(0, progressBytes) : entry.getValue()))
                .collect(Collectors.joining(",\n"));
        String silent = Arrays.stream(Conform.class.getDeclaredMethods())
                .filter(method -> Modifier.isNative(method.getModifiers()))
                .map(Method::getName)
                .filter(name -> !SPEAKING.contains(name))
                .map(name -> "long " + name + "() { return 0; }\n")
                .collect(Collectors.joining());
        return TinyLibrary.compile(folder, "nixlconform", """
                static const char *names[] = {%s};
                const char *nxc_nixl_function_name(unsigned i) { return i < sizeof names / sizeof *names ? names[i] : 0; }
                static const struct { const char *structure, *field; unsigned offset, size; } fields[] = {%s};
                const void *nxc_layout(unsigned i) { return i < sizeof fields / sizeof *fields ? &fields[i] : 0; }
                """.formatted(names, places) + silent);
    }

    private static String place(String name, Place place) {
        String[] parts = (name + ".").split("\\.", -1);
        return "{\"" + parts[0] + "\", \"" + parts[1] + "\", " + place.offset() + ", " + place.size() + "}";
    }
}
