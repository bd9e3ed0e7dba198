/*
 * What containers and strings want of the C++ runtime where something fails. Here that ends the process: nothing in this
 * library throws. The runtime's own functions would be linked in with its exceptions, and those want a newer glibc than
 * the oldest node has. Left to the runtime where sanitizers replace it.
 */
#ifndef NXC_SANITIZE
#include <stdlib.h>

#include <new>

namespace std {

[[noreturn]] void __throw_length_error(const char *) { abort(); }
[[noreturn]] void __throw_logic_error(const char *) { abort(); }
[[noreturn]] void __throw_out_of_range_fmt(const char *, ...) { abort(); }
[[noreturn]] void __throw_system_error(int) { abort(); }
[[noreturn]] void __throw_bad_alloc() { abort(); }
[[noreturn]] void __throw_bad_array_new_length() { abort(); }
[[noreturn]] void __glibcxx_assert_fail(const char *, int, const char *, const char *) noexcept { abort(); }

} // namespace std

void *operator new(size_t bytes) {
    void *memory = malloc(bytes == 0 ? 1 : bytes);
    if (memory == nullptr) {
        abort();
    }
    return memory;
}

void operator delete(void *memory) noexcept { free(memory); }
void operator delete(void *memory, size_t) noexcept { free(memory); }
#endif
