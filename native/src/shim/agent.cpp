/* Agents, backends, registrations and metadata. */
#include <cstdlib>
#include <cstring>
#include <memory>
#include <type_traits>

#include "shim.h"

using shim::absent;
using shim::as;
using shim::called;
using shim::guarded;

namespace {

/* As callers lay it out: the same 40 bytes in every release that has a C API. */
struct agent_configuration {
    bool progress_thread;
    bool listen_thread;
    int listen_port;
    int thread_sync;
    unsigned workers;
    uint64_t progress_us;
    uint64_t listen_us;
    bool telemetry;
};
static_assert(sizeof(agent_configuration) == 40, "nixl_capi_agent_config_t");

/* Releases before 0.6.1 have no telemetry to switch on. */
template <typename Configuration> Configuration configured(const agent_configuration &given) {
    const auto sync = static_cast<nixl_thread_sync_t>(given.thread_sync);
    if constexpr (std::is_constructible_v<Configuration, bool, bool, int, nixl_thread_sync_t, unsigned, uint64_t,
                                          uint64_t, bool>) {
        return Configuration(given.progress_thread, given.listen_thread, given.listen_port, sync, given.workers,
                             given.progress_us, given.listen_us, given.telemetry);
    } else {
        return Configuration(given.progress_thread, given.listen_thread, given.listen_port, sync, given.workers,
                             given.progress_us, given.listen_us);
    }
}

/* For the caller to free; never NULL, also of no bytes. */
void *copy(const void *bytes, size_t length) {
    void *made = std::malloc(length == 0 ? 1 : length);
    if (made == nullptr) throw std::bad_alloc();
    return std::memcpy(made, bytes, length);
}

/* Both lists, filled by `look`, or neither. */
template <typename Look> int settings(const char *function, void **memories, void **params, Look look) {
    return guarded(function, [&] {
        auto found = std::make_unique<nixl_mem_list_t>();
        auto set = std::make_unique<nixl_b_params_t>();
        const int status = shim::status_of(function, look(*found, *set));
        if (status == shim::success) {
            *memories = found.release();
            *params = set.release();
        }
        return status;
    });
}

} // namespace

NXS_EXPORT bool nixl_capi_is_stub() { return false; }

NXS_EXPORT int nixl_capi_create_configured_agent(const char *name, const agent_configuration *given, void **agent) {
    if (absent(name, given, agent)) return shim::invalid_parameter;
    return guarded("create_configured_agent", [&] {
        *agent = new nixlAgent(name, configured<nixlAgentConfig>(*given));
        return shim::success;
    });
}

NXS_EXPORT int nixl_capi_destroy_agent(void *agent) {
    if (absent(agent)) return shim::invalid_parameter;
    return guarded("destroy_agent", [&] {
        delete as<nixlAgent>(agent);
        return shim::success;
    });
}

NXS_EXPORT int nixl_capi_get_available_plugins(void *agent, void **names) {
    if (absent(agent, names)) return shim::invalid_parameter;
    return guarded("get_available_plugins", [&] {
        auto found = std::make_unique<std::vector<std::string>>();
        const int status = shim::status_of("get_available_plugins", as<nixlAgent>(agent)->getAvailPlugins(*found));
        if (status == shim::success) *names = found.release();
        return status;
    });
}

NXS_EXPORT int nixl_capi_get_plugin_params(void *agent, const char *plugin, void **memories, void **params) {
    if (absent(agent, plugin, memories, params)) return shim::invalid_parameter;
    return settings("get_plugin_params", memories, params, [&](auto &found, auto &set) {
        return as<nixlAgent>(agent)->getPluginParams(plugin, found, set);
    });
}

NXS_EXPORT int nixl_capi_create_backend(void *agent, const char *plugin, void *params, void **backend) {
    if (absent(agent, plugin, params, backend)) return shim::invalid_parameter;
    return called("create_backend", [&] {
        nixlBackendH *made = nullptr;
        const nixl_status_t status = as<nixlAgent>(agent)->createBackend(plugin, *as<nixl_b_params_t>(params), made);
        if (status == NIXL_SUCCESS) *backend = made;
        return status;
    });
}

NXS_EXPORT int nixl_capi_get_backend_params(void *agent, void *backend, void **memories, void **params) {
    if (absent(agent, backend, memories, params)) return shim::invalid_parameter;
    return settings("get_backend_params", memories, params, [&](auto &found, auto &set) {
        return as<nixlAgent>(agent)->getBackendParams(as<nixlBackendH>(backend), found, set);
    });
}

/* The backend itself lives as long as its agent. */
NXS_EXPORT int nixl_capi_destroy_backend(void *backend) {
    return absent(backend) ? shim::invalid_parameter : shim::success;
}

NXS_EXPORT int nixl_capi_register_mem(void *agent, void *list, void *options) {
    if (absent(agent, list)) return shim::invalid_parameter;
    return called("register_mem", [&] {
        return as<nixlAgent>(agent)->registerMem(*as<nixl_reg_dlist_t>(list), as<nixl_opt_args_t>(options));
    });
}

NXS_EXPORT int nixl_capi_deregister_mem(void *agent, void *list, void *options) {
    if (absent(agent, list)) return shim::invalid_parameter;
    return called("deregister_mem", [&] {
        return as<nixlAgent>(agent)->deregisterMem(*as<nixl_reg_dlist_t>(list), as<nixl_opt_args_t>(options));
    });
}

NXS_EXPORT int nixl_capi_get_local_md(void *agent, void **blob, size_t *length) {
    if (absent(agent, blob, length)) return shim::invalid_parameter;
    return called("get_local_md", [&] {
        std::string bytes;
        const nixl_status_t status = as<nixlAgent>(agent)->getLocalMD(bytes);
        if (status == NIXL_SUCCESS) {
            *blob = copy(bytes.data(), bytes.size());
            *length = bytes.size();
        }
        return status;
    });
}

NXS_EXPORT int nixl_capi_load_remote_md(void *agent, const void *blob, size_t length, char **name) {
    if (absent(agent, blob, name)) return shim::invalid_parameter;
    return called("load_remote_md", [&] {
        std::string loaded;
        const nixl_status_t status =
            as<nixlAgent>(agent)->loadRemoteMD(std::string(static_cast<const char *>(blob), length), loaded);
        if (status == NIXL_SUCCESS) *name = static_cast<char *>(copy(loaded.c_str(), loaded.size() + 1));
        return status;
    });
}

NXS_EXPORT int nixl_capi_invalidate_remote_md(void *agent, const char *name) {
    if (absent(agent, name)) return shim::invalid_parameter;
    return called("invalidate_remote_md", [&] { return as<nixlAgent>(agent)->invalidateRemoteMD(name); });
}
