// Words and positions: the arithmetic that include/nixlconform/payload.h states.
#ifndef NIXLCONFORM_PAYLOAD_POSITION_H
#define NIXLCONFORM_PAYLOAD_POSITION_H

#include <stdint.h>

#include "nixlconform/payload.h"

namespace nixlconform::payload {

constexpr unsigned locationBits = 41;
constexpr unsigned kindBits = 2;
constexpr uint64_t locationMask = (uint64_t{1} << locationBits) - 1;
constexpr uint64_t wordBytes = 8;

struct Position {
    uint32_t kind;
    uint32_t generation;
    uint64_t wordIndex;
};

inline uint64_t pack(const Position &position) {
    return (uint64_t{position.generation} << (locationBits + kindBits)) | (uint64_t{position.kind} << locationBits) |
           (position.wordIndex & locationMask);
}

inline Position unpack(uint64_t packed) {
    return {uint32_t(packed >> locationBits) & ((1u << kindBits) - 1), uint32_t(packed >> (locationBits + kindBits)),
            packed & locationMask};
}

inline uint64_t fold(uint64_t product, uint64_t mask) { return product ^ (product >> 23) ^ (product >> 46) ^ mask; }

inline uint64_t wordAt(const nxc_payload_key &key, const Position &position) {
    return fold(pack(position) * key.multiplier, key.mask);
}

inline uint64_t undo(const nxc_payload_key &key, uint64_t word) {
    const uint64_t folded = word ^ key.mask;
    return (folded ^ (folded >> 23)) * key.inverse;
}

inline bool withinBounds(const nxc_payload_bounds &bounds, const Position &position) {
    return position.kind != NXC_KIND_INVALID && position.generation >= 1 &&
           position.generation <= bounds.generation_limit && position.wordIndex < bounds.location_limit / wordBytes;
}

}  // namespace nixlconform::payload

#endif
