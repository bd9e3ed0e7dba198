#include <immintrin.h>

#include "kernels.h"
#include "position.h"  // before the target: its functions are shared with code for any processor

#pragma GCC target("avx2")
#include "kernel_loops.h"

namespace {

struct Avx2 {
    typedef uint64_t Vector __attribute__((vector_size(32)));

    static void stream(uint8_t *to, Vector words) {
        _mm256_stream_si256(reinterpret_cast<__m256i *>(to), reinterpret_cast<__m256i>(words));
    }
};

}  // namespace

namespace nixlconform::payload {

const Kernels kernelsAvx2 = Loops<Avx2>::named("avx2");

}  // namespace nixlconform::payload
