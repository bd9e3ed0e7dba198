// A differing run read as a sequence of parts: byte ranges that all come from one source.
#ifndef NIXLCONFORM_PAYLOAD_PARTS_H
#define NIXLCONFORM_PAYLOAD_PARTS_H

#include <stdint.h>

#include "content.h"

namespace nixlconform::payload {

// Where bytes came from: zeros, or a content whose location is that of the run's first byte, also where the part begins
// later (modulo 2^64: a source may begin behind the location space's start).
struct Source {
    bool zeros;
    Content content;

    bool operator==(const Source &other) const {
        return zeros == other.zeros && content.kind == other.content.kind &&
               content.generation == other.content.generation && content.location == other.content.location;
    }
    bool operator!=(const Source &other) const { return !(*this == other); }
};

struct Part {
    Source source;
    uint64_t begin;  // byte in the run
    uint64_t end;    // exclusive
};

class PartReader {
public:
    PartReader(const uint8_t *bytes, const nxc_payload_run &run, const ContentWriter &writer,
               const nxc_payload_key &key, const nxc_payload_bounds &bounds);

    const Source &expected() const { return expected_; }
    const Source &ownPoison() const { return ownPoison_; }

    // The longest part that begins exactly at `position`, where the run or the part before it ended.
    bool partAt(uint64_t position, Part &part) const { return longestAt(position, true, part); }

    // The first part at or behind `position`, which follows unexplained bytes.
    bool partBehind(uint64_t position, Part &part) const;

    bool holds(const Source &source, uint64_t begin, uint64_t end) const;

private:
    struct Search;

    bool longestAt(uint64_t position, bool adjoining, Part &part) const;
    void tryKnown(const Source &source, Search &search) const;
    bool believedThoughShort(uint64_t begin, uint64_t end) const;
    void tryZeros(Search &search) const;
    void tryOtherGeneration(const Source &rightPlace, Search &search) const;
    void tryNeighbours(Search &search) const;
    bool couldBegin(uint64_t position, const uint8_t *expected, const uint8_t *poison) const;
    Part extendedBack(Part part, uint64_t limit) const;

    bool decodable(uint64_t position, Position &found) const;
    uint64_t wordFound(uint64_t position, uint64_t length) const;
    uint64_t wordOf(const Source &source, uint64_t position, uint64_t length) const;
    bool same(const Source &source, uint64_t position, uint64_t length) const;
    uint64_t reach(const Source &source, uint64_t position) const;
    void layOut(const Source &source, uint64_t position, uint64_t length, uint8_t *to) const;

    const uint8_t *const bytes_;
    const nxc_payload_run &run_;
    const ContentWriter &writer_;
    const nxc_payload_key &key_;
    const nxc_payload_bounds &bounds_;
    const Source expected_;
    const Source ownPoison_;
    const bool hasPoison_;  // and it differs from what is expected
};

}  // namespace nixlconform::payload

#endif
