// The content of a byte range of the location space: written, compared, or laid out in a small buffer.
#ifndef NIXLCONFORM_PAYLOAD_CONTENT_H
#define NIXLCONFORM_PAYLOAD_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#include "kernels.h"
#include "position.h"

namespace nixlconform::payload {

// One kind and generation of the location space, from one byte address on.
struct Content {
    uint32_t kind;
    uint32_t generation;
    uint64_t location;  // byte address

    Content from(uint64_t bytes) const { return {kind, generation, location + bytes}; }
};

inline Content expectedOf(const nxc_payload_run &run) { return {run.kind, run.generation, run.location}; }

enum class Store { CACHED, STREAMING };

class ContentWriter {
public:
    ContentWriter(const Kernels &kernels, const nxc_payload_key &key) : kernels_(kernels), key_(key) {}

    void write(const Content &content, uint8_t *to, uint64_t length, Store store) const;

    bool differs(const Content &content, const uint8_t *at, uint64_t length) const;

    // The `length` bytes (at most 8) of content, little endian, the rest zero.
    uint64_t bytes(const Content &content, uint64_t length) const;

private:
    uint64_t productOf(const Content &content) const {
        return pack({content.kind, content.generation, content.location / wordBytes}) * key_.multiplier;
    }

    void writeStreaming(uint8_t *to, uint64_t words, uint64_t product) const;

    const Kernels &kernels_;
    const nxc_payload_key &key_;
};

}  // namespace nixlconform::payload

#endif
