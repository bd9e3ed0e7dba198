/*
 * The functions of NIXL's C API that this library calls or stands in for, as they are called: handles are addresses, a
 * status is an int (0 success, 1 in progress, negative an error), bool has one byte.
 */
#ifndef NIXLCONFORM_FAULT_SIGNATURES_H
#define NIXLCONFORM_FAULT_SIGNATURES_H

#include <stddef.h>
#include <stdint.h>

#include "functions.h"

namespace fault {

enum status : int { success = 0, in_progress = 1, invalid_parameter = -1, not_there = -4 };

enum operation : int { read_operation = 0, write_operation = 1 };

enum memory : int { host_memory = 0 };

struct telemetry {
    uint64_t start_micros;
    uint64_t post_micros;
    uint64_t transfer_micros;
    uint64_t bytes;
    uint64_t descriptors;
};

namespace signature {

int create_agent(const char *name, void **agent);
int create_configured_agent(const char *name, const void *configuration, void **agent);
int destroy_agent(void *agent);

int create_reg_dlist(int memory, void **list);
int reg_dlist_add_desc(void *list, uintptr_t address, size_t length, uint64_t device, const void *extra,
                       size_t extra_length);
int reg_dlist_rem_desc(void *list, int index);
int reg_dlist_clear(void *list);
int reg_dlist_resize(void *list, size_t size);
int destroy_reg_dlist(void *list);
int register_mem(void *agent, void *list, void *options);
int deregister_mem(void *agent, void *list, void *options);

int create_xfer_dlist(int memory, void **list);
int xfer_dlist_add_desc(void *list, uintptr_t address, size_t length, uint64_t device);
int xfer_dlist_rem_desc(void *list, int index);
int xfer_dlist_clear(void *list);
int xfer_dlist_resize(void *list, size_t size);
int destroy_xfer_dlist(void *list);
int prep_xfer_dlist(void *agent, const char *owner, void *list, void **prepared, void *options);
int release_xfer_dlist_handle(void *agent, void *prepared);

int get_local_md(void *agent, void **blob, size_t *length);
int load_remote_md(void *agent, const void *blob, size_t length, char **name);
int invalidate_remote_md(void *agent, const char *name);

int opt_args_get_has_notif(void *options, bool *has);
int opt_args_set_has_notif(void *options, bool has);
int opt_args_get_notif_msg(void *options, void **text, size_t *length);

int make_xfer_req(void *agent, int operation, void *local, const int *local_indices, size_t local_count, void *remote,
                  const int *remote_indices, size_t remote_count, void **request, void *options);
int post_xfer_req(void *agent, void *request, void *options);
int get_xfer_status(void *agent, void *request);
int get_xfer_telemetry(void *agent, void *request, telemetry *out);
int release_xfer_req(void *agent, void *request);
int destroy_xfer_req(void *request);

int gen_notif(void *agent, const char *receiver, const void *text, size_t length, void *options);
int get_notifs(void *agent, void *map, void *options);
int destroy_notif_map(void *map);
int notif_map_size(void *map, size_t *size);
int notif_map_get_agent_at(void *map, size_t index, const char **sender);
int notif_map_get_notifs_size(void *map, const char *sender, size_t *size);
int notif_map_get_notif(void *map, const char *sender, size_t index, const void **text, size_t *length);
int notif_map_clear(void *map);

} // namespace signature

/* What stands in for them. */
namespace standin {
#define NXF_DECLARATION(name) extern decltype(signature::name) name;
NXF_INTERCEPTED(NXF_DECLARATION)
#undef NXF_DECLARATION
} // namespace standin

/* Address of the real function; one that answers `not_there` where the real library lacks it. */
void *real_address(unsigned function);

} // namespace fault

/* The real function, to be called. */
#define NXF_REAL(name)                                                                                                 \
    (reinterpret_cast<decltype(&::fault::signature::name)>(::fault::real_address(::fault::call_##name)))

#endif
