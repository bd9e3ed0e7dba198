// What a differing run turned out to be. The rules are stated at NXC_DIFF_* in include/nixlconform/payload.h.
#ifndef NIXLCONFORM_PAYLOAD_CLASSIFY_H
#define NIXLCONFORM_PAYLOAD_CLASSIFY_H

#include <stdint.h>

#include "content.h"

namespace nixlconform::payload {

// `bytes` is the run's first byte. All fields are set but `run`.
nxc_payload_difference classify(const uint8_t *bytes, const nxc_payload_run &run, const ContentWriter &writer,
                                const nxc_payload_key &key, const nxc_payload_bounds &bounds);

}  // namespace nixlconform::payload

#endif
