package org.nixlconform.binding;

import java.util.List;

/**
 * Where memory is, as NIXL is told it.
 *
 * @param kind NIXL's number, the same from 0.6.1 to 1.5.1: 0 is DRAM, 1 is VRAM
 * @param devices numbers of the GPUs in the process that owns the memory, on which regions take turns; 0 in host memory
 */
public record NixlMemory(int kind, List<Integer> devices) {
    public static final NixlMemory HOST = new NixlMemory(0, List.of(0));

    public static NixlMemory devices(List<Integer> ordinals) {
        return new NixlMemory(1, ordinals);
    }

    int device(int region) {
        return devices.get(region % devices.size());
    }
}
