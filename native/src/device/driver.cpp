#include "driver.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* As the oldest supported glibc has them, in libdl: a newer one would otherwise be asked for those that it has in libc. */
__asm__(".symver dlopen,dlopen@GLIBC_2.2.5");
__asm__(".symver dlsym,dlsym@GLIBC_2.2.5");
__asm__(".symver dlerror,dlerror@GLIBC_2.2.5");

namespace nixlconform::device {
namespace {

struct Symbol {
    const char *name;
    void **member;
};

}  // namespace

void say(nxc_device_failure &failure, int code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    failure.code = code;
    vsnprintf(failure.text, sizeof failure.text, format, arguments);
    va_end(arguments);
}

const Driver *driverOf(const char *library, nxc_device_failure &failure) {
    static Driver driver;
    static const char *complete;  // a process has one driver; what was asked for first stays
    const char *file = library == nullptr ? "libcuda.so.1" : library;
    if (__atomic_load_n(&complete, __ATOMIC_ACQUIRE) != nullptr) return &driver;
    void *const opened = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (opened == nullptr) {
        say(failure, 0, "no CUDA driver: %s", dlerror());
        return nullptr;
    }
    const Symbol symbols[] = {
#define NXC_DRIVER_SYMBOL(name, symbol, parameters) {#symbol, reinterpret_cast<void **>(&driver.name)},
        NXC_DRIVER_FUNCTIONS(NXC_DRIVER_SYMBOL)
#undef NXC_DRIVER_SYMBOL
    };
    for (const Symbol &symbol : symbols) {
        *symbol.member = dlsym(opened, symbol.name);
        if (*symbol.member == nullptr) {
            say(failure, 0, "the CUDA driver %s has no %s; CUDA 11.4 or newer has it", file, symbol.name);
            return nullptr;
        }
    }
    __atomic_store_n(&complete, file, __ATOMIC_RELEASE);
    return &driver;
}

bool refused(const Driver &driver, int status, const char *call, nxc_device_failure &failure) {
    if (status == 0) return false;
    const char *name = nullptr;
    const char *meaning = nullptr;
    driver.errorName(status, &name);
    driver.errorString(status, &meaning);
    say(failure, status, "%s returned %s (%d): %s", call, name == nullptr ? "an unknown error" : name, status,
        meaning == nullptr ? "it says no more" : meaning);
    return true;
}

}  // namespace nixlconform::device
