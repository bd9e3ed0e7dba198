/* What callers of FABRIC_1.7 reach; its address tells this library from another. */
#ifndef NIXLCONFORM_FABRIC_EXPORTS_H
#define NIXLCONFORM_FABRIC_EXPORTS_H

#include "abi.h"

extern "C" int fi_getinfo_1_7(uint32_t api, const char *node, const char *service, uint64_t flags,
                              const fabric::info *hints, fabric::info **found);

#endif
