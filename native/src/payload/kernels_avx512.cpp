#include <immintrin.h>

#include "kernels.h"
#include "position.h"  // before the target: its functions are shared with code for any processor

#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl")
#include "kernel_loops.h"

namespace {

struct Avx512 {
    typedef uint64_t Vector __attribute__((vector_size(64)));

    static void stream(uint8_t *to, Vector words) {
        _mm512_stream_si512(reinterpret_cast<__m512i *>(to), reinterpret_cast<__m512i>(words));
    }
};

}  // namespace

namespace nixlconform::payload {

const Kernels kernelsAvx512 = Loops<Avx512>::named("avx512");

}  // namespace nixlconform::payload
