#include <initializer_list>

#include "position.h"

namespace {

// Neighbouring generations this far apart differ in every byte of every word.
constexpr uint64_t telltaleGenerations = 8;

// SplitMix64 (Steele, Lea, Flood 2014): equal on every machine, and any seed is a good one.
uint64_t nextRandom(uint64_t &state) {
    uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

// Whether two words whose positions differ by this much differ in every byte. `difference` reaches bits 41..63 of the
// product alone, and its lowest bit, below bit 47, flips; so bytes 2 and 5 of the word differ. Each other byte gets one
// of these windows, and adding to a window changes it unless all its bits are equal.
bool changesEveryByte(uint64_t difference) {
    for (unsigned window : {46u, 47u, 48u, 54u, 55u, 56u}) {
        const uint8_t added = uint8_t(difference >> window);
        if (added == 0 || added == 0xFF) return false;
    }
    return true;
}

bool isGood(uint64_t multiplier) {
    using namespace nixlconform::payload;
    const int bits = __builtin_popcountll(multiplier);
    bool good = bits >= 24 && bits <= 40;
    for (uint64_t kinds = 1; kinds <= 2; kinds++) good &= changesEveryByte((kinds * multiplier) << locationBits);
    for (uint64_t age = 1; age <= telltaleGenerations; age++)
        good &= changesEveryByte((age * multiplier) << (locationBits + kindBits));
    return good;
}

uint64_t inverseOf(uint64_t odd) {
    uint64_t inverse = odd;  // right in its low 3 bits; each step doubles them
    for (int step = 0; step < 5; step++) inverse *= 2 - odd * inverse;
    return inverse;
}

}  // namespace

void nxc_payload_key_from_seed(uint64_t seed, nxc_payload_key *key) {
    uint64_t state = seed;
    do key->multiplier = nextRandom(state) | 1;
    while (!isGood(key->multiplier));
    key->inverse = inverseOf(key->multiplier);
    key->mask = nextRandom(state);
}

uint64_t nxc_payload_decode(const nxc_payload_key *key, uint64_t word, uint32_t *kind, uint32_t *generation,
                            uint64_t *location_bytes) {
    using namespace nixlconform::payload;
    const uint64_t packed = undo(*key, word);
    const Position position = unpack(packed);
    *kind = position.kind;
    *generation = position.generation;
    *location_bytes = position.wordIndex * wordBytes;
    return packed;
}
