#include <cstdio>
#include <new>

#include "shim.h"

namespace shim {

int status_of(const char *function, nixl_status_t status) {
    switch (status) {
    case NIXL_SUCCESS:
        return success;
    case NIXL_IN_PROG:
        return in_progress;
    case NIXL_ERR_INVALID_PARAM:
        return invalid_parameter;
    case NIXL_ERR_NOT_FOUND:
        return not_found;
    case NIXL_ERR_NO_TELEMETRY:
        return no_telemetry;
    default:
        report(function, nixlEnumStrings::statusStr(status).c_str());
        return backend_error;
    }
}

void report(const char *function, const char *what) {
    std::fprintf(stderr, "nixlconform shim: nixl_capi_%s: %s\n", function, what);
}

} // namespace shim

/* Containers call this one; the C++ runtime of an old node has it not yet, though it has the exception. */
namespace std {
[[noreturn]] void __throw_bad_array_new_length() { throw std::bad_array_new_length(); }
} // namespace std
