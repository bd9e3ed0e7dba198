// What a replay of the decoding graph does, lane by lane as in tiles.h: compiled by NVRTC and by the C++ compiler.
#ifndef NIXLCONFORM_DEVICE_REPLAY_H
#define NIXLCONFORM_DEVICE_REPLAY_H

#include "nixlconform/graph.h"
#include "tiles.h"

namespace nixlconform::device {

// The block table. The entries follow it.
struct alignas(16) Table {
    uint64_t count;
    uint64_t unused;
};

inline const nxc_payload_run *entriesOf(const Table *table) {
    return reinterpret_cast<const nxc_payload_run *>(table + 1);
}

constexpr uint32_t firstGeneration = 2;
constexpr uint32_t generations = 1000;

// Whether a lane finds a difference in a whole run.
inline bool differsRun(uint64_t arena, const nxc_payload_key &key, const nxc_payload_run &run, uint32_t lane) {
    const Stream content(key, run);
    bool differs = false;
    for (uint32_t tile = 0; tile * tileBytes < run.length; tile++)
        differs |= differsTile(stretchOf(arena, run, {0, tile}), content, lane);
    return differs;
}

// A slot as a replay writes it.
inline nxc_payload_run slotOf(const nxc_payload_run &own, uint64_t slots, uint64_t slot, uint64_t replay) {
    nxc_payload_run run = own;
    run.length = own.length / slots;
    run.offset += slot * run.length;
    run.location += slot * run.length;
    run.kind = NXC_KIND_DATA;
    run.generation = firstGeneration + uint32_t(replay / slots % generations);
    return run;
}

inline void appendSlot(uint64_t arena, const nxc_payload_key &key, const nxc_payload_run &own, uint64_t slots,
                       uint64_t replay, uint32_t lane) {
    const nxc_payload_run run = slotOf(own, slots, replay % slots, replay);
    const Stream content(key, run);
    for (uint32_t tile = 0; tile * tileBytes < run.length; tile++) fillTile(stretchOf(arena, run, {0, tile}), content, lane);
}

// Of the slots that earlier replays wrote, whether a lane finds a difference in this one.
inline bool differsSlot(uint64_t arena, const nxc_payload_key &key, const nxc_payload_run &own, uint64_t slots,
                        uint64_t slot, uint64_t replay, uint32_t lane) {
    if (slot >= replay) return false;
    const uint64_t last = replay - 1 - (replay - 1 - slot) % slots;
    return differsRun(arena, key, slotOf(own, slots, slot, last), lane);
}

// The end of a replay, by one lane.
inline void endReplay(nxc_graph_report *report, uint64_t nanoseconds) {
    const uint64_t gap = nanoseconds - report->last_ns;
    if (report->replays > 0 && gap > report->longest_gap_ns) report->longest_gap_ns = gap;
    report->last_ns = nanoseconds;
    report->replays++;
}

}  // namespace nixlconform::device

#endif
