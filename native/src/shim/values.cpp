/* What callers make, fill, read and free around the calls of an agent: lists, parameters, options, notifications. */
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>

#include "shim.h"

using shim::absent;
using shim::as;
using shim::guarded;

namespace {

template <typename T, typename... Arguments> int make(const char *function, void **made, Arguments... arguments) {
    if (absent(made)) return shim::invalid_parameter;
    return guarded(function, [&] {
        *made = new T(arguments...);
        return shim::success;
    });
}

template <typename T> int destroy(void *made) {
    if (absent(made)) return shim::invalid_parameter;
    delete as<T>(made);
    return shim::success;
}

struct iterator {
    nixl_b_params_t *params;
    nixl_b_params_t::iterator next;
};

} // namespace

NXS_EXPORT int nixl_capi_destroy_string_list(void *list) { return destroy<std::vector<std::string>>(list); }

NXS_EXPORT int nixl_capi_string_list_size(void *list, size_t *size) {
    if (absent(list, size)) return shim::invalid_parameter;
    *size = as<std::vector<std::string>>(list)->size();
    return shim::success;
}

NXS_EXPORT int nixl_capi_string_list_get(void *list, size_t index, const char **text) {
    if (absent(list, text) || index >= as<std::vector<std::string>>(list)->size()) return shim::invalid_parameter;
    *text = (*as<std::vector<std::string>>(list))[index].c_str();
    return shim::success;
}

NXS_EXPORT int nixl_capi_destroy_mem_list(void *list) { return destroy<nixl_mem_list_t>(list); }

NXS_EXPORT int nixl_capi_mem_list_size(void *list, size_t *size) {
    if (absent(list, size)) return shim::invalid_parameter;
    *size = as<nixl_mem_list_t>(list)->size();
    return shim::success;
}

NXS_EXPORT int nixl_capi_mem_list_get(void *list, size_t index, int *memory) {
    if (absent(list, memory) || index >= as<nixl_mem_list_t>(list)->size()) return shim::invalid_parameter;
    *memory = static_cast<int>((*as<nixl_mem_list_t>(list))[index]);
    return shim::success;
}

NXS_EXPORT int nixl_capi_mem_type_to_string(int memory, const char **name) {
    static const char *const names[] = {"DRAM", "VRAM", "BLOCK", "OBJECT", "FILE"};
    if (absent(name)) return shim::invalid_parameter;
    *name = memory >= 0 && memory < static_cast<int>(std::size(names)) ? names[memory] : "UNKNOWN";
    return shim::success;
}

NXS_EXPORT int nixl_capi_create_params(void **params) { return make<nixl_b_params_t>("create_params", params); }
NXS_EXPORT int nixl_capi_destroy_params(void *params) { return destroy<nixl_b_params_t>(params); }

NXS_EXPORT int nixl_capi_params_add(void *params, const char *key, const char *value) {
    if (absent(params, key, value)) return shim::invalid_parameter;
    return guarded("params_add", [&] {
        (*as<nixl_b_params_t>(params))[key] = value;
        return shim::success;
    });
}

NXS_EXPORT int nixl_capi_params_is_empty(void *params, bool *empty) {
    if (absent(params, empty)) return shim::invalid_parameter;
    *empty = as<nixl_b_params_t>(params)->empty();
    return shim::success;
}

NXS_EXPORT int nixl_capi_params_create_iterator(void *params, void **made) {
    if (absent(params)) return shim::invalid_parameter;
    auto *map = as<nixl_b_params_t>(params);
    return make<iterator>("params_create_iterator", made, iterator{map, map->begin()});
}

/* `more` says whether another entry follows the one given. */
NXS_EXPORT int nixl_capi_params_iterator_next(void *it, const char **key, const char **value, bool *more) {
    if (absent(it, key, value, more)) return shim::invalid_parameter;
    auto &at = *as<iterator>(it);
    if (at.next != at.params->end()) {
        *key = at.next->first.c_str();
        *value = at.next->second.c_str();
        ++at.next;
    }
    *more = at.next != at.params->end();
    return shim::success;
}

NXS_EXPORT int nixl_capi_params_destroy_iterator(void *it) { return destroy<iterator>(it); }

NXS_EXPORT int nixl_capi_create_opt_args(void **options) { return make<nixl_opt_args_t>("create_opt_args", options); }
NXS_EXPORT int nixl_capi_destroy_opt_args(void *options) { return destroy<nixl_opt_args_t>(options); }

NXS_EXPORT int nixl_capi_opt_args_add_backend(void *options, void *backend) {
    if (absent(options, backend)) return shim::invalid_parameter;
    return guarded("opt_args_add_backend", [&] {
        as<nixl_opt_args_t>(options)->backends.push_back(as<nixlBackendH>(backend));
        return shim::success;
    });
}

