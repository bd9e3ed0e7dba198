/* Bytes that a transfer has brought, to look at and to damage: in host memory, or in that of a GPU. */
#ifndef NIXLCONFORM_FAULT_MEMORY_H
#define NIXLCONFORM_FAULT_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include <string>

namespace fault {

/* In host memory they are the bytes themselves; of a GPU's, a copy, which `put` takes back. One that cannot be had is empty. */
class bytes_at {
  public:
    /* `memory` is NIXL's number of its kind. */
    bytes_at(int memory, uintptr_t address, size_t length);
    bytes_at(const bytes_at &) = delete;
    bytes_at &operator=(const bytes_at &) = delete;

    bool empty() const { return begin_ == nullptr; }
    char *begin() { return begin_; }
    char *end() { return begin_ + length_; }

    /* Whether the bytes are where they belong. */
    bool put();

  private:
    const uintptr_t address_;
    const size_t length_;
    std::string copy_;
    char *begin_;
};

} // namespace fault

#endif
