/*
 * The entry points: each is one jump through a slot, so that arguments and results pass untouched whatever they are. A
 * slot holds a function of ours where a fault may touch the call, else the real function.
 */
#include <dlfcn.h>
#include <string.h>

#include "fault.h"
#include "signatures.h"

#if !defined(__x86_64__)
#error "the entry points are written for x86-64"
#endif

#define NXF_ENTRY(name)                                                                                                \
    extern "C" {                                                                                                       \
    __attribute__((visibility("hidden"))) void *nxf_entry_##name = nullptr;                                            \
    }                                                                                                                  \
    asm(".text\n"                                                                                                      \
        ".p2align 4\n"                                                                                                 \
        ".globl nixl_capi_" #name "\n"                                                                                 \
        ".type nixl_capi_" #name ", @function\n"                                                                       \
        "nixl_capi_" #name ":\n"                                                                                       \
        "    jmp *nxf_entry_" #name "(%rip)\n"                                                                         \
        ".size nixl_capi_" #name ", .-nixl_capi_" #name "\n");
NXF_FUNCTIONS(NXF_ENTRY)
#undef NXF_ENTRY

namespace fault {
namespace {

const char *const names[] = {
#define NXF_NAME(name) #name,
    NXF_FUNCTIONS(NXF_NAME)
#undef NXF_NAME
};

void **const entries[] = {
#define NXF_SLOT(name) &nxf_entry_##name,
    NXF_FUNCTIONS(NXF_SLOT)
#undef NXF_SLOT
};

void *real[function_count];

/* Releases differ in what they have; one that has it not says so, as a wrapper of that release would. */
int absent() { return not_there; }

} // namespace

const char *function_name(unsigned function) { return names[function]; }

unsigned function_named(const char *name) {
    unsigned function = 0;
    while (function < function_count && strcmp(names[function], name) != 0) {
        function++;
    }
    return function;
}

void *real_address(unsigned function) { return real[function]; }

bool forward_to(const char *library, std::string *mistake) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        *mistake = dlerror();
        return false;
    }
    for (unsigned i = 0; i < function_count; i++) {
        void *address = dlsym(handle, (std::string("nixl_capi_") + names[i]).c_str());
        real[i] = address != nullptr ? address : reinterpret_cast<void *>(&absent);
        *entries[i] = real[i];
    }
#define NXF_STANDIN(name) nxf_entry_##name = reinterpret_cast<void *>(&standin::name);
    NXF_INTERCEPTED(NXF_STANDIN)
#undef NXF_STANDIN
    return true;
}

} // namespace fault
