package org.nixlconform.binding;

import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.ByteByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A loaded {@code libnixl_capi.so}: one table of function addresses, looked up one by one, because releases differ in
 * what they have. Java calls and the C loops share it. Not thread-safe beyond what NIXL itself is.
 */
public final class Nixl {
    /** Bound at once and locally; and never unloaded, as JNA does when its handle of the library is collected. */
    private static final int RTLD_NOW_LOCAL_NODELETE = 0x1002;

    private final NativeMemory table;
    private final @Nullable Function[] functions;
    private final List<String> missing;
    private final ProgressPage page;

    private Nixl(NativeMemory table, @Nullable Function[] functions, List<String> missing, ProgressPage page) {
        this.table = table;
        this.functions = functions;
        this.missing = missing;
        this.page = page;
    }

    /**
     * Loads the library, locally bound, so that its symbols cannot meet those of another copy.
     *
     * @param page shows which call runs
     * @throws UnsatisfiedLinkError with the loader's own words
     */
    public static Nixl load(String path, ProgressPage page) {
        checkMirrors();
        NativeLibrary library =
                NativeLibrary.getInstance(path, Map.of(Library.OPTION_OPEN_FLAGS, RTLD_NOW_LOCAL_NODELETE));
        NixlFunction[] all = NixlFunction.values();
        @Nullable Function[] functions = new Function[all.length];
        List<String> missing = new ArrayList<>();
        NativeMemory table = NativeMemory.allocate((long) all.length * Long.BYTES);
        for (NixlFunction function : all) {
            try {
                Pointer address = library.getGlobalVariableAddress(function.symbol());
                functions[function.ordinal()] = Function.getFunction(address);
                table.putLong((long) function.ordinal() * Long.BYTES, Pointer.nativeValue(address));
            } catch (UnsatisfiedLinkError absent) {
                missing.add(function.symbol());
            }
        }
        return new Nixl(table, functions, List.copyOf(missing), page);
    }

    /**
     * Whether this jar and {@code libnixlconform.so} are of one build: a difference would call the wrong function, or read
     * the wrong bytes.
     *
     * @throws IllegalStateException when they are not
     */
    public static void checkMirrors() {
        checkOrder();
        Map<String, Mirror.Place> library = Mirror.library();
        Mirror.all().forEach(mirror -> mirror.check(library));
    }

    /** The C loops index the table by their own list. */
    private static void checkOrder() {
        for (NixlFunction function : NixlFunction.values()) {
            String name = "nixl_capi_" + Conform.nxc_nixl_function_name(function.ordinal());
            if (!name.equals(function.symbol())) {
                throw new IllegalStateException("libnixlconform.so has " + name + " at place " + function.ordinal()
                        + " of its table, Java has " + function.symbol() + "; rebuild both");
            }
        }
        if (Conform.nxc_nixl_function_name(NixlFunction.values().length) != null) {
            throw new IllegalStateException(
                    "libnixlconform.so has more functions in its table than Java; rebuild both");
        }
    }

    /** Functions of ours that this library does not have. */
    public List<String> missing() {
        return missing;
    }

    /** @throws NixlCallException when the library does not have it */
    void require(NixlFunction name) throws NixlCallException {
        function(name);
    }

    /** Whether this is NIXL's stub, which aborts on every other call. */
    public boolean isStub() throws NixlCallException {
        return (function(NixlFunction.IS_STUB).invokeInt(new Object[0]) & 0xff) != 0;
    }

    /** Calls and gives the status, whatever it is. */
    int status(NixlFunction name, @Nullable Object... arguments) throws NixlCallException {
        Function function = function(name);
        page.enter(name);
        try {
            return function.invokeInt(arguments);
        } finally {
            page.leave();
        }
    }

    /** Calls, and throws unless the status is 0. */
    void call(NixlFunction name, @Nullable Object... arguments) throws NixlCallException {
        int status = status(name, arguments);
        if (status != 0) {
            throw new NixlCallException(name, status);
        }
    }

    /** Calls a function whose last argument receives a handle. */
    Pointer create(NixlFunction name, @Nullable Object... arguments) throws NixlCallException {
        PointerByReference out = new PointerByReference();
        @Nullable Object[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = out;
        call(name, all);
        return out.getValue();
    }

    /** Entries of a parameter map. The map stays the caller's. */
    Map<String, String> parameters(Pointer map) throws NixlCallException {
        ByteByReference flag = new ByteByReference();
        call(NixlFunction.PARAMS_IS_EMPTY, map, flag);
        Map<String, String> entries = new LinkedHashMap<>();
        if (flag.getValue() != 0) {
            return entries;
        }
        Pointer iterator = create(NixlFunction.PARAMS_CREATE_ITERATOR, map);
        PointerByReference key = new PointerByReference();
        PointerByReference value = new PointerByReference();
        do {
            // The flag says whether another one follows: it is already false together with the last entry.
            call(NixlFunction.PARAMS_ITERATOR_NEXT, iterator, key, value, flag);
            entries.put(key.getValue().getString(0), value.getValue().getString(0));
        } while (flag.getValue() != 0);
        call(NixlFunction.PARAMS_DESTROY_ITERATOR, iterator);
        return entries;
    }

    /** Names of memory kinds in a list. The list stays the caller's. */
    List<String> memories(Pointer list) throws NixlCallException {
        LongByReference size = new LongByReference();
        call(NixlFunction.MEM_LIST_SIZE, list, size);
        List<String> names = new ArrayList<>();
        for (long i = 0; i < size.getValue(); i++) {
            com.sun.jna.ptr.IntByReference kind = new com.sun.jna.ptr.IntByReference();
            call(NixlFunction.MEM_LIST_GET, list, i, kind);
            PointerByReference name = new PointerByReference();
            call(NixlFunction.MEM_TYPE_TO_STRING, kind.getValue(), name);
            names.add(name.getValue().getString(0));
        }
        return names;
    }

    NativeMemory table() {
        return table;
    }

    private Function function(NixlFunction name) throws NixlCallException {
        Function function = functions[name.ordinal()];
        if (function == null) {
            throw new NixlCallException(name, NixlCallException.MISSING);
        }
        return function;
    }
}
