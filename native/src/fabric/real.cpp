#include "real.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <atomic>

#include "counters.h"
#include "exports.h"
#include "topology.h"

/* glibc 2.34 moved these to libc and gave them a new version; older ones have them in libdl under the old. */
__asm__(".symver dlopen,dlopen@GLIBC_2.2.5");
__asm__(".symver dlvsym,dlvsym@GLIBC_2.2.5");
__asm__(".symver dlerror,dlerror@GLIBC_2.2.5");

namespace fabric {

namespace {

const char *const version_names[versions] = {"FABRIC_1.7", "FABRIC_1.8", "FABRIC_1.9", "FABRIC_1.10"};

real_library the_library;
std::atomic<bool> is_open;
pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

template <class Function> void find(void *library, const char *name, const char *version, Function *to) {
    *to = reinterpret_cast<Function>(dlvsym(library, name, version));
}

/* Those of a version, or of the highest one below it that the library has. */
versioned find_infos(void *library, int version) {
    versioned found{};
    for (int each = version; each >= 0 && found.getinfo == nullptr; each--) {
        find(library, "fi_getinfo", version_names[each], &found.getinfo);
        find(library, "fi_freeinfo", version_names[each], &found.freeinfo);
        find(library, "fi_dupinfo", version_names[each], &found.dupinfo);
        found.own = static_cast<enum version>(each);
    }
    return found;
}

void *open_library(const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        refuse("the libfabric that NIXLCONFORM_FABRIC_REAL names, %s, cannot be opened: %s", path, dlerror());
    }
    return library;
}

void open_all(real_library *to) {
    to->settings = read_settings();
    const char *path = to->settings.real;
    void *library = open_library(path);
    for (int version = 0; version < versions; version++) {
        to->infos[version] = find_infos(library, version);
    }
    find(library, "fi_fabric", "FABRIC_1.1", &to->fabric);
    find(library, "fi_fabric2", "FABRIC_1.8", &to->fabric2);
    find(library, "fi_log", "FABRIC_1.0", &to->log);
    find(library, "fi_param_define", "FABRIC_1.0", &to->param_define);
#define NXR_FOUND(name, version, result, parameters, arguments) find(library, #name, version, &to->name);
    NXR_PASSED_ON(NXR_FOUND)
#undef NXR_FOUND
    if (to->infos[v1_7].getinfo == nullptr || to->fabric == nullptr) {
        refuse("the library that NIXLCONFORM_FABRIC_REAL names, %s, must be a libfabric of release 1.20 or later (symbol "
               "version FABRIC_1.7), it has no such fi_getinfo and fi_fabric",
               path);
    }
    if (to->infos[v1_7].getinfo == fi_getinfo_1_7) {
        refuse("the library that NIXLCONFORM_FABRIC_REAL names, %s, must be a libfabric, it is this library", path);
    }
    if (to->settings.topology != topology::none) {
        make_hardware(to->settings.topology);
    }
    if (to->settings.counters != nullptr) {
        open_counters(to->settings.counters, to->settings.rails);
    }
}

/* Named so that a stack says what it is. What is written to may only be read, as where the field saw the crash. */
extern "C" __attribute__((noinline)) void nixlconform_planted_crash() {
    static const int read_only = 1;
    *const_cast<volatile int *>(&read_only) = 0;
}

} // namespace

void crash_if_planted() {
    const settings &asked = real().settings;
    char file[PATH_MAX];
    if (asked.crash == nullptr || realpath(asked.real, file) == nullptr) {
        return;
    }
    if (strncmp(strrchr(file, '/') + 1, asked.crash, strlen(asked.crash)) == 0) {
        warn("a planted crash, as the libfabric below is %s", file);
        nixlconform_planted_crash();
    }
}

const real_library &real() {
    if (!is_open.load(std::memory_order_acquire)) {
        pthread_mutex_lock(&opening);
        if (!is_open.load(std::memory_order_relaxed)) {
            open_all(&the_library);
            is_open.store(true, std::memory_order_release);
        }
        pthread_mutex_unlock(&opening);
    }
    return the_library;
}

} // namespace fabric
