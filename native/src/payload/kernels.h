// The inner loops, one set per vector width. All work on whole words whose products are `product`, `product + multiplier`,
// ... ; memory may be unaligned unless a loop says otherwise.
#ifndef NIXLCONFORM_PAYLOAD_KERNELS_H
#define NIXLCONFORM_PAYLOAD_KERNELS_H

#include <stddef.h>
#include <stdint.h>

namespace nixlconform::payload {

struct Kernels {
    const char *name;
    void (*fill)(uint8_t *to, size_t words, uint64_t product, uint64_t multiplier, uint64_t mask);
    // Past the caches. `to` is aligned to 64 bytes and `words` a multiple of 8; ends with a store fence.
    void (*stream)(uint8_t *to, size_t words, uint64_t product, uint64_t multiplier, uint64_t mask);
    bool (*differs)(const uint8_t *from, size_t words, uint64_t product, uint64_t multiplier, uint64_t mask);
};

extern const Kernels kernelsSse2;
extern const Kernels kernelsAvx2;
extern const Kernels kernelsAvx512;

// The widest set that this processor has, or the narrower one that NIXLCONFORM_VECTOR names.
const Kernels &kernels();

}  // namespace nixlconform::payload

#endif
