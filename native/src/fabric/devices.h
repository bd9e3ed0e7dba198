/*
 * libfabric's answer to which devices there are. In a simulation that is: as many devices of a provider "efa" as there are
 * rails, each the real library's tcp provider on the same network interface.
 */
#ifndef NIXLCONFORM_FABRIC_DEVICES_H
#define NIXLCONFORM_FABRIC_DEVICES_H

#include "abi.h"
#include "real.h"

namespace fabric {

/* What fi_getinfo is asked beside its hints. */
struct question {
    uint32_t api;
    const char *node;
    const char *service;
    uint64_t flags;
};

/* fi_getinfo for a caller of that version; its answer or its error. */
int find_devices(version version, const question &asked, const info *hints, info **found);

/* fi_dupinfo for a caller of that version: a copy, or an empty one of no original. Null when there is no memory. */
info *duplicate(version version, const info *one);

/* Whether it is of a simulated device. */
bool simulated(const fabric_attributes *attributes);

/* What the real library is told of a simulated device instead; of any other the same. Lives no longer than `shown`. */
struct below {
    explicit below(const info *shown);
    struct info info;
    fabric_attributes fabric;
};

fabric_attributes below_fabric(const fabric_attributes &shown);

} // namespace fabric

#endif
