package org.nixlconform.binding;

/**
 * Where memory is, as NIXL is told it.
 *
 * @param kind NIXL's number, the same from 0.6.1 to 1.5.1: 0 is DRAM, 1 is VRAM
 * @param device number of the GPU in the process that owns the memory; 0 in host memory
 */
public record NixlMemory(int kind, int device) {
    public static final NixlMemory HOST = new NixlMemory(0, 0);

    public static NixlMemory device(int ordinal) {
        return new NixlMemory(1, ordinal);
    }
}
