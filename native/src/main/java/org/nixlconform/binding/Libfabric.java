package org.nixlconform.binding;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a libfabric says of itself, asked through its own public functions. */
public final class Libfabric {
    private static final int RTLD_LAZY_LOCAL = 1;
    /** {@code struct fi_param}: name, type, text of help, value; four words on every 64-bit machine. */
    private static final int PARAMETER_BYTES = 4 * Native.POINTER_SIZE;

    /** The interface that is asked for, which every release has whose symbol versions NIXL's plug-ins need. */
    private static final int VERSION_1_9 = 1 << 16 | 9;
    /**
     * Offsets in {@code struct fi_info}, {@code fi_domain_attr} and {@code fi_fabric_attr}, from its manual pages: the same on
     * every machine with 64-bit pointers. {@code next} and what a domain belongs to come first.
     */
    private static final long DOMAIN_ATTRIBUTES = 96;

    private static final long FABRIC_ATTRIBUTES = 104;
    private static final long DOMAIN_NAME = 8;
    private static final long PROVIDER_NAME = 16;

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

    /**
     * The devices that its providers offer to this process, after what variables such as {@code FI_PROVIDER} leave out.
     *
     * @return names of devices by provider, such as {@code eth0} of {@code tcp}, in the order in which they are offered
     * @throws IllegalStateException when it has none to offer, or refuses to say
     */
    public Map<String, List<String>> devices() {
        PointerByReference offered = new PointerByReference();
        int status =
                library.getFunction("fi_getinfo").invokeInt(new Object[] {VERSION_1_9, null, null, 0L, null, offered});
        if (status != 0) {
            throw new IllegalStateException("fi_getinfo returned " + status);
        }
        Map<String, List<String>> devices = new LinkedHashMap<>();
        for (Pointer each = offered.getValue(); each != null; each = each.getPointer(0)) {
            Pointer provider = each.getPointer(FABRIC_ATTRIBUTES).getPointer(PROVIDER_NAME);
            Pointer device = each.getPointer(DOMAIN_ATTRIBUTES).getPointer(DOMAIN_NAME);
            if (provider == null || device == null) {
                continue;
            }
            List<String> ofProvider = devices.computeIfAbsent(provider.getString(0), name -> new ArrayList<>());
            // One for each address and kind of endpoint.
            if (!ofProvider.contains(device.getString(0))) {
                ofProvider.add(device.getString(0));
            }
        }
        library.getFunction("fi_freeinfo").invokeVoid(new Object[] {offered.getValue()});
        return devices;
    }
}
