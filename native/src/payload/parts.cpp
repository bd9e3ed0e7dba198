#include "parts.h"

#include <string.h>

namespace nixlconform::payload {
namespace {

// What it takes to believe in a part, in bytes; see NXC_DIFF_*.
constexpr uint64_t knownBytes = 4;
constexpr uint64_t knownBytesBehindUnexplained = 8;
constexpr uint64_t zeroBytes = 16;
constexpr uint64_t neighbourBytes = 16;

constexpr uint64_t windowBytes = 1024;
constexpr uint64_t longestChunkBytes = 4096;

uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }

}  // namespace

// One look for the longest part at a position.
struct PartReader::Search {
    const uint64_t position;
    const bool adjoining;
    bool found = false;
    Part longest = {};

    void offer(const Source &source, uint64_t end) {
        if (end <= (found ? longest.end : position)) return;
        found = true;
        longest = {source, position, end};
    }
};

PartReader::PartReader(const uint8_t *bytes, const nxc_payload_run &run, const ContentWriter &writer,
                       const nxc_payload_key &key, const nxc_payload_bounds &bounds)
    : bytes_(bytes), run_(run), writer_(writer), key_(key), bounds_(bounds), expected_{false, expectedOf(run)},
      ownPoison_{false, {NXC_KIND_POISON, run.poison_generation, run.own}},
      hasPoison_(run.poison_generation != 0 && expected_ != ownPoison_) {}

bool PartReader::longestAt(uint64_t position, bool adjoining, Part &part) const {
    Search search{position, adjoining};
    tryKnown(expected_, search);
    if (hasPoison_) tryKnown(ownPoison_, search);
    tryZeros(search);
    tryOtherGeneration(expected_, search);
    if (hasPoison_) tryOtherGeneration(ownPoison_, search);
    tryNeighbours(search);
    part = search.longest;
    return search.found;
}

void PartReader::tryKnown(const Source &source, Search &search) const {
    const uint64_t end = reach(source, search.position);
    if (end == search.position) return;
    const uint64_t needed = search.adjoining ? knownBytes : knownBytesBehindUnexplained;
    if (end - search.position >= needed || (search.adjoining && believedThoughShort(search.position, end)))
        search.offer(source, end);
}

// A few bytes at an end of the run are believed where no unexplained ones are beside them.
bool PartReader::believedThoughShort(uint64_t begin, uint64_t end) const {
    Part next;
    return end == run_.length || (begin == 0 && partAt(end, next));
}

void PartReader::tryZeros(Search &search) const {
    const Source zeros = {true, {}};
    const uint64_t end = reach(zeros, search.position);
    if (end - search.position >= smaller(zeroBytes, run_.length)) search.offer(zeros, end);
}

// The first whole word on the grid of the right place says its own generation.
void PartReader::tryOtherGeneration(const Source &rightPlace, Search &search) const {
    const uint64_t address = rightPlace.content.location + search.position;
    const uint64_t word = search.position + (wordBytes - address % wordBytes) % wordBytes;
    Position found;
    if (!decodable(word, found) || found.kind != rightPlace.content.kind ||
        found.wordIndex * wordBytes != rightPlace.content.location + word)
        return;
    const Source source = {false, {found.kind, found.generation, rightPlace.content.location}};
    const uint64_t end = reach(source, search.position);
    if (end >= word + wordBytes) search.offer(source, end);
}

void PartReader::tryNeighbours(Search &search) const {
    for (uint64_t skipped = 0; skipped < wordBytes; skipped++) {
        const uint64_t word = search.position + skipped;
        Position first, second;
        if (!decodable(word, first) || !decodable(word + wordBytes, second)) continue;
        if (second.kind != first.kind || second.generation != first.generation ||
            second.wordIndex != first.wordIndex + 1)
            continue;
        const Source source = {false, {first.kind, first.generation, first.wordIndex * wordBytes - word}};
        const uint64_t end = reach(source, search.position);
        if (end >= word + neighbourBytes) search.offer(source, end);
    }
}

bool PartReader::partBehind(uint64_t position, Part &part) const {
    uint8_t expected[windowBytes + wordBytes], poison[windowBytes + wordBytes];
    for (uint64_t start = position; start + wordBytes <= run_.length; start += windowBytes) {
        const uint64_t laidOut = smaller(windowBytes + wordBytes, run_.length - start);
        layOut(expected_, start, laidOut, expected);
        layOut(ownPoison_, start, laidOut, poison);
        for (uint64_t at = 0; at < windowBytes && at + wordBytes <= laidOut; at++) {
            if (!couldBegin(start + at, expected + at, poison + at) || !longestAt(start + at, false, part)) continue;
            part = extendedBack(part, position);
            return true;
        }
    }
    return false;
}

// Cheap, and never wrongly no: every kind of part begins with 8 bytes that one of these accepts.
bool PartReader::couldBegin(uint64_t position, const uint8_t *expected, const uint8_t *poison) const {
    static const uint8_t zeros[wordBytes] = {};
    Position decoded;
    return memcmp(bytes_ + position, expected, wordBytes) == 0 || memcmp(bytes_ + position, poison, wordBytes) == 0 ||
           memcmp(bytes_ + position, zeros, wordBytes) == 0 || decodable(position, decoded);
}

// A decoded part may have begun inside a word.
Part PartReader::extendedBack(Part part, uint64_t limit) const {
    while (part.begin > limit && same(part.source, part.begin - 1, 1)) part.begin--;
    return part;
}

bool PartReader::holds(const Source &source, uint64_t begin, uint64_t end) const {
    return reach(source, begin) >= end;
}

bool PartReader::decodable(uint64_t position, Position &found) const {
    if (position + wordBytes > run_.length) return false;
    uint64_t word;
    memcpy(&word, bytes_ + position, sizeof word);  // a constant length, since garbage is searched byte by byte
    found = unpack(undo(key_, word));
    return withinBounds(bounds_, found);
}

uint64_t PartReader::wordFound(uint64_t position, uint64_t length) const {
    uint64_t word = 0;
    memcpy(&word, bytes_ + position, length);
    return word;
}

uint64_t PartReader::wordOf(const Source &source, uint64_t position, uint64_t length) const {
    return source.zeros ? 0 : writer_.bytes(source.content.from(position), length);
}

bool PartReader::same(const Source &source, uint64_t position, uint64_t length) const {
    if (!source.zeros) return !writer_.differs(source.content.from(position), bytes_ + position, length);
    uint8_t any = 0;
    for (uint64_t i = 0; i < length; i++) any |= bytes_[position + i];
    return any == 0;
}

// The first byte from `position` on that is not the source's. Most candidates fail at once, so begin with few bytes.
uint64_t PartReader::reach(const Source &source, uint64_t position) const {
    uint64_t chunk = wordBytes;
    while (position < run_.length) {
        const uint64_t length = smaller(chunk, run_.length - position);
        if (!same(source, position, length)) break;
        position += length;
        chunk = smaller(chunk * 2, longestChunkBytes);
    }
    for (; position < run_.length; position += wordBytes) {
        const uint64_t length = smaller(wordBytes, run_.length - position);
        const uint64_t differing = wordFound(position, length) ^ wordOf(source, position, length);
        if (differing) return position + uint64_t(__builtin_ctzll(differing)) / 8;
    }
    return run_.length;
}

void PartReader::layOut(const Source &source, uint64_t position, uint64_t length, uint8_t *to) const {
    writer_.write(source.content.from(position), to, length, Store::CACHED);
}

}  // namespace nixlconform::payload
