// Stands in for libnixl_capi.so: every function writes down what it was called with, and answers with its own number.
#include <cstdint>

#include "../src/fault/functions.h"

namespace {

uint64_t last[fault::function_count][10];
unsigned calls[fault::function_count];

} // namespace

#define ECHO(name)                                                                                                     \
    extern "C" uint32_t nixl_capi_##name(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f,        \
                                         uint64_t g, uint64_t h, uint64_t i, uint64_t j) {                             \
        const uint64_t given[10] = {a, b, c, d, e, f, g, h, i, j};                                                     \
        for (int n = 0; n < 10; n++) last[fault::call_##name][n] = given[n];                                           \
        calls[fault::call_##name]++;                                                                                   \
        return 0x10000 + fault::call_##name;                                                                           \
    }
NXF_FUNCTIONS(ECHO)

extern "C" const uint64_t *echo_last(unsigned function) { return last[function]; }
extern "C" unsigned echo_calls(unsigned function) { return calls[function]; }
