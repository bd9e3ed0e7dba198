/*
 * What this library exports. Each symbol is one jump over a table, so that it passes on any arguments, also those that
 * a later release adds. A call goes
 *
 *     nixl_capi_x -> entry[x] -> (gate, when a fault waits at this call) -> target[x] -> (our stand-in) -> real[x]
 *
 * The table's places are those of NXF_FUNCTIONS: the assembler counts them while it reads the list. x86-64, System V.
 */
#include "forward.h"

#include <dlfcn.h>
#include <string.h>

#include "calls.h"
#include "signatures.h"

/* glibc 2.34 moved these to libc and gave them a new version; older ones have them in libdl under the old. */
__asm__(".symver dlopen,dlopen@GLIBC_2.2.5");
__asm__(".symver dlsym,dlsym@GLIBC_2.2.5");
__asm__(".symver dlerror,dlerror@GLIBC_2.2.5");

#define NXF_EXPORT(name)                                                                                               \
    ".globl nixl_capi_" #name "\n"                                                                                     \
    ".type nixl_capi_" #name ", @function\n"                                                                           \
    "nixl_capi_" #name ":\n"                                                                                           \
    "endbr64\n"                                                                                                        \
    "jmp *nxf_entry + 8 * nxf_place(%rip)\n"                                                                           \
    ".size nixl_capi_" #name ", . - nixl_capi_" #name "\n"                                                             \
    ".set nxf_place, nxf_place + 1\n"

#define NXF_GATE(name)                                                                                                 \
    ".p2align 4\n"                                                                                                     \
    "endbr64\n"                                                                                                        \
    "movl $nxf_place, %eax\n"                                                                                          \
    "jmp nxf_gate\n"                                                                                                   \
    ".set nxf_place, nxf_place + 1\n"

extern "C" {
__attribute__((visibility("hidden"))) void *nxf_entry[fault::function_count];
__attribute__((visibility("hidden"))) void *nxf_target[fault::function_count];
__attribute__((visibility("hidden"))) extern const char nxf_gates[];
}

__asm__(".text\n"
        ".p2align 4\n"
        ".set nxf_place, 0\n" NXF_FUNCTIONS(NXF_EXPORT)
        /* Gates, 16 bytes apart. */
        ".p2align 4\n"
        ".hidden nxf_gates\n"
        ".globl nxf_gates\n"
        "nxf_gates:\n"
        ".set nxf_place, 0\n" NXF_FUNCTIONS(NXF_GATE)
        /* Keeps the six argument registers over the question; arguments on the stack stay where they are. */
        ".hidden nxf_gate\n"
        ".globl nxf_gate\n"
        ".type nxf_gate, @function\n"
        "nxf_gate:\n"
        ".cfi_startproc\n"
        "pushq %r9\n.cfi_adjust_cfa_offset 8\n"
        "pushq %r8\n.cfi_adjust_cfa_offset 8\n"
        "pushq %rcx\n.cfi_adjust_cfa_offset 8\n"
        "pushq %rdx\n.cfi_adjust_cfa_offset 8\n"
        "pushq %rsi\n.cfi_adjust_cfa_offset 8\n"
        "pushq %rdi\n.cfi_adjust_cfa_offset 8\n"
        "pushq %rax\n.cfi_adjust_cfa_offset 8\n"
        "movl %eax, %edi\n"
        "leaq 8(%rsp), %rsi\n"
        "call nxf_entered\n"
        "movq %rax, %r11\n"
        "popq %rax\n.cfi_adjust_cfa_offset -8\n"
        "popq %rdi\n.cfi_adjust_cfa_offset -8\n"
        "popq %rsi\n.cfi_adjust_cfa_offset -8\n"
        "popq %rdx\n.cfi_adjust_cfa_offset -8\n"
        "popq %rcx\n.cfi_adjust_cfa_offset -8\n"
        "popq %r8\n.cfi_adjust_cfa_offset -8\n"
        "popq %r9\n.cfi_adjust_cfa_offset -8\n"
        "btq $32, %r11\n" /* set: the low half is the status to return */
        "jc 1f\n"
        "leaq nxf_target(%rip), %r11\n"
        "movl %eax, %eax\n"
        "jmp *(%r11,%rax,8)\n"
        "1: movl %r11d, %eax\n"
        "ret\n"
        ".cfi_endproc\n"
        ".size nxf_gate, . - nxf_gate\n");

namespace fault {

namespace {

constexpr unsigned gate_bytes = 16;
constexpr uint64_t answered = uint64_t{1} << 32;

const char *const names[] = {
#define NXF_NAME(name) #name,
    NXF_FUNCTIONS(NXF_NAME)
#undef NXF_NAME
};

void *real[function_count];
void *real_library;

int absent() { return not_there; }

struct intercepted {
    unsigned function;
    void *standin;
};

const intercepted standins[] = {
#define NXF_STANDIN(name) {call_##name, reinterpret_cast<void *>(standin::name)},
    NXF_INTERCEPTED(NXF_STANDIN)
#undef NXF_STANDIN
};

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

bool open_real(const std::string &library, std::string *mistake) {
    real_library = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (real_library == nullptr) {
        *mistake = dlerror();
        return false;
    }
    for (unsigned i = 0; i < function_count; i++) {
        void *found = dlsym(real_library, (std::string("nixl_capi_") + names[i]).c_str());
        real[i] = found == nullptr ? reinterpret_cast<void *>(absent) : found;
        nxf_entry[i] = nxf_target[i] = real[i];
    }
    for (const intercepted &each : standins) {
        nxf_entry[each.function] = nxf_target[each.function] = each.standin;
    }
    return true;
}

void guard(unsigned function) {
    nxf_entry[function] = const_cast<char *>(nxf_gates + gate_bytes * function);
}

void exhaust_memory() {
    /* Not our own operator new: an exception of a C++ runtime that is linked into this library would be nobody's. */
    void *found = dlsym(real_library, "_Znwm");
    auto allocate = found == nullptr ? static_cast<void *(*)(size_t)>(operator new)
                                     : reinterpret_cast<void *(*)(size_t)>(found);
    for (;;) {
        void *volatile memory = allocate(size_t{1} << 32);
        (void)memory;
    }
}

} // namespace fault

extern "C" __attribute__((visibility("hidden"), used)) uint64_t nxf_entered(unsigned function, void *const *arguments) {
    int status = 0;
    return fault::entered(function, arguments, &status) ? fault::answered | static_cast<uint32_t>(status) : 0;
}
