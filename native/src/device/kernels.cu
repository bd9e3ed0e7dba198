// The kernels that kernels.ptx holds; build-ptx.py makes that file of this one.
#include "tiles.h"

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
