/*
 * What the thread that calls has of the CUDA driver: each thread of a process has a current context of its own, or none.
 * Functions that can fail return 0, or a negative number, and say in `failure` what failed, as in device.h.
 */
#ifndef NIXLCONFORM_THREAD_H
#define NIXLCONFORM_THREAD_H

#include "nixlconform/device.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Makes the device's context current, as every other function does beside its work. */
int32_t nxc_thread_use(nxc_device *device, nxc_device_failure *failure);

enum {
    NXC_CURRENT_NONE = 0,
    NXC_CURRENT_OWN = 1,  /* the device's context */
    NXC_CURRENT_OTHER = 2 /* another */
};

int32_t nxc_thread_current(nxc_device *device, nxc_device_failure *failure);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
