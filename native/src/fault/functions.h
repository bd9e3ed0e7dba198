/*
 * Every function of NIXL's C API, in the releases from 0.10.1 to 1.5.1 together. The order is that of the tables in
 * forward.cpp.
 */
#ifndef NIXLCONFORM_FAULT_FUNCTIONS_H
#define NIXLCONFORM_FAULT_FUNCTIONS_H

#define NXF_FUNCTIONS(X) \
    X(agent_make_connection)                                                                                          \
    X(check_remote_md)                                                                                                \
    X(create_agent)                                                                                                   \
    X(create_backend)                                                                                                 \
    X(create_configured_agent)                                                                                        \
    X(create_notif_map)                                                                                               \
    X(create_opt_args)                                                                                                \
    X(create_params)                                                                                                  \
    X(create_query_resp_list)                                                                                         \
    X(create_reg_dlist)                                                                                               \
    X(create_remote_dlist)                                                                                            \
    X(create_xfer_dlist)                                                                                              \
    X(create_xfer_req)                                                                                                \
    X(deregister_mem)                                                                                                 \
    X(destroy_agent)                                                                                                  \
    X(destroy_backend)                                                                                                \
    X(destroy_mem_list)                                                                                               \
    X(destroy_notif_map)                                                                                              \
    X(destroy_opt_args)                                                                                               \
    X(destroy_params)                                                                                                 \
    X(destroy_query_resp_list)                                                                                        \
    X(destroy_reg_dlist)                                                                                              \
    X(destroy_remote_dlist)                                                                                           \
    X(destroy_string_list)                                                                                            \
    X(destroy_xfer_dlist)                                                                                             \
    X(destroy_xfer_req)                                                                                               \
    X(estimate_xfer_cost)                                                                                             \
    X(fetch_remote_md)                                                                                                \
    X(gen_notif)                                                                                                      \
    X(get_available_plugins)                                                                                          \
    X(get_backend_params)                                                                                             \
    X(get_local_md)                                                                                                   \
    X(get_local_partial_md)                                                                                           \
    X(get_notifs)                                                                                                     \
    X(get_plugin_params)                                                                                              \
    X(get_xfer_status)                                                                                                \
    X(get_xfer_telemetry)                                                                                             \
    X(invalidate_local_md)                                                                                            \
    X(invalidate_remote_md)                                                                                           \
    X(is_stub)                                                                                                        \
    X(load_remote_md)                                                                                                 \
    X(make_xfer_req)                                                                                                  \
    X(mem_list_get)                                                                                                   \
    X(mem_list_is_empty)                                                                                              \
    X(mem_list_size)                                                                                                  \
    X(mem_type_to_string)                                                                                             \
    X(notif_map_clear)                                                                                                \
    X(notif_map_get_agent_at)                                                                                         \
    X(notif_map_get_notif)                                                                                            \
    X(notif_map_get_notifs_size)                                                                                      \
    X(notif_map_size)                                                                                                 \
    X(opt_args_add_backend)                                                                                           \
    X(opt_args_get_custom_param)                                                                                      \
    X(opt_args_get_has_notif)                                                                                         \
    X(opt_args_get_notif_msg)                                                                                         \
    X(opt_args_get_skip_desc_merge)                                                                                   \
    X(opt_args_set_custom_param)                                                                                      \
    X(opt_args_set_has_notif)                                                                                         \
    X(opt_args_set_ip_addr)                                                                                           \
    X(opt_args_set_notif_msg)                                                                                         \
    X(opt_args_set_port)                                                                                              \
    X(opt_args_set_skip_desc_merge)                                                                                   \
    X(params_add)                                                                                                     \
    X(params_create_iterator)                                                                                         \
    X(params_destroy_iterator)                                                                                        \
    X(params_is_empty)                                                                                                \
    X(params_iterator_next)                                                                                           \
    X(post_xfer_req)                                                                                                  \
    X(prep_mem_view_local)                                                                                            \
    X(prep_mem_view_remote)                                                                                           \
    X(prep_xfer_dlist)                                                                                                \
    X(query_mem)                                                                                                      \
    X(query_resp_list_get_params)                                                                                     \
    X(query_resp_list_has_value)                                                                                      \
    X(query_resp_list_size)                                                                                           \
    X(query_xfer_backend)                                                                                             \
    X(reg_dlist_add_desc)                                                                                             \
    X(reg_dlist_clear)                                                                                                \
    X(reg_dlist_desc_count)                                                                                           \
    X(reg_dlist_get_type)                                                                                             \
    X(reg_dlist_is_empty)                                                                                             \
    X(reg_dlist_print)                                                                                                \
    X(reg_dlist_rem_desc)                                                                                             \
    X(reg_dlist_resize)                                                                                               \
    X(reg_dlist_trim)                                                                                                 \
    X(register_mem)                                                                                                   \
    X(release_mem_view)                                                                                               \
    X(release_xfer_dlist_handle)                                                                                      \
    X(release_xfer_req)                                                                                               \
    X(remote_dlist_add_desc)                                                                                          \
    X(send_local_md)                                                                                                  \
    X(send_local_partial_md)                                                                                          \
    X(string_list_get)                                                                                                \
    X(string_list_size)                                                                                               \
    X(xfer_dlist_add_desc)                                                                                            \
    X(xfer_dlist_clear)                                                                                               \
    X(xfer_dlist_desc_count)                                                                                          \
    X(xfer_dlist_get_type)                                                                                            \
    X(xfer_dlist_is_empty)                                                                                            \
    X(xfer_dlist_len)                                                                                                 \
    X(xfer_dlist_print)                                                                                               \
    X(xfer_dlist_rem_desc)                                                                                            \
    X(xfer_dlist_resize)                                                                                              \
    X(xfer_dlist_trim)

