/* The libfabric below this library, and the settings: both are there from the first call on. */
#ifndef NIXLCONFORM_FABRIC_REAL_H
#define NIXLCONFORM_FABRIC_REAL_H

#include "abi.h"
#include "settings.h"

/* Functions that are passed on as they are, with the version in which libfabric has them. */
#define NXR_PASSED_ON(X)                                                                                               \
    X(fi_open, "FABRIC_1.5", int,                                                                                      \
      (uint32_t version, const char *name, void *attributes, size_t bytes, uint64_t flags, void *opened, void *context), \
      (version, name, attributes, bytes, flags, opened, context))                                                      \
    X(fi_version, "FABRIC_1.0", uint32_t, (), ())                                                                      \
    X(fi_strerror, "FABRIC_1.0", const char *, (int error), (error))                                                   \
    X(fi_tostr, "FABRIC_1.0", char *, (const void *value, int type), (value, type))                                    \
    X(fi_tostr_r, "FABRIC_1.4", char *, (char *text, size_t bytes, const void *value, int type),                       \
      (text, bytes, value, type))                                                                                      \
    X(fi_getparams, "FABRIC_1.0", int, (void *parameters, int *count), (parameters, count))                            \
    X(fi_freeparams, "FABRIC_1.0", void, (void *parameters), (parameters))                                             \
    X(fi_param_get, "FABRIC_1.0", int, (void *provider, const char *name, void *value), (provider, name, value))       \
    X(fi_log_enabled, "FABRIC_1.0", int, (const void *provider, int level, int subsystem),                             \
      (provider, level, subsystem))                                                                                    \
    X(fi_log_ready, "FABRIC_1.6", int, (const void *provider, int level, int subsystem, uint64_t *time),               \
      (provider, level, subsystem, time))

namespace fabric {

enum version { v1_7, v1_8, v1_9, v1_10, versions };

/* The functions whose structures grow from version to version. */
struct versioned {
    int (*getinfo)(uint32_t, const char *, const char *, uint64_t, const info *, info **);
    void (*freeinfo)(info *);
    info *(*dupinfo)(const info *);
    version own; /* theirs; lower than what was asked for where the library has no such version */
};

struct real_library {
    struct settings settings;
    versioned infos[versions];
    int (*fabric)(fabric_attributes *, fabric_object **, void *context);
    int (*fabric2)(info *, fabric_object **, uint64_t flags, void *context); /* since libfabric 2.0 */
    void (*log)(const void *provider, int level, int subsystem, const char *function, int line, const char *format, ...);
    int (*param_define)(const void *provider, const char *name, int type, const char *format, ...);
#define NXR_DECLARED(name, version, result, parameters, arguments) result(*name) parameters;
    NXR_PASSED_ON(NXR_DECLARED)
#undef NXR_DECLARED
};

/* Opens it at the first call, or refuses. */
const real_library &real();

/* The fault crash: ends the process by SIGSEGV where the settings ask for it and the real library is the one that they mean. */
void crash_if_planted();

} // namespace fabric

#endif