NXS_EXPORT int nixl_capi_opt_args_set_notif_msg(void *options, const void *text, size_t length) {
    if (absent(options, text)) return shim::invalid_parameter;
    return guarded("opt_args_set_notif_msg", [&] {
        as<nixl_opt_args_t>(options)->notifMsg.assign(static_cast<const char *>(text), length);
        return shim::success;
    });
}

/* A copy for the caller to free, NULL for an empty message. */
NXS_EXPORT int nixl_capi_opt_args_get_notif_msg(void *options, void **text, size_t *length) {
    if (absent(options, text, length)) return shim::invalid_parameter;
    const std::string &message = as<nixl_opt_args_t>(options)->notifMsg;
    *length = message.size();
    *text = message.empty() ? nullptr : std::malloc(message.size());
    if (*text != nullptr) std::memcpy(*text, message.data(), message.size());
    return *text == nullptr && !message.empty() ? shim::exception : shim::success;
}

NXS_EXPORT int nixl_capi_opt_args_set_has_notif(void *options, bool has) {
    if (absent(options)) return shim::invalid_parameter;
    as<nixl_opt_args_t>(options)->hasNotif = has;
    return shim::success;
}

NXS_EXPORT int nixl_capi_opt_args_get_has_notif(void *options, bool *has) {
    if (absent(options, has)) return shim::invalid_parameter;
    *has = as<nixl_opt_args_t>(options)->hasNotif;
    return shim::success;
}

NXS_EXPORT int nixl_capi_create_reg_dlist(int memory, void **list) {
    return make<nixl_reg_dlist_t>("create_reg_dlist", list, static_cast<nixl_mem_t>(memory), 0);
}

NXS_EXPORT int nixl_capi_reg_dlist_add_desc(void *list, uintptr_t address, size_t length, uint64_t device,
                                            const void *extra, size_t extra_length) {
    if (absent(list)) return shim::invalid_parameter;
    return guarded("reg_dlist_add_desc", [&] {
        const std::string blob = extra == nullptr ? "" : std::string(static_cast<const char *>(extra), extra_length);
        as<nixl_reg_dlist_t>(list)->addDesc(nixlBlobDesc(address, length, device, blob));
        return shim::success;
    });
}

NXS_EXPORT int nixl_capi_destroy_reg_dlist(void *list) { return destroy<nixl_reg_dlist_t>(list); }

NXS_EXPORT int nixl_capi_create_xfer_dlist(int memory, void **list) {
    return make<nixl_xfer_dlist_t>("create_xfer_dlist", list, static_cast<nixl_mem_t>(memory), 0);
}

NXS_EXPORT int nixl_capi_xfer_dlist_add_desc(void *list, uintptr_t address, size_t length, uint64_t device) {
    if (absent(list)) return shim::invalid_parameter;
    return guarded("xfer_dlist_add_desc", [&] {
        as<nixl_xfer_dlist_t>(list)->addDesc(nixlBasicDesc(address, length, device));
        return shim::success;
    });
}

NXS_EXPORT int nixl_capi_destroy_xfer_dlist(void *list) { return destroy<nixl_xfer_dlist_t>(list); }

NXS_EXPORT int nixl_capi_create_notif_map(void **map) { return make<nixl_notifs_t>("create_notif_map", map); }
NXS_EXPORT int nixl_capi_destroy_notif_map(void *map) { return destroy<nixl_notifs_t>(map); }

NXS_EXPORT int nixl_capi_notif_map_size(void *map, size_t *size) {
    if (absent(map, size)) return shim::invalid_parameter;
    *size = as<nixl_notifs_t>(map)->size();
    return shim::success;
}

NXS_EXPORT int nixl_capi_notif_map_get_agent_at(void *map, size_t index, const char **sender) {
    if (absent(map, sender) || index >= as<nixl_notifs_t>(map)->size()) return shim::invalid_parameter;
    *sender = std::next(as<nixl_notifs_t>(map)->begin(), static_cast<std::ptrdiff_t>(index))->first.c_str();
    return shim::success;
}

NXS_EXPORT int nixl_capi_notif_map_get_notifs_size(void *map, const char *sender, size_t *size) {
    if (absent(map, sender, size)) return shim::invalid_parameter;
    return guarded("notif_map_get_notifs_size", [&] {
        *size = as<nixl_notifs_t>(map)->at(sender).size();
        return shim::success;
    });
}

NXS_EXPORT int nixl_capi_notif_map_get_notif(void *map, const char *sender, size_t index, const void **text,
                                             size_t *length) {
    if (absent(map, sender, text, length)) return shim::invalid_parameter;
    return guarded("notif_map_get_notif", [&] {
        const std::string &message = as<nixl_notifs_t>(map)->at(sender).at(index);
        *text = message.data();
        *length = message.size();
        return shim::success;
    });
}

NXS_EXPORT int nixl_capi_notif_map_clear(void *map) {
    if (absent(map)) return shim::invalid_parameter;
    as<nixl_notifs_t>(map)->clear();
    return shim::success;
}
