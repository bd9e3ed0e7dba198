// Runs on a device, as the files that work on them share them.
#ifndef NIXLCONFORM_DEVICE_RUNS_H
#define NIXLCONFORM_DEVICE_RUNS_H

#include "device.h"

struct nxc_device_runs {
    nxc_device *device;
    uint64_t arena;
    nxc_payload_key key;
    nxc_payload_run *host;   // a copy
    uint64_t count;
    uint64_t tileCount;
    uint64_t runs;           // addresses on the device from here on
    uint64_t tiles;
    uint64_t differing;      // one byte a tile
    uint64_t landed;         // one 64-bit count
};

namespace nixlconform::device {

enum class TileWork { fill, zero, verify };

// Queues a kernel over all tiles. The device's context must be current.
int32_t launchOverTiles(nxc_device_runs *held, TileWork work, Handle stream, nxc_device_failure *failure);

// What the last verify found, which must have ended. To be asked once.
int64_t differingRuns(nxc_device_runs *held, nxc_device_failure *failure);

}  // namespace nixlconform::device

#endif
