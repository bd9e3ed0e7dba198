/* Faults that may wait at any call: hang, fail, crash, log, leak. */
#ifndef NIXLCONFORM_FAULT_CALLS_H
#define NIXLCONFORM_FAULT_CALLS_H

#include <stdint.h>

namespace fault {

/*
 * Asked before a guarded call; `arguments` are its first six, as words. True: the call is not made and returns
 * `*status`.
 */
bool entered(unsigned function, void *const *arguments, int *status);

} // namespace fault

#endif
