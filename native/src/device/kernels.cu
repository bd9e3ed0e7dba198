// The kernels that kernels.ptx holds; build-ptx.py makes that file of this one.
#include "replay.h"

using namespace nixlconform;
using namespace nixlconform::device;

namespace {

__device__ uint64_t warp() { return (uint64_t(blockIdx.x) * blockDim.x + threadIdx.x) / lanes; }
__device__ uint64_t warps() { return uint64_t(gridDim.x) * blockDim.x / lanes; }

__device__ uint64_t now() {
    uint64_t nanoseconds;
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(nanoseconds));
    return nanoseconds;
}

}  // namespace

extern "C" __global__ void nxc_fill(uint64_t arena, nxc_payload_key key, const nxc_payload_run *runs, const Tile *tiles,
                                    uint64_t count) {
    for (uint64_t i = warp(); i < count; i += warps()) {
        const nxc_payload_run &run = runs[tiles[i].run];
        fillTile(stretchOf(arena, run, tiles[i]), Stream(key, run), threadIdx.x % lanes);
    }
    __threadfence_system();
}

extern "C" __global__ void nxc_verify(uint64_t arena, nxc_payload_key key, const nxc_payload_run *runs,
                                      const Tile *tiles, uint64_t count, uint8_t *differing) {
    for (uint64_t i = warp(); i < count; i += warps()) {
        const nxc_payload_run &run = runs[tiles[i].run];
        if (differsTile(stretchOf(arena, run, tiles[i]), Stream(key, run), threadIdx.x % lanes)) differing[i] = 1;
    }
}

extern "C" __global__ void nxc_landed(uint64_t arena, nxc_payload_key key, const nxc_payload_run *runs, uint64_t count,
                                      unsigned long long *landedRuns) {
    for (uint64_t i = uint64_t(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += uint64_t(gridDim.x) * blockDim.x) {
        const nxc_payload_run &run = runs[i];
        if ((run.flags & NXC_RUN_SELECTED) && landed(arena, run, Stream(key, run))) atomicAdd(landedRuns, 1ull);
    }
}

extern "C" __global__ void nxc_zero(uint64_t arena, const nxc_payload_run *runs, const Tile *tiles, uint64_t count) {
    for (uint64_t i = warp(); i < count; i += warps())
        zeroTile(stretchOf(arena, runs[tiles[i].run], tiles[i]), threadIdx.x % lanes);
}

// One thread, until the host says that it is over, or for so long.
extern "C" __global__ void nxc_hold(const volatile uint32_t *over, uint64_t most) {
    const uint64_t end = now() + most;
    while (*over == 0 && now() < end) __nanosleep(1000);
}

// Nodes of a replay, in this order.
extern "C" __global__ void nxc_graph_read(uint64_t arena, nxc_payload_key key, const Table *table,
                                          nxc_graph_report *report) {
    for (uint64_t i = warp(); i < table->count; i += warps()) {
        const bool differs = differsRun(arena, key, entriesOf(table)[i], threadIdx.x % lanes);
        if (__any_sync(0xffffffff, differs) && threadIdx.x % lanes == 0) {
            atomicAdd(reinterpret_cast<unsigned long long *>(&report->mismatches), 1ull);
            atomicCAS(reinterpret_cast<unsigned long long *>(&report->first_mismatch), 0ull, report->replays + 1);
        }
    }
}

extern "C" __global__ void nxc_graph_append(uint64_t arena, nxc_payload_key key, const nxc_payload_run *own,
                                            uint64_t count, uint64_t slots, nxc_graph_report *report) {
    const uint64_t replay = report->replays;
    for (uint64_t i = warp(); i < count; i += warps()) {
        for (uint64_t slot = 0; slot < slots; slot++) {
            const bool differs = differsSlot(arena, key, own[i], slots, slot, replay, threadIdx.x % lanes);
            if (__any_sync(0xffffffff, differs) && threadIdx.x % lanes == 0)
                atomicAdd(reinterpret_cast<unsigned long long *>(&report->own_mismatches), 1ull);
        }
        __syncwarp();
        appendSlot(arena, key, own[i], slots, replay, threadIdx.x % lanes);
    }
}

extern "C" __global__ void nxc_graph_end(nxc_graph_report *report) { endReplay(report, now()); }
