// What the native tests share: CHECK, a seeded source of numbers, and the payload computed byte by byte as the header
// states it, independent of the library.
#ifndef NIXLCONFORM_TEST_CHECK_H
#define NIXLCONFORM_TEST_CHECK_H

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "nixlconform/payload.h"

#define CHECK(condition, ...)                                                        \
    do {                                                                             \
        if (!(condition)) {                                                          \
            std::fprintf(stderr, "%s:%d: not so: %s; ", __FILE__, __LINE__, #condition); \
            std::fprintf(stderr, __VA_ARGS__);                                       \
            std::fprintf(stderr, "\n");                                              \
            std::exit(1);                                                            \
        }                                                                            \
    } while (0)

constexpr int skipped = 77;

// A test says which vector width it is meant to prove; on a processor without it nothing would be proven.
inline void requireVector(int argc, char **argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s sse2|avx2|avx512\n", argv[0]);
        std::exit(2);
    }
    if (std::strcmp(nxc_payload_vector(), argv[1]) == 0) return;
    std::printf("skipped: this processor offers %s, not %s\n", nxc_payload_vector(), argv[1]);
    std::exit(skipped);
}

class Numbers {
public:
    explicit Numbers(uint64_t seed) : state_(seed * 2 + 1) {}
    uint64_t next() {
        state_ = state_ * 6364136223846793005u + 1442695040888963407u;
        uint64_t mixed = state_ ^ (state_ >> 29);
        mixed *= 0xBF58476D1CE4E5B9u;
        return mixed ^ (mixed >> 32);
    }
    uint64_t below(uint64_t limit) { return next() % limit; }

private:
    uint64_t state_;
};

inline nxc_payload_key keyOf(uint64_t seed) {
    nxc_payload_key key;
    nxc_payload_key_from_seed(seed, &key);
    return key;
}

inline uint8_t referenceByte(const nxc_payload_key &key, uint32_t kind, uint32_t generation, uint64_t address) {
    const uint64_t position = uint64_t(generation) << 43 | uint64_t(kind) << 41 | address / 8;
    const uint64_t t = position * key.multiplier;
    const uint64_t word = t ^ (t >> 23) ^ (t >> 46) ^ key.mask;
    return uint8_t(word >> (address % 8 * 8));
}

#endif