/* Those that pass through code of ours, because a fault may touch what they say or do. */
#define NXF_INTERCEPTED(X) \
    X(create_agent)                                                                                                   \
    X(create_configured_agent)                                                                                        \
    X(destroy_agent)                                                                                                  \
    X(create_reg_dlist)                                                                                               \
    X(reg_dlist_add_desc)                                                                                             \
    X(reg_dlist_rem_desc)                                                                                             \
    X(reg_dlist_clear)                                                                                                \
    X(reg_dlist_resize)                                                                                               \
    X(destroy_reg_dlist)                                                                                              \
    X(register_mem)                                                                                                   \
    X(deregister_mem)                                                                                                 \
    X(create_xfer_dlist)                                                                                              \
    X(xfer_dlist_add_desc)                                                                                            \
    X(xfer_dlist_rem_desc)                                                                                            \
    X(xfer_dlist_clear)                                                                                               \
    X(xfer_dlist_resize)                                                                                              \
    X(destroy_xfer_dlist)                                                                                             \
    X(prep_xfer_dlist)                                                                                                \
    X(release_xfer_dlist_handle)                                                                                      \
    X(get_local_md)                                                                                                   \
    X(load_remote_md)                                                                                                 \
    X(invalidate_remote_md)                                                                                           \
    X(make_xfer_req)                                                                                                  \
    X(post_xfer_req)                                                                                                  \
    X(get_xfer_status)                                                                                                \
    X(get_xfer_telemetry)                                                                                             \
    X(release_xfer_req)                                                                                               \
    X(destroy_xfer_req)                                                                                               \
    X(get_notifs)                                                                                                     \
    X(destroy_notif_map)                                                                                              \
    X(notif_map_size)                                                                                                 \
    X(notif_map_get_agent_at)                                                                                         \
    X(notif_map_get_notifs_size)                                                                                      \
    X(notif_map_get_notif)                                                                                            \
    X(notif_map_clear)

namespace fault {

enum function : unsigned {
#define NXF_ENUMERATOR(name) call_##name,
    NXF_FUNCTIONS(NXF_ENUMERATOR)
#undef NXF_ENUMERATOR
        function_count
};

/* Without its prefix nixl_capi_. */
const char *function_name(unsigned function);

/* function_count when there is no such function. */
unsigned function_named(const char *name);

} // namespace fault

#endif
