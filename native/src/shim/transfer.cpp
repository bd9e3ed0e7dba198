/* Transfers and notifications. */
#include <memory>

#include "shim.h"

using shim::absent;
using shim::as;
using shim::called;

NXS_EXPORT int nixl_capi_prep_xfer_dlist(void *agent, const char *owner, void *list, void **prepared, void *options) {
    if (absent(agent, owner, list, prepared)) return shim::invalid_parameter;
    return called("prep_xfer_dlist", [&] {
        nixlDlistH *made = nullptr;
        const nixl_status_t status = as<nixlAgent>(agent)->prepXferDlist(owner, *as<nixl_xfer_dlist_t>(list), made,
                                                                         as<nixl_opt_args_t>(options));
        if (status == NIXL_SUCCESS) *prepared = made;
        return status;
    });
}

NXS_EXPORT int nixl_capi_release_xfer_dlist_handle(void *agent, void *prepared) {
    if (absent(agent, prepared)) return shim::invalid_parameter;
    return called("release_xfer_dlist_handle",
                  [&] { return as<nixlAgent>(agent)->releasedDlistH(as<nixlDlistH>(prepared)); });
}

NXS_EXPORT int nixl_capi_make_xfer_req(void *agent, int operation, void *local, const int *local_indices,
                                       size_t local_count, void *remote, const int *remote_indices,
                                       size_t remote_count, void **request, void *options) {
    if (absent(agent, local, local_indices, remote, remote_indices, request)) return shim::invalid_parameter;
    return called("make_xfer_req", [&] {
        auto made = std::make_unique<shim::request>();
        const nixl_status_t status = as<nixlAgent>(agent)->makeXferReq(
            static_cast<nixl_xfer_op_t>(operation), as<nixlDlistH>(local),
            std::vector<int>(local_indices, local_indices + local_count), as<nixlDlistH>(remote),
            std::vector<int>(remote_indices, remote_indices + remote_count), made->handle,
            as<nixl_opt_args_t>(options));
        if (status == NIXL_SUCCESS) *request = made.release();
        return status;
    });
}

NXS_EXPORT int nixl_capi_post_xfer_req(void *agent, void *request, void *options) {
    if (absent(agent, request)) return shim::invalid_parameter;
    return called("post_xfer_req", [&] {
        return as<nixlAgent>(agent)->postXferReq(as<shim::request>(request)->handle, as<nixl_opt_args_t>(options));
    });
}

NXS_EXPORT int nixl_capi_get_xfer_status(void *agent, void *request) {
    if (absent(agent, request)) return shim::invalid_parameter;
    return called("get_xfer_status",
                  [&] { return as<nixlAgent>(agent)->getXferStatus(as<shim::request>(request)->handle); });
}

NXS_EXPORT int nixl_capi_release_xfer_req(void *agent, void *request) {
    if (absent(agent, request)) return shim::invalid_parameter;
    return called("release_xfer_req", [&] {
        const nixl_status_t status = as<nixlAgent>(agent)->releaseXferReq(as<shim::request>(request)->handle);
        if (status == NIXL_SUCCESS) as<shim::request>(request)->handle = nullptr;
        return status;
    });
}

NXS_EXPORT int nixl_capi_destroy_xfer_req(void *request) {
    if (absent(request)) return shim::invalid_parameter;
    if (as<shim::request>(request)->handle != nullptr) return shim::invalid_state;
    delete as<shim::request>(request);
    return shim::success;
}

NXS_EXPORT int nixl_capi_get_notifs(void *agent, void *map, void *options) {
    if (absent(agent, map)) return shim::invalid_parameter;
    return called("get_notifs", [&] {
        return as<nixlAgent>(agent)->getNotifs(*as<nixl_notifs_t>(map), as<nixl_opt_args_t>(options));
    });
}

NXS_EXPORT int nixl_capi_gen_notif(void *agent, const char *receiver, const void *text, size_t length, void *options) {
    if (absent(agent, receiver, text)) return shim::invalid_parameter;
    return called("gen_notif", [&] {
        return as<nixlAgent>(agent)->genNotif(receiver, std::string(static_cast<const char *>(text), length),
                                              as<nixl_opt_args_t>(options));
    });
}
