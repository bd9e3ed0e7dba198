#include "kernels.h"

#include <stdlib.h>
#include <string.h>

#include "nixlconform/payload.h"

namespace nixlconform::payload {
namespace {

const Kernels *widestSupported(const char *requested) {
    const bool avx2 = __builtin_cpu_supports("avx2");
    const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    const bool atMostSse2 = requested && strcmp(requested, kernelsSse2.name) == 0;
    const bool atMostAvx2 = requested && strcmp(requested, kernelsAvx2.name) == 0;
    if (!avx2 || atMostSse2) return &kernelsSse2;
    return avx512 && !atMostAvx2 ? &kernelsAvx512 : &kernelsAvx2;
}

const Kernels *chosen;

}  // namespace

const Kernels &kernels() {
    const Kernels *set = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
    if (!set) {  // two threads that come first at once decide alike
        set = widestSupported(getenv("NIXLCONFORM_VECTOR"));
        __atomic_store_n(&chosen, set, __ATOMIC_RELAXED);
    }
    return *set;
}

}  // namespace nixlconform::payload

const char *nxc_payload_vector(void) { return nixlconform::payload::kernels().name; }
