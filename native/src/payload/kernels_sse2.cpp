#include <immintrin.h>

#include "kernel_loops.h"

namespace {

struct Sse2 {
    typedef uint64_t Vector __attribute__((vector_size(16)));

    static void stream(uint8_t *to, Vector words) {
        _mm_stream_si128(reinterpret_cast<__m128i *>(to), reinterpret_cast<__m128i>(words));
    }
};

}  // namespace

namespace nixlconform::payload {

const Kernels kernelsSse2 = Loops<Sse2>::named("sse2");

}  // namespace nixlconform::payload
