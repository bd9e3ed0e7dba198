/* How the structures of this library lie in memory, for those who mirror them in another language. */
#ifndef NIXLCONFORM_LAYOUT_H
#define NIXLCONFORM_LAYOUT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* One field, or the structure itself, whose `field` is empty and whose offset is 0. 24 bytes. */
typedef struct nxc_layout_field {
    const char *structure;
    const char *field;
    uint32_t offset_bytes;
    uint32_t size_bytes;
} nxc_layout_field;

/* Entry `index` of all fields of all structures, NULL past the end. */
const nxc_layout_field *nxc_layout(uint32_t index);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
