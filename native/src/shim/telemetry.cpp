/* In a file of its own: left out where NIXL's headers have no getXferTelemetry, so that the function is then missing. */
#include "shim.h"

namespace {

/* As callers lay it out. */
struct telemetry {
    uint64_t start_us;
    uint64_t post_us;
    uint64_t transfer_us;
    uint64_t bytes;
    uint64_t descriptors;
};

template <typename Duration> uint64_t micros(Duration duration) {
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(duration).count());
}

} // namespace

NXS_EXPORT int nixl_capi_get_xfer_telemetry(void *agent, void *request, telemetry *out) {
    if (shim::absent(agent, request, out)) return shim::invalid_parameter;
    return shim::called("get_xfer_telemetry", [&] {
        nixlXferTelemetry seen{};
        const nixl_status_t status = shim::as<nixlAgent>(agent)->getXferTelemetry(
            shim::as<shim::request>(request)->handle, seen);
        if (status == NIXL_SUCCESS) {
            *out = {micros(seen.startTime.time_since_epoch()), micros(seen.postDuration), micros(seen.xferDuration),
                    seen.totalBytes, seen.descCount};
        }
        return status;
    });
}
