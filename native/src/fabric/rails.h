/*
 * What is opened of simulated devices. Its tables of functions are replaced by ours, which tell the real library what it
 * knows instead, and count what is posted. Anything else is left as it is.
 */
#ifndef NIXLCONFORM_FABRIC_RAILS_H
#define NIXLCONFORM_FABRIC_RAILS_H

#include "abi.h"

namespace fabric {

/* fi_fabric and fi_fabric2. */
int open_fabric(fabric_attributes *attributes, fabric_object **opened, void *context);
int open_fabric2(info *of, fabric_object **opened, uint64_t flags, void *context);

} // namespace fabric

#endif
