package org.nixlconform.binding;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a libfabric says of itself, asked through its own public functions. */
public final class Libfabric {
    private static final int RTLD_LAZY_LOCAL = 1;
    /** {@code struct fi_param}: name, type, text of help, value; four words on every 64-bit machine. */
    private static final int PARAMETER_BYTES = 4 * Native.POINTER_SIZE;

    private final NativeLibrary library;

    private Libfabric(NativeLibrary library) {
        this.library = library;
    }

    /** @throws UnsatisfiedLinkError with the loader's own words */
    public static Libfabric at(String path) {
        return new Libfabric(NativeLibrary.getInstance(path, Map.of(Library.OPTION_OPEN_FLAGS, RTLD_LAZY_LOCAL)));
    }

    /** Such as {@code 2.5}; the suffix of the file's name is another number. */
    public String version() {
        int packed = library.getFunction("fi_version").invokeInt(new Object[0]);
        return (packed >>> 16) + "." + (packed & 0xffff);
    }

    /**
     * Names of the environment variables that it and its providers read, such as {@code FI_PROVIDER}.
     *
     * @throws IllegalStateException when it refuses to say
     */
    public List<String> variables() {
        PointerByReference parameters = new PointerByReference();
        IntByReference count = new IntByReference();
        int status = library.getFunction("fi_getparams").invokeInt(new Object[] {parameters, count});
        if (status != 0) {
            throw new IllegalStateException("fi_getparams returned " + status);
        }
        List<String> names = new ArrayList<>();
        for (long i = 0; i < count.getValue(); i++) {
            Pointer name = parameters.getValue().getPointer(i * PARAMETER_BYTES);
            names.add(name.getString(0));
        }
        library.getFunction("fi_freeparams").invokeVoid(new Object[] {parameters.getValue()});
        return names;
    }
}
