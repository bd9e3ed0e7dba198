#include "classify.h"

#include <string.h>

#include "parts.h"

namespace nixlconform::payload {
namespace {

// Nearer than this a distance can be a shift although the run is shorter: a page, a token, a head too far.
constexpr uint64_t shiftSurroundingsBytes = uint64_t{64} << 10;
constexpr uint64_t shiftLeastBytes = 16;

uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }
uint64_t larger(uint64_t a, uint64_t b) { return a > b ? a : b; }

struct Extent {
    uint64_t first = 0;
    uint64_t last = 0;
    uint64_t bytes = 0;
};

// The parts of a run as far as a judgement needs them.
struct Parts {
    Part part[2];
    unsigned sources = 0;  // distinct ones met, in order of appearance; reading stops at the second
    bool unexplained = false;
};

bool differsAt(uint64_t position, const uint8_t *bytes, const nxc_payload_run &run, const ContentWriter &writer) {
    return bytes[position] != uint8_t(writer.bytes(expectedOf(run).from(position), 1));
}

Extent differingExtent(const uint8_t *bytes, const nxc_payload_run &run, const ContentWriter &writer) {
    constexpr uint64_t windowBytes = 1024;
    uint8_t expected[windowBytes];
    Extent extent;
    for (uint64_t start = 0; start < run.length; start += windowBytes) {
        const uint64_t length = smaller(windowBytes, run.length - start);
        writer.write(expectedOf(run).from(start), expected, length, Store::CACHED);
        uint32_t differing = 0;
        for (uint64_t i = 0; i < length; i++) differing += bytes[start + i] != expected[i];
        if (differing == 0) continue;
        if (extent.bytes == 0) extent.first = start;
        extent.last = start + length - 1;
        extent.bytes += differing;
    }
    if (extent.bytes == 0) return extent;
    while (extent.first < extent.last && !differsAt(extent.first, bytes, run, writer)) extent.first++;
    while (extent.last > extent.first && !differsAt(extent.last, bytes, run, writer)) extent.last--;
    return extent;
}

Parts readParts(const PartReader &reader, uint64_t length) {
    Parts parts;
    Part next;
    for (uint64_t position = 0; position < length && parts.sources < 2; position = next.end) {
        if (!reader.partAt(position, next)) {
            parts.unexplained = true;
            if (!reader.partBehind(position + 1, next)) break;
        }
        if (parts.sources == 0 || next.source != parts.part[0].source) parts.part[parts.sources++] = next;
    }
    return parts;
}

int64_t distanceOf(const Source &source, const PartReader &reader) {
    return int64_t(source.content.location - reader.expected().content.location);
}

bool isShifted(const Source &source, const PartReader &reader, uint64_t length) {
    const Content &expected = reader.expected().content;
    if (source.zeros || source.content.kind != expected.kind || source.content.generation != expected.generation)
        return false;
    const int64_t distance = distanceOf(source, reader);
    const uint64_t magnitude = distance < 0 ? -uint64_t(distance) : uint64_t(distance);
    if (magnitude == 0) return false;
    if (reader.holds(source, 0, length))
        return magnitude < length || (magnitude < shiftSurroundingsBytes && magnitude % length != 0);
    if (magnitude + shiftLeastBytes > length) return false;
    return distance < 0 ? reader.holds(source, magnitude, length) : reader.holds(source, 0, length - magnitude);
}

bool isSamePlace(const Source &source, const Source &place) {
    return !source.zeros && source.content.kind == place.content.kind &&
           source.content.location == place.content.location;
}

// One source only, which is not the expected one.
uint32_t kindOfSingle(const Source &source, const PartReader &reader, bool unexplained) {
    if (!source.zeros && !isSamePlace(source, reader.expected()) && !isSamePlace(source, reader.ownPoison()))
        return NXC_DIFF_MISPLACED;
    if (unexplained) return NXC_DIFF_FOREIGN;
    if (source.zeros) return NXC_DIFF_ZERO;
    if (source == reader.ownPoison()) return NXC_DIFF_POISON;
    return NXC_DIFF_STALE;
}

void describeFound(nxc_payload_difference &difference, const Source &source, uint64_t position) {
    if (source.zeros) return;
    difference.found_kind = source.content.kind;
    difference.found_generation = source.content.generation;
    difference.found_location = source.content.location + position;
}

void describeTorn(nxc_payload_difference &difference, const Parts &parts, const nxc_payload_run &run) {
    difference.classification = NXC_DIFF_TORN;
    describeFound(difference, parts.part[0].source, parts.part[0].begin);
    const Part &second = parts.part[1];
    difference.boundary_offset = run.offset + second.begin;
    if (second.source.zeros) return;
    difference.second_kind = second.source.content.kind;
    difference.second_generation = second.source.content.generation;
    difference.second_location = second.source.content.location + second.begin;
}

void judge(nxc_payload_difference &difference, const Parts &parts, const PartReader &reader,
           const nxc_payload_run &run, uint64_t firstDiffering) {
    const Part *other = nullptr;  // the first part that is not the expected content
    for (unsigned i = 0; i < parts.sources && !other; i++)
        if (parts.part[i].source != reader.expected()) other = &parts.part[i];
    if (other) describeFound(difference, other->source, larger(other->begin, firstDiffering));

    if (!(run.flags & NXC_RUN_SELECTED)) {
        difference.classification = NXC_DIFF_OVERRUN;
        return;
    }
    for (unsigned i = 0; i < parts.sources; i++) {
        const Part &part = parts.part[i];
        if (!isShifted(part.source, reader, run.length)) continue;
        difference.classification = NXC_DIFF_SHIFTED;
        difference.shift = distanceOf(part.source, reader);
        describeFound(difference, part.source, larger(part.begin, firstDiffering));
        return;
    }
    if (parts.sources == 2)
        describeTorn(difference, parts, run);
    else
        difference.classification =
            other ? kindOfSingle(other->source, reader, parts.unexplained) : uint32_t{NXC_DIFF_FOREIGN};
}

}  // namespace

nxc_payload_difference classify(const uint8_t *bytes, const nxc_payload_run &run, const ContentWriter &writer,
                                const nxc_payload_key &key, const nxc_payload_bounds &bounds) {
    nxc_payload_difference difference = {};
    const Extent extent = differingExtent(bytes, run, writer);
    difference.first_offset = run.offset + extent.first;
    difference.last_offset = run.offset + extent.last;
    difference.differing_bytes = extent.bytes;
    if (extent.bytes == 0) return difference;  // NXC_DIFF_NONE

    const uint64_t length = smaller(wordBytes, run.length - extent.first);
    difference.expected_word = writer.bytes(expectedOf(run).from(extent.first), length);
    memcpy(&difference.found_word, bytes + extent.first, length);
    difference.bit_distance = uint32_t(__builtin_popcountll(difference.expected_word ^ difference.found_word));

    const PartReader reader(bytes, run, writer, key, bounds);
    judge(difference, readParts(reader, run.length), reader, run, extent.first);
    return difference;
}

}  // namespace nixlconform::payload
