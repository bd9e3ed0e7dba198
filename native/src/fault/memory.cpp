#include "memory.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "signatures.h"

/* As in forward.cpp. */
__asm__(".symver dlopen,dlopen@GLIBC_2.2.5");
__asm__(".symver dlsym,dlsym@GLIBC_2.2.5");

namespace fault {

namespace {

using copy_out = int (*)(void *to, uint64_t from, size_t bytes);
using copy_in = int (*)(uint64_t to, const void *from, size_t bytes);

/* The driver that the process has loaded already; it is asked for in the context of the caller, which has made one. */
void *driver(const char *symbol) {
    const char *named = getenv("NIXLCONFORM_CUDA_DRIVER");
    void *const library = dlopen(named == nullptr ? "libcuda.so.1" : named, RTLD_NOW | RTLD_LOCAL);
    return library == nullptr ? nullptr : dlsym(library, symbol);
}

} // namespace

bytes_at::bytes_at(int memory, uintptr_t address, size_t length) : address_(address), length_(length), begin_(nullptr) {
    if (memory == host_memory) {
        begin_ = reinterpret_cast<char *>(address);
        return;
    }
    static const auto copy = reinterpret_cast<copy_out>(driver("cuMemcpyDtoH_v2"));
    copy_.resize(length);
    if (copy != nullptr && copy(&copy_[0], address, length) == 0) {
        begin_ = &copy_[0];
    }
}

bool bytes_at::put() {
    if (empty() || copy_.empty()) {
        return !empty();
    }
    static const auto copy = reinterpret_cast<copy_in>(driver("cuMemcpyHtoD_v2"));
    return copy != nullptr && copy(address_, begin_, length_) == 0;
}

} // namespace fault
