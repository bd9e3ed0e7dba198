#include "content.h"

#include <string.h>

namespace nixlconform::payload {
namespace {

constexpr uint64_t lineBytes = 64;

uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }

// Bytes before the first whole word of a range of the location space.
uint64_t headBytes(uint64_t location, uint64_t length) {
    return smaller((wordBytes - location % wordBytes) % wordBytes, length);
}

}  // namespace

uint64_t ContentWriter::bytes(const Content &content, uint64_t length) const {
    const unsigned phaseBits = unsigned(content.location % wordBytes) * 8;
    const uint64_t product = productOf(content);
    uint64_t value = fold(product, key_.mask) >> phaseBits;
    if (phaseBits) value |= fold(product + key_.multiplier, key_.mask) << (64 - phaseBits);
    return length >= wordBytes ? value : value & ((uint64_t{1} << (length * 8)) - 1);
}

// The words of the location space keep their grid whatever the memory's alignment: a partial word, whole words, a partial word.
void ContentWriter::write(const Content &content, uint8_t *to, uint64_t length, Store store) const {
    const uint64_t head = headBytes(content.location, length);
    if (head) {
        const uint64_t value = bytes(content, head);
        memcpy(to, &value, head);
    }
    const Content body = content.from(head);
    const uint64_t words = (length - head) / wordBytes;
    if (store == Store::STREAMING)
        writeStreaming(to + head, words, productOf(body));
    else
        kernels_.fill(to + head, words, productOf(body), key_.multiplier, key_.mask);
    const uint64_t done = head + words * wordBytes;
    if (done < length) {
        const uint64_t value = bytes(content.from(done), length - done);
        memcpy(to + done, &value, length - done);
    }
}

void ContentWriter::writeStreaming(uint8_t *to, uint64_t words, uint64_t product) const {
    const uint64_t misaligned = reinterpret_cast<uintptr_t>(to) % lineBytes;
    const bool possible = misaligned % wordBytes == 0;  // else no whole word ever begins a cache line
    const uint64_t before = possible ? smaller((lineBytes - misaligned) % lineBytes / wordBytes, words) : words;
    const uint64_t streamed = (words - before) / (lineBytes / wordBytes) * (lineBytes / wordBytes);
    const uint64_t after = words - before - streamed;
    const auto put = [&](auto *loop, uint64_t skipped, uint64_t count) {
        loop(to + skipped * wordBytes, count, product + skipped * key_.multiplier, key_.multiplier, key_.mask);
    };
    put(kernels_.fill, 0, before);
    if (streamed) put(kernels_.stream, before, streamed);
    put(kernels_.fill, before + streamed, after);
}

bool ContentWriter::differs(const Content &content, const uint8_t *at, uint64_t length) const {
    const uint64_t head = headBytes(content.location, length);
    uint64_t any = 0;
    if (head) {
        uint64_t found = 0;
        memcpy(&found, at, head);
        any |= found ^ bytes(content, head);
    }
    const uint64_t words = (length - head) / wordBytes;
    const uint64_t done = head + words * wordBytes;
    if (done < length) {
        uint64_t found = 0;
        memcpy(&found, at + done, length - done);
        any |= found ^ bytes(content.from(done), length - done);
    }
    return any != 0 || kernels_.differs(at + head, words, productOf(content.from(head)), key_.multiplier, key_.mask);
}

}  // namespace nixlconform::payload
