/*
 * A libnixl_capi.so for releases of NIXL that have none: the functions of the C API that the project calls, over the C++
 * API. `nixl.h` is NIXL's own, or frozen/nixl.h: the folder of headers that the compiler is given decides.
 *
 * Handles of agents, backends, options, parameters, lists and prepared lists are addresses of the C++ objects themselves.
 */
#ifndef NIXLCONFORM_SHIM_H
#define NIXLCONFORM_SHIM_H

#include <exception>
#include <stdexcept>

#include "nixl.h"

/* For the functions that are exported. Their names are NIXL's, which declares them to nobody. */
#define NXS_EXPORT extern "C" __attribute__((visibility("default")))

namespace shim {

/* Of the C API; they are not those of the C++ API. */
enum status : int {
    success = 0,
    in_progress = 1,
    invalid_parameter = -1,
    backend_error = -2,
    invalid_state = -3,
    exception = -4,
    no_telemetry = -5,
    not_found = -6
};

/* One that has no number of its own becomes backend_error, and its name goes to standard error. */
int status_of(const char *function, nixl_status_t status);

/* Says on standard error what the C API has no words for. */
void report(const char *function, const char *what);

/*
 * Runs the body of an exported function: nothing is thrown into its caller, which has no C++ frames.
 *
 * @param body gives a status of the C API
 */
template <typename Body> int guarded(const char *function, Body body) noexcept {
    try {
        return body();
    } catch (const std::exception &thrown) {
        report(function, thrown.what());
    } catch (...) {
        report(function, "an exception that is no std::exception");
    }
    return exception;
}

/* The same for a body that gives a status of the C++ API. */
template <typename Body> int called(const char *function, Body body) noexcept {
    return guarded(function, [&] { return status_of(function, body()); });
}

inline bool absent() { return false; }
template <typename First, typename... Others> bool absent(First *first, Others *...others) {
    return first == nullptr || absent(others...);
}

template <typename T> T *as(void *handle) { return static_cast<T *>(handle); }

/* What release_xfer_req frees, in what destroy_xfer_req frees. */
struct request {
    nixlXferReqH *handle;
};

} // namespace shim

#endif
