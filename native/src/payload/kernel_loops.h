// The loops behind Kernels, for any vector width. Included after the including file has switched its target on, so
// everything here has internal linkage: no other file may end up calling code for a processor it did not ask for.
//
// Width has a type Vector (unsigned 64-bit lanes) and stream(to, vector), a store past the caches.
#ifndef NIXLCONFORM_PAYLOAD_KERNEL_LOOPS_H
#define NIXLCONFORM_PAYLOAD_KERNEL_LOOPS_H

#include <emmintrin.h>

#include "kernels.h"
#include "position.h"

namespace {

using nixlconform::payload::Kernels;
using nixlconform::payload::wordBytes;

template <typename Width>
struct Loops {
    using Vector = typename Width::Vector;
    static constexpr size_t vectorBytes = sizeof(Vector);
    static constexpr size_t lanes = vectorBytes / wordBytes;
    static constexpr size_t unrolled = 4;  // independent chains, so that the additions do not wait for each other

    // The words of `unrolled` consecutive vectors; next() moves on by one or by all of them.
    struct Stream {
        Vector product[unrolled];
        Vector stepOne, stepAll, mask;

        Stream(uint64_t first, uint64_t multiplier, uint64_t maskWord) {
            for (size_t lane = 0; lane < lanes; lane++) product[0][lane] = first + lane * multiplier;
            stepOne = Vector{} + lanes * multiplier;
            stepAll = Vector{} + unrolled * lanes * multiplier;
            mask = Vector{} + maskWord;
            for (size_t v = 1; v < unrolled; v++) product[v] = product[v - 1] + stepOne;
        }
        Vector words(size_t v) const { return product[v] ^ (product[v] >> 23) ^ (product[v] >> 46) ^ mask; }
        void nextAll() {
            for (size_t v = 0; v < unrolled; v++) product[v] += stepAll;
        }
        void nextOne() { product[0] += stepOne; }
    };

    static void put(uint8_t *to, Vector words) { __builtin_memcpy(to, &words, vectorBytes); }

    static Vector get(const uint8_t *from) {
        Vector words;
        __builtin_memcpy(&words, from, vectorBytes);
        return words;
    }

    static void fill(uint8_t *to, size_t words, uint64_t product, uint64_t multiplier, uint64_t mask) {
        Stream stream(product, multiplier, mask);
        size_t left = words;
        for (; left >= unrolled * lanes; left -= unrolled * lanes, to += unrolled * vectorBytes) {
            for (size_t v = 0; v < unrolled; v++) put(to + v * vectorBytes, stream.words(v));
            stream.nextAll();
        }
        for (; left >= lanes; left -= lanes, to += vectorBytes) {
            put(to, stream.words(0));
            stream.nextOne();
        }
        product += (words - left) * multiplier;
        for (; left > 0; left--, to += wordBytes, product += multiplier) {
            const uint64_t word = nixlconform::payload::fold(product, mask);
            __builtin_memcpy(to, &word, wordBytes);
        }
    }

    static void stream(uint8_t *to, size_t words, uint64_t product, uint64_t multiplier, uint64_t mask) {
        Stream stream(product, multiplier, mask);
        size_t left = words;
        for (; left >= unrolled * lanes; left -= unrolled * lanes, to += unrolled * vectorBytes) {
            for (size_t v = 0; v < unrolled; v++) Width::stream(to + v * vectorBytes, stream.words(v));
            stream.nextAll();
        }
        for (; left >= lanes; left -= lanes, to += vectorBytes) {
            Width::stream(to, stream.words(0));
            stream.nextOne();
        }
        _mm_sfence();
    }

    // Processors fetch ahead no further than a page; a verified pool mostly goes on behind it. Measured: up to twice as fast.
    // A fetch beyond the arena is ignored by the processor.
    static void fetchAhead(const uint8_t *from) {
        constexpr size_t lineBytes = 64, aheadBytes = 4096;
        const uintptr_t ahead = reinterpret_cast<uintptr_t>(from) + aheadBytes;
        for (size_t line = 0; line < unrolled * vectorBytes; line += lineBytes)
            __builtin_prefetch(reinterpret_cast<const void *>(ahead + line));
    }

    static bool differs(const uint8_t *from, size_t words, uint64_t product, uint64_t multiplier, uint64_t mask) {
        Stream stream(product, multiplier, mask);
        Vector seen[unrolled] = {};
        size_t left = words;
        for (; left >= unrolled * lanes; left -= unrolled * lanes, from += unrolled * vectorBytes) {
            fetchAhead(from);
            for (size_t v = 0; v < unrolled; v++) seen[v] |= get(from + v * vectorBytes) ^ stream.words(v);
            stream.nextAll();
        }
        for (; left >= lanes; left -= lanes, from += vectorBytes) {
            seen[0] |= get(from) ^ stream.words(0);
            stream.nextOne();
        }
        uint64_t any = 0;
        product += (words - left) * multiplier;
        for (; left > 0; left--, from += wordBytes, product += multiplier) {
            uint64_t word;
            __builtin_memcpy(&word, from, wordBytes);
            any |= word ^ nixlconform::payload::fold(product, mask);
        }
        const Vector all = (seen[0] | seen[1]) | (seen[2] | seen[3]);
        for (size_t lane = 0; lane < lanes; lane++) any |= all[lane];
        return any != 0;
    }

    static constexpr Kernels named(const char *name) { return {name, fill, stream, differs}; }
};

}  // namespace

#endif
