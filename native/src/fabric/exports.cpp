/*
 * What this library exports: libfabric's functions in the versions in which libfabric has them (fabric.map). Those whose
 * structures changed are there from FABRIC_1.7 on, which is the oldest that a LIBFABRIC plug-in of NIXL asks for.
 */
#include "exports.h"

#include <stdarg.h>
#include <stdio.h>

#include "devices.h"
#include "rails.h"
#include "real.h"

using namespace fabric;

#define NXR_INFO_FUNCTIONS(suffix, name)                                                                               \
    int fi_getinfo_##suffix(uint32_t api, const char *node, const char *service, uint64_t flags, const info *hints,    \
                            info **found) {                                                                            \
        return find_devices(v##suffix, {api, node, service, flags}, hints, found);                                     \
    }                                                                                                                  \
    void fi_freeinfo_##suffix(info *list) { real().infos[v##suffix].freeinfo(list); }                                  \
    info *fi_dupinfo_##suffix(const info *one) { return duplicate(v##suffix, one); }                                   \
    __asm__(".symver fi_getinfo_" #suffix ",fi_getinfo@" name);                                                        \
    __asm__(".symver fi_freeinfo_" #suffix ",fi_freeinfo@" name);                                                      \
    __asm__(".symver fi_dupinfo_" #suffix ",fi_dupinfo@" name);

extern "C" {
#pragma GCC visibility push(default)

NXR_INFO_FUNCTIONS(1_7, "FABRIC_1.7")
NXR_INFO_FUNCTIONS(1_8, "FABRIC_1.8")
NXR_INFO_FUNCTIONS(1_9, "FABRIC_1.9")
NXR_INFO_FUNCTIONS(1_10, "@FABRIC_1.10")

int nxr_fabric(fabric_attributes *attributes, fabric_object **opened, void *context) {
    crash_if_planted();
    return open_fabric(attributes, opened, context);
}
__asm__(".symver nxr_fabric,fi_fabric@@FABRIC_1.1");

int nxr_fabric2(info *of, fabric_object **opened, uint64_t flags, void *context) {
    crash_if_planted();
    return open_fabric2(of, opened, flags, context);
}
__asm__(".symver nxr_fabric2,fi_fabric2@@FABRIC_1.8");

#define NXR_PASS_ON(name, version, result, parameters, arguments)                                                      \
    result nxr_##name parameters { return real().name arguments; }                                                     \
    __asm__(".symver nxr_" #name "," #name "@@" version);
NXR_PASSED_ON(NXR_PASS_ON)

/* Any arguments cannot be passed on; the text that they make can. */
void nxr_log(const void *provider, int level, int subsystem, const char *function, int line, const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    real().log(provider, level, subsystem, function, line, "%s", text);
}
__asm__(".symver nxr_log,fi_log@@FABRIC_1.0");

int nxr_param_define(const void *provider, const char *name, int type, const char *format, ...) {
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return real().param_define(provider, name, type, "%s", text);
}
__asm__(".symver nxr_param_define,fi_param_define@@FABRIC_1.0");

#pragma GCC visibility pop
}
