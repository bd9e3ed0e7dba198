/*
 * The NIXL functions that the project calls, in the order of the address table that Java fills and C loops read.
 * Java mirrors this list (NixlFunction) and checks it against nxc_nixl_function_name() when it loads.
 */
#ifndef NIXLCONFORM_NIXL_TABLE_H
#define NIXLCONFORM_NIXL_TABLE_H

#include <stddef.h>
#include <stdint.h>

#define NXC_NIXL_FUNCTIONS(X)                                                                                          \
    X(IS_STUB, is_stub)                                                                                                \
    X(CREATE_CONFIGURED_AGENT, create_configured_agent)                                                                \
    X(DESTROY_AGENT, destroy_agent)                                                                                    \
    X(GET_AVAILABLE_PLUGINS, get_available_plugins)                                                                    \
    X(DESTROY_STRING_LIST, destroy_string_list)                                                                        \
    X(STRING_LIST_SIZE, string_list_size)                                                                              \
    X(STRING_LIST_GET, string_list_get)                                                                                \
    X(GET_PLUGIN_PARAMS, get_plugin_params)                                                                            \
    X(DESTROY_MEM_LIST, destroy_mem_list)                                                                              \
    X(MEM_LIST_SIZE, mem_list_size)                                                                                    \
    X(MEM_LIST_GET, mem_list_get)                                                                                      \
    X(MEM_TYPE_TO_STRING, mem_type_to_string)                                                                          \
    X(CREATE_PARAMS, create_params)                                                                                    \
    X(PARAMS_ADD, params_add)                                                                                          \
    X(PARAMS_IS_EMPTY, params_is_empty)                                                                                \
    X(PARAMS_CREATE_ITERATOR, params_create_iterator)                                                                  \
    X(PARAMS_ITERATOR_NEXT, params_iterator_next)                                                                      \
    X(PARAMS_DESTROY_ITERATOR, params_destroy_iterator)                                                                \
    X(DESTROY_PARAMS, destroy_params)                                                                                  \
    X(CREATE_BACKEND, create_backend)                                                                                  \
    X(GET_BACKEND_PARAMS, get_backend_params)                                                                          \
    X(DESTROY_BACKEND, destroy_backend)                                                                                \
    X(CREATE_OPT_ARGS, create_opt_args)                                                                                \
    X(DESTROY_OPT_ARGS, destroy_opt_args)                                                                              \
    X(OPT_ARGS_ADD_BACKEND, opt_args_add_backend)                                                                      \
    X(OPT_ARGS_SET_NOTIF_MSG, opt_args_set_notif_msg)                                                                  \
    X(OPT_ARGS_SET_HAS_NOTIF, opt_args_set_has_notif)                                                                  \
    X(CREATE_REG_DLIST, create_reg_dlist)                                                                              \
    X(REG_DLIST_ADD_DESC, reg_dlist_add_desc)                                                                          \
    X(DESTROY_REG_DLIST, destroy_reg_dlist)                                                                            \
    X(REGISTER_MEM, register_mem)                                                                                      \
    X(DEREGISTER_MEM, deregister_mem)                                                                                  \
    X(GET_LOCAL_MD, get_local_md)                                                                                      \
    X(LOAD_REMOTE_MD, load_remote_md)                                                                                  \
    X(INVALIDATE_REMOTE_MD, invalidate_remote_md)                                                                      \
    X(CREATE_XFER_DLIST, create_xfer_dlist)                                                                            \
    X(XFER_DLIST_ADD_DESC, xfer_dlist_add_desc)                                                                        \
    X(DESTROY_XFER_DLIST, destroy_xfer_dlist)                                                                          \
    X(PREP_XFER_DLIST, prep_xfer_dlist)                                                                                \
    X(RELEASE_XFER_DLIST_HANDLE, release_xfer_dlist_handle)                                                            \
    X(MAKE_XFER_REQ, make_xfer_req)                                                                                    \
    X(POST_XFER_REQ, post_xfer_req)                                                                                    \
    X(GET_XFER_STATUS, get_xfer_status)                                                                                \
    X(GET_XFER_TELEMETRY, get_xfer_telemetry)                                                                          \
    X(RELEASE_XFER_REQ, release_xfer_req)                                                                              \
    X(DESTROY_XFER_REQ, destroy_xfer_req)                                                                              \
    X(CREATE_NOTIF_MAP, create_notif_map)                                                                              \
    X(DESTROY_NOTIF_MAP, destroy_notif_map)                                                                            \
    X(GET_NOTIFS, get_notifs)                                                                                          \
    X(NOTIF_MAP_SIZE, notif_map_size)                                                                                  \
    X(NOTIF_MAP_GET_AGENT_AT, notif_map_get_agent_at)                                                                  \
    X(NOTIF_MAP_GET_NOTIFS_SIZE, notif_map_get_notifs_size)                                                            \
    X(NOTIF_MAP_GET_NOTIF, notif_map_get_notif)                                                                        \
    X(NOTIF_MAP_CLEAR, notif_map_clear)                                                                                \
    X(GEN_NOTIF, gen_notif)

enum {
#define NXC_NIXL_ENUMERATOR(upper, lower) NXC_NIXL_##upper,
    NXC_NIXL_FUNCTIONS(NXC_NIXL_ENUMERATOR)
#undef NXC_NIXL_ENUMERATOR
        NXC_NIXL_FUNCTION_COUNT
};

/* Addresses by the enumerators above; NULL where the library at hand has no such function. */
typedef void *const *nxc_nixl_table;

#endif
