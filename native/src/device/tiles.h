// How the payload is written and compared on a GPU: runs are cut into tiles, and each tile is worked on by the lanes of one
// warp, each lane on its own. No lane needs another, so the same code runs on a CPU, lane after lane, in tests.
//
// Compiled by NVRTC with every function taken as one of the device, and by the C++ compiler.
#ifndef NIXLCONFORM_DEVICE_TILES_H
#define NIXLCONFORM_DEVICE_TILES_H

#include <stdint.h>

#include "../payload/position.h"

namespace nixlconform::device {

constexpr uint64_t tileBytes = 32 * 1024;
constexpr uint32_t lanes = 32;
constexpr uint64_t vectorBytes = 16;

struct Tile {
    uint32_t run;
    uint32_t index;  // within its run
};

struct alignas(16) Vector {
    uint64_t low;
    uint64_t high;
};

// One tile's bytes: where they are, and where in the location space their content is.
struct Stretch {
    uint64_t address;
    uint64_t length;
    uint64_t location;
};

inline Stretch stretchOf(uint64_t arena, const nxc_payload_run &run, const Tile &tile) {
    const uint64_t begin = tile.index * tileBytes;
    const uint64_t left = run.length - begin;
    return {arena + run.offset + begin, left < tileBytes ? left : tileBytes, run.location + begin};
}

// The content of one run of the location space, at any byte.
class Stream {
public:
    Stream(const nxc_payload_key &key, const nxc_payload_run &run)
        : multiplier_(key.multiplier), mask_(key.mask),
          base_(payload::pack({run.kind, run.generation, 0}) * key.multiplier) {}

    // The 8 bytes of content from a byte address on.
    uint64_t bytesAt(uint64_t location) const {
        const uint64_t product = base_ + (location >> 3) * multiplier_;
        const unsigned phaseBits = unsigned(location & 7) * 8;
        const uint64_t word = payload::fold(product, mask_);
        if (phaseBits == 0) return word;
        return word >> phaseBits | payload::fold(product + multiplier_, mask_) << (64 - phaseBits);
    }

    Vector vectorAt(uint64_t location) const { return {bytesAt(location), bytesAt(location + 8)}; }

private:
    const uint64_t multiplier_;
    const uint64_t mask_;
    const uint64_t base_;
};

// A stretch as whole vectors of memory, with the bytes before and behind them.
struct Cut {
    uint64_t head;     // bytes before the first whole vector
    uint64_t vectors;
    uint64_t tail;     // bytes behind the last
};

inline Cut cutOf(const Stretch &stretch) {
    uint64_t head = (vectorBytes - stretch.address % vectorBytes) % vectorBytes;
    if (head > stretch.length) head = stretch.length;
    const uint64_t vectors = (stretch.length - head) / vectorBytes;
    return {head, vectors, stretch.length - head - vectors * vectorBytes};
}

// Calls `one` for each single byte of the lane: the lower half of the lanes has the head, the upper half the tail.
template <typename One> void eachEdgeByte(const Stretch &stretch, const Cut &cut, uint32_t lane, One one) {
    const uint64_t half = lane % vectorBytes;
    const uint64_t at = lane < vectorBytes ? half : stretch.length - cut.tail + half;
    if (half < (lane < vectorBytes ? cut.head : cut.tail))
        one(reinterpret_cast<uint8_t *>(stretch.address + at), stretch.location + at);
}

inline void fillTile(const Stretch &stretch, const Stream &content, uint32_t lane) {
    const Cut cut = cutOf(stretch);
    eachEdgeByte(stretch, cut, lane,
                 [&](uint8_t *byte, uint64_t location) { *byte = uint8_t(content.bytesAt(location)); });
    Vector *const memory = reinterpret_cast<Vector *>(stretch.address + cut.head);
    const uint64_t location = stretch.location + cut.head;
    for (uint64_t i = lane; i < cut.vectors; i += lanes) memory[i] = content.vectorAt(location + i * vectorBytes);
}

inline void zeroTile(const Stretch &stretch, uint32_t lane) {
    const Cut cut = cutOf(stretch);
    eachEdgeByte(stretch, cut, lane, [](uint8_t *byte, uint64_t) { *byte = 0; });
    Vector *const memory = reinterpret_cast<Vector *>(stretch.address + cut.head);
    for (uint64_t i = lane; i < cut.vectors; i += lanes) memory[i] = {0, 0};
}

inline uint64_t difference(const Vector &a, const Vector &b) { return (a.low ^ b.low) | (a.high ^ b.high); }

inline bool differsTile(const Stretch &stretch, const Stream &content, uint32_t lane) {
    const Cut cut = cutOf(stretch);
    uint64_t any = 0;
    eachEdgeByte(stretch, cut, lane, [&](const uint8_t *byte, uint64_t location) {
        any |= *byte ^ uint8_t(content.bytesAt(location));
    });
    const Vector *const memory = reinterpret_cast<const Vector *>(stretch.address + cut.head);
    const uint64_t location = stretch.location + cut.head;
    uint64_t i = lane;
    // Several loads on their way at once, before the first is needed.
    constexpr uint32_t ahead = 8;
    for (; i + (ahead - 1) * lanes < cut.vectors; i += ahead * lanes) {
        Vector found[ahead];
        for (uint32_t k = 0; k < ahead; k++) found[k] = memory[i + k * lanes];
        for (uint32_t k = 0; k < ahead; k++)
            any |= difference(found[k], content.vectorAt(location + (i + k * lanes) * vectorBytes));
    }
    for (; i < cut.vectors; i += lanes) any |= difference(memory[i], content.vectorAt(location + i * vectorBytes));
    return any != 0;
}

// Whether a selected run holds its content in its last 8 bytes, or in all when it has fewer.
inline bool landed(uint64_t arena, const nxc_payload_run &run, const Stream &content) {
    const uint64_t length = run.length < 8 ? run.length : 8;
    const uint64_t last = run.length - length;
    const volatile uint8_t *const memory = reinterpret_cast<const volatile uint8_t *>(arena + run.offset + last);
    const uint64_t expected = content.bytesAt(run.location + last);
    bool same = true;
    for (uint64_t i = 0; i < length; i++) same &= memory[i] == uint8_t(expected >> (i * 8));
    return same;
}

}  // namespace nixlconform::device

#endif
