// One GPU in this process. Beside include/nixlconform/device.h: what its files share.
#ifndef NIXLCONFORM_DEVICE_DEVICE_H
#define NIXLCONFORM_DEVICE_DEVICE_H

#include "driver.h"

// A call of the driver within a function that has `device` and `failure`; leaves that function when it is refused.
#define NXC_DRIVER_CALL(name, ...)                                                                                       \
    if (nixlconform::device::refused(*device->driver, device->driver->name(__VA_ARGS__), #name, *failure))               \
    return NXC_DEVICE_REFUSED

// kernels.ptx, put here by the assembler: see kernels.S.
extern "C" const char nxc_device_kernels[];

struct nxc_device {
    const nixlconform::device::Driver *driver;
    int number;
    nixlconform::device::Handle context;
    nixlconform::device::Handle stream;   // fill, verify, copies
    nixlconform::device::Handle glances;  // counts what has landed, beside them
    nixlconform::device::Handle began;
    nixlconform::device::Handle ended;
    nixlconform::device::Handle fill;
    nixlconform::device::Handle verify;
    nixlconform::device::Handle landed;
    nixlconform::device::Handle zero;
    nixlconform::device::Handle hold;
    nixlconform::device::Handle graphRead;
    nixlconform::device::Handle graphAppend;
    nixlconform::device::Handle graphEnd;
    int multiprocessors;
};

#endif
